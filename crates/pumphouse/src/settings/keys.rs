//! What a setting is, and how it is found by the names that it goes by.

use super::Settings;
use super::given::{Given, Wanted};
use super::table::KEYS;

/// A setting.
pub(crate) struct Key {
    pub(crate) name: &'static str,
    /// What pump.io calls it, if that differs by more than its writing.
    aliases: &'static [&'static str],
    pub(crate) fate: Fate,
}

/// What becomes of a setting.
pub(crate) enum Fate {
    /// It does what it says.
    Honoured(Honoured),
    /// It means nothing here. Why, and what to do about it.
    Without {
        advice: &'static str,
        /// Whether a value asks for what happens anyway, so that there is nothing to say.
        is_met: fn(&Given) -> bool,
    },
}

/// A setting that does what it says.
pub(crate) struct Honoured {
    pub(crate) heading: &'static str,
    /// What the help calls its value; nothing for what is on or off.
    pub(crate) value: &'static str,
    pub(crate) help: &'static str,
    /// Shown to nobody, and never a flag: everybody on a machine can read those.
    pub(crate) is_secret: bool,
    pub(crate) set: fn(&mut Settings, &Given) -> Result<(), Wanted>,
}

/// The setting of this name, however it is written.
pub(crate) fn find(name: &str) -> Option<&'static Key> {
    let name = plain(name);
    KEYS.iter()
        .find(|key| key.names().any(|known| plain(known) == name))
}

/// The name of a setting that is most like this one, if one is like it.
pub(crate) fn nearest(name: &str) -> Option<&'static str> {
    let name = plain(name);
    let names = KEYS
        .iter()
        .flat_map(|key| key.names().map(move |known| (key, known)));
    let likeness = |known: &str| strsim::jaro_winkler(&name, &plain(known));
    let (key, known) =
        names.max_by(|(_, one), (_, other)| likeness(one).total_cmp(&likeness(other)))?;
    (likeness(known) > 0.8).then_some(key.name)
}

fn plain(name: &str) -> String {
    let letters = name.chars().filter(|letter| !matches!(letter, '-' | '_'));
    letters.flat_map(char::to_lowercase).collect()
}

impl Key {
    fn names(&self) -> impl Iterator<Item = &'static str> {
        std::iter::once(self.name).chain(self.aliases.iter().copied())
    }

    /// How it is honoured, if it is.
    pub(crate) fn honoured(&self) -> Option<&Honoured> {
        match &self.fate {
            Fate::Honoured(honoured) => Some(honoured),
            Fate::Without { .. } => None,
        }
    }

    pub(super) const fn secret(mut self) -> Self {
        if let Fate::Honoured(honoured) = &mut self.fate {
            honoured.is_secret = true;
        }
        self
    }

    pub(super) const fn alias(mut self, aliases: &'static [&'static str]) -> Self {
        self.aliases = aliases;
        self
    }
}

pub(super) const fn key(
    name: &'static str,
    heading: &'static str,
    value: &'static str,
    help: &'static str,
    set: fn(&mut Settings, &Given) -> Result<(), Wanted>,
) -> Key {
    Key {
        name,
        aliases: &[],
        fate: Fate::Honoured(Honoured {
            heading,
            value,
            help,
            is_secret: false,
            set,
        }),
    }
}

pub(super) const fn without(name: &'static str, advice: &'static str) -> Key {
    Key {
        name,
        aliases: &[],
        fate: Fate::Without {
            advice,
            is_met: Given::asks_for_nothing,
        },
    }
}

pub(super) const fn without_unless(
    name: &'static str,
    is_met: fn(&Given) -> bool,
    advice: &'static str,
) -> Key {
    Key {
        name,
        aliases: &[],
        fate: Fate::Without { advice, is_met },
    }
}
