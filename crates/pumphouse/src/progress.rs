//! How far long work is, shown on a terminal; elsewhere nothing is shown.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use pumphouse_client::Progress;

/// A line on standard error that tells how far something is. It goes when it is dropped.
pub(crate) struct Bar(ProgressBar);

impl Bar {
    /// For bytes on their way.
    pub(crate) fn bytes(what: &str) -> Self {
        let template = "{prefix}  {bar:30} {bytes}/{total_bytes}  {bytes_per_sec}  {eta}";
        Self::new(template, what)
    }

    /// For things that come one by one, nobody knows how many.
    pub(crate) fn count(what: &str) -> Self {
        Self::new("{prefix}  {pos}", what)
    }

    /// For so many things.
    pub(crate) fn of(what: &str, count: u64) -> Self {
        let bar = Self::new("{prefix}  {bar:30} {pos}/{len}  {msg}", what);
        bar.0.set_length(count);
        bar
    }

    fn new(template: &str, what: &str) -> Self {
        // Hidden where standard error is no terminal.
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        let style = ProgressStyle::with_template(template);
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.set_prefix(crate::text::one_line(what));
        Self(bar)
    }

    /// One more.
    pub(crate) fn advance(&self) {
        self.0.inc(1);
    }

    /// Names what is under way.
    pub(crate) fn say(&self, what: &str) {
        self.0.set_message(crate::text::one_line(what));
    }

    /// Hears how far a transfer is.
    pub(crate) fn hear(&self) -> impl Fn(Progress) + Send + Sync + 'static {
        let bar = self.0.clone();
        move |progress| {
            if let Some(total) = progress.total {
                bar.set_length(total);
            }
            bar.set_position(progress.done);
        }
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
