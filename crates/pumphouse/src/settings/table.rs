//! The one table of all settings: ours, and every one that pump.io knows (pump.io protocol, section 12).
//!
//! A key is named once and can stand everywhere: `url-port` is the flag `--url-port`, the line
//! `url-port = 443` in `pumphouse.toml`, the variable `PUMPHOUSE_URL_PORT`, and pump.io's `urlPort` in
//! its file and `PUMPIO_URL_PORT` in the environment. Names are compared without dashes, underscores
//! and letter case.

use super::keys::{Key, key, without, without_unless};
use super::presets;
use super::values::{Bounce, Hsts, LEVELS, LogFormat, REGISTRATION, Secret};

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
const ACCOUNTS: &str = "Accounts";
const MAIL: &str = "Mail";
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
        "reach-private-addresses",
        ADDRESS,
        "",
        "Let the server speak to other servers at private addresses, such as those of this machine; for \
         trials on one network",
        set!(reach_private_addresses = switch()),
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
        "no-web",
        SITE,
        "",
        "Serve the API only, without pages for people but the one on which they connect a program",
        set!(no_web = switch()),
    ),
    key(
        "registration",
        ACCOUNTS,
        "WHO",
        "Who can make an account: open is everybody, closed is nobody, invitation is who got one from \
         pumphouse server invite, invitation-by-users is who got one from anybody here",
        |settings, given| {
            settings.registration = given.choice(REGISTRATION)?;
            Ok(())
        },
    ),
    key(
        "disable-registration",
        ACCOUNTS,
        "",
        "Nobody can make an account, whatever registration says",
        set!(disable_registration = switch()),
    ),
    key(
        "require-email",
        ACCOUNTS,
        "",
        "People give an e-mail address, and confirm it before they use the API; needs smtp-server",
        set!(require_email = switch()),
    ),
    key(
        "clients",
        ACCOUNTS,
        "",
        "Applications that are there from the start",
        |settings, given| {
            settings.clients = presets::clients(given)?;
            Ok(())
        },
    )
    .secret(),
    key(
        "users",
        ACCOUNTS,
        "",
        "Users who are there from the start",
        |settings, given| {
            settings.users = presets::users(given)?;
            Ok(())
        },
    )
    .secret(),
    key(
        "smtp-server",
        MAIL,
        "HOST",
        "The mail server; without one, nothing is mailed",
        set!(smtp_server = optional_text()),
    ),
    key(
        "smtp-port",
        MAIL,
        "PORT",
        "Its port",
        set!(smtp_port = port()),
    ),
    key(
        "smtp-user",
        MAIL,
        "NAME",
        "The user to log in as there; its password is smtp-pass, in the configuration file or in \
         PUMPHOUSE_SMTP_PASS",
        set!(smtp_user = optional_text()),
    ),
    key(
        "smtp-pass",
        MAIL,
        "",
        "That user's password",
        |settings, given| {
            settings.smtp_pass = given.optional_text()?.map(Secret);
            Ok(())
        },
    )
    .alias(&["smtp-password"])
    .secret(),
    key(
        "smtp-use-tls",
        MAIL,
        "",
        "Use TLS if the mail server offers it",
        set!(smtp_use_tls = switch()),
    ),
    key(
        "smtp-require-tls",
        MAIL,
        "",
        "Send nothing without TLS",
        set!(smtp_require_tls = switch()),
    ),
    key(
        "smtp-use-ssl",
        MAIL,
        "",
        "Speak TLS from the first byte, as mail servers on port 465 want it",
        set!(smtp_use_ssl = switch()),
    ),
    key(
        "smtp-timeout",
        MAIL,
        "MILLISECONDS",
        "How long each step of the conversation may take",
        set!(smtp_timeout = number("a number of milliseconds")),
    ),
    key(
        "smtp-from",
        MAIL,
        "ADDRESS",
        "The sender of all mail [default: no-reply@ and the host name]",
        set!(smtp_from = optional_text()),
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
        "enable-uploads",
        DATA,
        "",
        "Let people upload files",
        set!(enable_uploads = switch()),
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
        "sockjs",
        DATA,
        "",
        "Tell clients of pump.io by SockJS what is new in feeds",
        set!(sockjs = switch()),
    ),
    key(
        "metrics",
        OPERATION,
        "ADDRESS:PORT",
        "An address and port to read metrics from, such as 127.0.0.1:9090",
        set!(metrics = optional_text()),
    ),
    key(
        "control-socket",
        OPERATION,
        "FILE",
        "The Unix socket that pumphouse server speaks to [default: control.sock in the data directory]",
        set!(control_socket = path()),
    ),
    key(
        "log-level",
        OPERATION,
        "LEVEL",
        "How much is logged: off, error, warn, info, debug or trace; PUMPHOUSE_LOG takes finer rules",
        |settings, given| {
            settings.log_level = given.choice(LEVELS)?;
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
];
