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

    fn new(template: &str, what: &str) -> Self {
        // Hidden where standard error is no terminal.
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        let style = ProgressStyle::with_template(template);
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.set_prefix(crate::text::one_line(what));
        Self(bar)
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
