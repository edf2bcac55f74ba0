//! Event streams taken apart (`text/event-stream`; WHATWG HTML, section 9.2.6).

use std::collections::VecDeque;

/// Puts the data of events together as their pieces come.
#[derive(Default)]
pub(super) struct Frames {
    line: Vec<u8>,
    /// Whether the last byte was CR, with which a following LF is one end of line.
    after_cr: bool,
    /// The data of the event that is under way.
    data: Option<Vec<u8>>,
    /// Whether that is an event of a type of its own, which is none of ours.
    is_other: bool,
    ready: VecDeque<Vec<u8>>,
}

impl Frames {
    /// The data of the next event that is there whole.
    pub(super) fn next(&mut self) -> Option<Vec<u8>> {
        self.ready.pop_front()
    }

    /// Takes over a piece. What is kept is never more than what was taken.
    pub(super) fn take(&mut self, piece: &[u8]) {
        for &byte in piece {
            match byte {
                b'\n' if self.after_cr => self.after_cr = false,
                b'\n' | b'\r' => {
                    self.after_cr = byte == b'\r';
                    self.end_line();
                }
                _ => {
                    self.after_cr = false;
                    self.line.push(byte);
                }
            }
        }
    }

    fn end_line(&mut self) {
        let line = std::mem::take(&mut self.line);
        if line.is_empty() {
            let data = self.data.take();
            if !std::mem::take(&mut self.is_other) {
                self.ready.extend(data);
            }
            return;
        }
        let colon = line.iter().position(|&byte| byte == b':');
        let (name, value) = line.split_at(colon.unwrap_or(line.len()));
        let value = value.strip_prefix(b":").unwrap_or(value);
        let value = value.strip_prefix(b" ").unwrap_or(value);
        match name {
            b"data" => match &mut self.data {
                Some(data) => {
                    data.push(b'\n');
                    data.extend_from_slice(value);
                }
                None => self.data = Some(value.to_vec()),
            },
            b"event" => self.is_other = !value.is_empty() && value != b"message",
            // Ids are in the data too, and when to come back is decided here.
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn events(text: &str, size: usize) -> Vec<String> {
        let mut frames = Frames::default();
        let mut events = Vec::new();
        for piece in text.as_bytes().chunks(size) {
            frames.take(piece);
            while let Some(data) = frames.next() {
                events.push(String::from_utf8(data).unwrap());
            }
        }
        events
    }

    #[test]
    fn events_come_whole_however_they_are_cut_and_lines_end() {
        let text = "retry: 3000\nid: a\n\n:\n\nid: b\ndata: one\n\ndata:two\ndata: lines\n\n\
                    event: other\ndata: not ours\n\nevent: message\ndata\n\ndata: cut";
        let expected = ["one", "two\nlines", ""];
        for size in 1..text.len() {
            assert_eq!(events(text, size), expected, "{size}");
            assert_eq!(
                events(&text.replace('\n', "\r\n"), size),
                expected,
                "{size}"
            );
            assert_eq!(events(&text.replace('\n', "\r"), size), expected, "{size}");
        }
    }
}
