//! How far long work is, shown on a terminal; elsewhere nothing is shown.

use std::path::Path;
use std::sync::Once;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use pumphouse_client::Progress;

/// A terminal with fewer columns has no room for bytes and their rate.
const WIDE: usize = 72;
/// How often it is drawn, even if nothing moves: the rate falls then.
const TICK: Duration = Duration::from_millis(250);

/// A line on standard error that tells how far something is. It goes when it is dropped.
pub(crate) struct Bar(ProgressBar);

impl Bar {
    /// For the bytes of a file on their way.
    pub(crate) fn bytes(path: &Path) -> Self {
        let columns = columns();
        let template = if columns < WIDE {
            "{prefix}  {wide_bar} {percent:>3}%  {eta}"
        } else {
            "{prefix}  {wide_bar} {bytes}/{total_bytes}  {bytes_per_sec}  {eta}"
        };
        let name = path.file_name().unwrap_or(path.as_os_str());
        let name = crate::text::one_line(&name.to_string_lossy());
        Self::new(template, &shortened(&name, columns / 3))
    }

    /// For things that come one by one, nobody knows how many.
    pub(crate) fn count(what: &str) -> Self {
        Self::new("{prefix}  {pos}", what)
    }

    /// For so many things.
    pub(crate) fn of(what: &str, count: u64) -> Self {
        let bar = Self::new("{prefix}  {bar:10} {pos}/{len}  {wide_msg}", what);
        bar.0.set_length(count);
        bar
    }

    fn new(template: &str, what: &str) -> Self {
        // Hidden where standard error is no terminal, too.
        let target = if crate::output::is_steered(&std::io::stderr()) {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        let bar = ProgressBar::with_draw_target(None, target);
        let style = ProgressStyle::with_template(template);
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.set_prefix(what.to_owned());
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
        let (bar, begun) = (self.0.clone(), Once::new());
        move |progress| {
            begun.call_once(|| bar.enable_steady_tick(TICK));
            if let Some(total) = progress.total {
                bar.set_length(total);
            }
            bar.set_position(progress.done);
        }
    }
}

/// How many columns the terminal has.
fn columns() -> usize {
    terminal_size::terminal_size_of(std::io::stderr())
        .map_or(80, |(terminal_size::Width(columns), _)| columns.into())
}

/// The beginning of a name, in so many columns.
fn shortened(name: &str, columns: usize) -> String {
    let (mut width, mut end) = (0, 0);
    for (at, c) in name.char_indices() {
        // Some take two.
        width += if c.is_ascii() { 1 } else { 2 };
        if width > columns {
            return format!("{}…", &name[..end]);
        }
        if width < columns {
            end = at + c.len_utf8();
        }
    }
    name.to_owned()
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_are_shortened() {
        for (name, columns, short) in [
            ("cat.jpg", 7, "cat.jpg"),
            ("cat.jpeg", 7, "cat.jp…"),
            ("猫猫猫", 6, "猫猫猫"),
            ("猫猫猫猫", 6, "猫猫…"),
            ("", 6, ""),
        ] {
            assert_eq!(shortened(name, columns), short);
        }
    }
}
