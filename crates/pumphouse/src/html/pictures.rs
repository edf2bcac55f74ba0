//! How HTML is written as plain text: as html2text does it, with addresses for pictures.

use html2text::render::{PlainDecorator, TextDecorator};

/// Writes pictures as what they show and where they are.
#[derive(Clone, Debug)]
pub(super) struct WithPictures(PlainDecorator);

impl WithPictures {
    pub(super) fn new() -> Self {
        Self(PlainDecorator::new())
    }
}

impl TextDecorator for WithPictures {
    type Annotation = ();

    fn decorate_image(&mut self, address: &str, words: &str) -> (String, ()) {
        let words = words.trim();
        let label = if words.is_empty() {
            "[image]".to_owned()
        } else {
            format!("[image: {words}]")
        };
        // A picture may stand in its address itself.
        if address.starts_with("data:") {
            (label, ())
        } else {
            (format!("{label} {address}"), ())
        }
    }

    fn decorate_link_start(&mut self, address: &str) -> (String, ()) {
        self.0.decorate_link_start(address)
    }

    fn decorate_link_end(&mut self) -> String {
        self.0.decorate_link_end()
    }

    fn decorate_em_start(&self) -> (String, ()) {
        self.0.decorate_em_start()
    }

    fn decorate_em_end(&self) -> String {
        self.0.decorate_em_end()
    }

    fn decorate_strong_start(&self) -> (String, ()) {
        self.0.decorate_strong_start()
    }

    fn decorate_strong_end(&self) -> String {
        self.0.decorate_strong_end()
    }

    fn decorate_strikeout_start(&self) -> (String, ()) {
        self.0.decorate_strikeout_start()
    }

    fn decorate_strikeout_end(&self) -> String {
        self.0.decorate_strikeout_end()
    }

    fn decorate_code_start(&self) -> (String, ()) {
        self.0.decorate_code_start()
    }

    fn decorate_code_end(&self) -> String {
        self.0.decorate_code_end()
    }

    fn decorate_preformat_first(&self) {}

    fn decorate_preformat_cont(&self) {}

    fn header_prefix(&self, level: usize) -> String {
        self.0.header_prefix(level)
    }

    fn quote_prefix(&self) -> String {
        self.0.quote_prefix()
    }

    fn unordered_item_prefix(&self) -> String {
        self.0.unordered_item_prefix()
    }

    fn ordered_item_prefix(&self, number: i64) -> String {
        self.0.ordered_item_prefix(number)
    }

    fn make_subblock_decorator(&self) -> Self {
        self.clone()
    }
}
