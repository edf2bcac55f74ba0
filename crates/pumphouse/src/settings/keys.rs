//! The one table of all settings: ours, and every one that pump.io knows (pump.io protocol, section 12).
//!
//! A key is named once and can stand everywhere: `url-port` is the flag `--url-port`, the line
//! `url-port = 443` in `pumphouse.toml`, the variable `PUMPHOUSE_URL_PORT`, and pump.io's `urlPort` in
//! its file and `PUMPIO_URL_PORT` in the environment. Names are compared without dashes, underscores
//! and letter case.

use super::Settings;
use super::given::{Given, Wanted};
use super::values::{Bounce, Hsts, LogFormat};

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

    const fn alias(mut self, aliases: &'static [&'static str]) -> Self {
        self.aliases = aliases;
        self
    }
}

const fn key(
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

const fn without(name: &'static str, advice: &'static str) -> Key {
    Key {
        name,
        aliases: &[],
        fate: Fate::Without {
            advice,
            is_met: Given::asks_for_nothing,
        },
    }
}

const fn without_unless(
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

/// Says what a setting is in a few words.
macro_rules! set {
    ($field:ident = $read:ident($($argument:expr),*)) => {
        |settings, given| {
            settings.$field = given.$read($($argument),*)?;
            Ok(())
        }
    };
    ($field:ident = Some $read:ident($($argument:expr),*)) => {
        |settings, given| {
            settings.$field = Some(given.$read($($argument),*)?);
            Ok(())
        }
    };
}

const ADDRESS: &str = "Address";
const TLS: &str = "TLS";
const SITE: &str = "Site";
const DATA: &str = "Data and limits";
const OPERATION: &str = "Operation";

/// All of them, in the order in which they are shown.
pub(crate) static KEYS: &[Key] = &[
    key(
        "hostname",
        ADDRESS,
        "NAME",
        "The public host name, which stands in all addresses and ids",
        set!(hostname = text()),
    ),
    key(
        "address",
        ADDRESS,
        "ADDRESS",
        "The address to listen on",
        set!(address = optional_text()),
    ),
    key(
        "port",
        ADDRESS,
        "PORT",
        "The port to listen on; 0 takes any free one",
        set!(port = port()),
    ),
    key(
        "url-port",
        ADDRESS,
        "PORT",
        "The public port, if it is another than the one to listen on: 443 behind a TLS proxy, 80 \
         behind a plain one",
        set!(url_port = Some port()),
    ),
    key(
        "url-path",
        ADDRESS,
        "PATH",
        "A path of the public address below which everything stands, such as /social",
        set!(url_path = optional_text()),
    ),
    key(
        "trusted-proxy",
        ADDRESS,
        "IP",
        "A proxy whose X-Forwarded-For is believed, besides those on this machine; may be repeated",
        set!(trusted_proxy = list("a list of IP addresses")),
    )
    .alias(&["trusted-proxies"]),
    key(
        "redirect-to-canonical",
        ADDRESS,
        "",
        "Lead requests for another host name to the public address",
        set!(redirect_to_canonical = switch()),
    ),
    key(
        "redirect-address-to-canonical",
        ADDRESS,
        "",
        "Lead requests for an IP address there, too",
        set!(redirect_address_to_canonical = switch()),
    ),
    key(
        "tls-cert",
        TLS,
        "FILE",
        "The certificate and its chain, in PEM, to serve https directly",
        set!(tls_cert = path()),
    )
    .alias(&["cert"]),
    key(
        "tls-key",
        TLS,
        "FILE",
        "The key of the certificate, in PEM",
        set!(tls_key = path()),
    )
    .alias(&["key"]),
    key(
        "bounce",
        TLS,
        "ADDRESS:PORT",
        "An address and port whose requests are led to https, such as 0.0.0.0:80; true is port 80 of \
         the address",
        |settings, given| {
            settings.bounce = Bounce::read(given)?;
            Ok(())
        },
    ),
    key(
        "hsts",
        TLS,
        "POLICY",
        "Tell browsers to use https only: true is 180 days with all subdomains; or \
         '{\"maxAge\": SECONDS, \"includeSubDomains\": true, \"preload\": false}'",
        |settings, given| {
            settings.hsts = Hsts::read(given)?;
            Ok(())
        },
    ),
    key(
        "site",
        SITE,
        "NAME",
        "The name of the site, for people",
        set!(site = text()),
    ),
    key(
        "owner",
        SITE,
        "NAME",
        "Who runs the site",
        set!(owner = optional_text()),
    ),
    key(
        "owner-url",
        SITE,
        "URL",
        "Where they are found",
        set!(owner_url = optional_text()),
    ),
    key(
        "main-image",
        SITE,
        "URL",
        "A picture for the front page",
        set!(main_image = optional_text()),
    ),
    key(
        "append-footer",
        SITE,
        "HTML",
        "HTML for the foot of every page; what could do harm is taken out",
        set!(append_footer = optional_text()),
    ),
    key(
        "favicon",
        SITE,
        "FILE",
        "The site's little picture: .ico, .png, .svg or .gif",
        set!(favicon = path()),
    ),
    key(
        "data-dir",
        DATA,
        "DIRECTORY",
        "Where everything is kept [default: pumphouse/server in your data directory]",
        |settings, given| {
            settings.data_dir = given.path()?;
            Ok(())
        },
    ),
    key(
        "upload-limit",
        DATA,
        "BYTES",
        "The largest file that people can upload",
        set!(upload_limit = number("a number of bytes")),
    ),
    key(
        "requests-per-second",
        DATA,
        "NUMBER",
        "How many requests a second one address may send in the long run; 0 is no limit",
        set!(requests_per_second = number("a number of requests")),
    ),
    key(
        "connections-per-address",
        DATA,
        "NUMBER",
        "How many connections one address may hold; 0 is no limit",
        set!(connections_per_address = number("a number of connections")),
    ),
    key(
        "compress",
        DATA,
        "",
        "Compress answers for clients that can unpack them",
        set!(compress = switch()),
    ),
    key(
        "metrics",
        OPERATION,
        "ADDRESS:PORT",
        "An address and port to read metrics from, such as 127.0.0.1:9090",
        set!(metrics = optional_text()),
    ),
    key(
        "log-level",
        OPERATION,
        "LEVEL",
        "How much is logged: off, error, warn, info, debug or trace; PUMPHOUSE_LOG takes finer rules",
        |settings, given| {
            settings.log_level = given.choice(super::values::LEVELS)?;
            Ok(())
        },
    ),
    key(
        "log-format",
        OPERATION,
        "FORMAT",
        "How lines of the log are written: text or json",
        |settings, given| {
            settings.log_format =
                given.choice(&[("text", LogFormat::Text), ("json", LogFormat::Json)])?;
            Ok(())
        },
    ),
    key(
        "log-file",
        OPERATION,
        "FILE",
        "Where the log goes; opened anew at SIGHUP [default: standard error]",
        set!(log_file = path()),
    ),
    key(
        "no-logger",
        OPERATION,
        "",
        "Log nothing, unless there is a file for it",
        set!(no_logger = switch()),
    ),
    without(
        "driver",
        "Pumphouse keeps everything in its own data directory and needs no database server; what the old \
         server kept there is not taken over; take the key out",
    ),
    without(
        "params",
        "they belong to 'driver', which is not used; take the key out",
    ),
    without(
        "secret",
        "nothing is signed with it: sessions are random and kept in the data directory; take the key out",
    ),
    without(
        "server-user",
        "Pumphouse does not change its user: start it as that user (User= of a systemd unit), with a port \
         above 1024 behind a proxy, or with AmbientCapabilities=CAP_NET_BIND_SERVICE",
    ),
    without("children", "one process uses all cores; take the key out"),
    without(
        "firehose",
        "nothing is sent to a firehose; take the key out",
    ),
    without(
        "spamhost",
        "posts are not sent to a spam checker; close registration if strangers misbehave, and take the \
         key out",
    ),
    without(
        "spamclientid",
        "it belongs to 'spamhost', which is not used; take the key out",
    ),
    without(
        "spamclientsecret",
        "it belongs to 'spamhost', which is not used; take the key out",
    ),
    without(
        "plugins",
        "they are programs for Node.js, which cannot be loaded; take the key out",
    ),
    without(
        "scripts",
        "pages load no scripts of others: their security policy forbids it; take the key out",
    ),
    without(
        "debug-client",
        "the pages have no minified scripts that could be left out; take the key out",
    ),
    without_unless(
        "no-cdn",
        |given| given.switch() == Ok(true),
        "pages never load anything from elsewhere; take the key out",
    ),
    without(
        "proxy-whitelist",
        "there is no proxy for pictures of other servers; take the key out",
    ),
    without(
        "cleanup-session",
        "expired sessions are forgotten every five minutes; take the key out",
    ),
    without(
        "cleanup-nonce",
        "expired nonces are forgotten every five minutes; take the key out",
    ),
    without_unless(
        "enable-uploads",
        |given| given.switch() == Ok(true),
        "people can always upload; set upload-limit to 0 to refuse every file",
    ),
    without("no-web", NOT_YET),
    without("registration", NOT_YET),
    without("disable-registration", NOT_YET),
    without("require-email", NOT_YET),
    without("smtp-server", NOT_YET),
    without("smtp-port", NOT_YET),
    without("smtp-user", NOT_YET),
    without("smtp-pass", NOT_YET),
    without_unless("smtp-use-tls", |_| false, NOT_YET),
    without("smtp-use-ssl", NOT_YET),
    without("smtp-timeout", NOT_YET),
    without("smtp-from", NOT_YET),
    without("clients", NOT_YET),
    without("users", NOT_YET),
    without("control-socket", NOT_YET),
    without_unless("sockjs", |_| false, NOT_YET),
];

const NOT_YET: &str = "Pumphouse cannot do that yet; leave the key where it is";
