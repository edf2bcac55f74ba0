//! How long to wait between two reads.

use std::time::Duration;

/// No server is asked more often, whatever the program wants.
const LEAST: Duration = Duration::from_millis(100);
/// Who asks to be left alone for longer is asked once a day.
const DAY: Duration = Duration::from_secs(24 * 3600);

/// Pauses that grow while there is nothing new.
pub(super) struct Pause {
    shortest: Duration,
    longest: Duration,
    next: Duration,
}

impl Pause {
    pub(super) fn between(shortest: Duration, longest: Duration) -> Self {
        let shortest = shortest.clamp(LEAST, DAY);
        Self {
            shortest,
            longest: longest.clamp(shortest, DAY),
            next: shortest,
        }
    }

    /// The longest that there is, but for what servers ask for.
    pub(super) fn longest(&self) -> Duration {
        self.longest
    }

    /// There was something: the next pause is a short one again.
    pub(super) fn shorten(&mut self) {
        self.next = self.shortest;
    }

    /// How long to wait now, at least as long as the server asks for; the next time it is longer.
    ///
    /// Up to a quarter of it is by chance, so that not all who lost a server come back at once.
    pub(super) fn take(&mut self, asked: Option<Duration>) -> Duration {
        let pause = self.next.max(asked.unwrap_or_default().min(DAY));
        self.next = (self.next * 3 / 2).min(self.longest);
        pause.mul_f64(1.0 + fastrand::f64() / 4.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_the_longest_and_are_short_again_with_news() {
        let seconds = Duration::from_secs;
        let mut pause = Pause::between(seconds(4), seconds(20));
        for least in [4, 6, 9, 13, 20, 20, 20] {
            let taken = pause.take(None);
            assert!(
                taken >= seconds(least) && taken < seconds(least + 7),
                "{taken:?}"
            );
        }
        assert!(pause.take(Some(seconds(3600))) >= seconds(3600));
        assert!(pause.take(Some(Duration::MAX)) < seconds(2 * 24 * 3600));
        pause.shorten();
        assert!(pause.take(None) <= seconds(5));
    }

    #[test]
    fn no_choice_of_pauses_makes_a_loop_without_rest() {
        let mut none = Pause::between(Duration::ZERO, Duration::ZERO);
        assert!(none.take(None) >= LEAST && none.take(None) >= LEAST);
        let mut endless = Pause::between(Duration::MAX, Duration::ZERO);
        assert!(endless.take(None) < 2 * DAY);
    }
}
