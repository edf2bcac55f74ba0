//! What is read from where, and what is said about it.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::environment;
use super::file::{Entry, Places};
use super::given::{Given, Origin};
use super::keys::{Fate, find};
use super::load::{Loaded, load};
use super::table::KEYS;
use crate::error::Error;

/// Every setting of pump.io (pump.io protocol, section 12), with a value that is not its default.
const SECTION_12: &str = r#"{
    "driver": "mongodb",
    "params": {"host": "localhost"},
    "hostname": "pump.example",
    "address": "127.0.0.2",
    "port": 8000,
    "urlPort": 443,
    "urlPath": "/social",
    "bounce": true,
    "secret": "s3cret",
    "noweb": true,
    "site": "Example",
    "owner": "Ann",
    "ownerURL": "https://ann.example/",
    "mainImage": "https://ann.example/x.png",
    "appendFooter": "<p>foot</p>",
    "favicon": "icon.png",
    "nologger": true,
    "logfile": "pump.log",
    "logLevel": "debug",
    "serverUser": "pump",
    "key": "key.pem",
    "cert": "cert.pem",
    "hsts": true,
    "datadir": "data",
    "enableUploads": false,
    "debugClient": true,
    "firehose": "ofirehose.com",
    "spamhost": "https://spam.example",
    "spamclientid": "id",
    "spamclientsecret": "s3cret",
    "disableRegistration": true,
    "noCDN": false,
    "requireEmail": true,
    "smtpserver": "mail.example",
    "smtpport": 587,
    "smtpuser": "pump",
    "smtppass": "s3cret",
    "smtpusetls": false,
    "smtpusessl": true,
    "smtptimeout": 1000,
    "smtpfrom": "pump@pump.example",
    "compress": false,
    "children": 3,
    "clients": [{"client_id": "an-app", "client_secret": "s3cret", "title": "An app"}],
    "users": [{"nickname": "ann", "tokens": [{"token": "t0ken", "client_id": "an-app", "token_secret": "s3cret"}]}],
    "sockjs": false,
    "plugins": ["a-plugin"],
    "scripts": ["/a.js"],
    "proxyWhitelist": ["elsewhere.example"],
    "redirectToCanonical": false,
    "redirectAddressToCanonical": true,
    "cleanupSession": 1000,
    "cleanupNonce": 1000,
    "controlSocket": "control"
}"#;

/// A directory with configuration files, and what is read there.
struct Machine(TempDir);

impl Machine {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    fn places(&self) -> Places {
        Places {
            own: vec![self.path("here.toml"), self.path("there.toml")],
            pump_io: vec![self.path("etc.json"), self.path("home.json")],
        }
    }

    fn load(
        &self,
        config: Option<&Path>,
        environment: &[(&str, &str)],
        flags: &[(&str, &str)],
    ) -> Result<Loaded, Error> {
        let environment = environment
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let flag = |(name, value): &(&str, &str)| -> Entry {
            let value = Value::from(*value);
            let given = Given {
                value,
                origin: Origin::Flag,
            };
            ((*name).to_owned(), given)
        };
        load(
            config.map(Path::to_owned),
            &self.places(),
            environment::read(environment),
            flags.iter().map(flag).collect(),
        )
    }

    fn load_file(&self, name: &str, text: &str) -> Result<Loaded, Error> {
        let path = self.write(name, text);
        self.load(Some(&path), &[], &[])
    }

    /// A text without the place of this directory.
    fn plain(&self, text: &str) -> String {
        text.replace(&self.0.path().display().to_string(), "DIR")
    }

    fn fault(&self, name: &str, text: &str) -> String {
        let fault = self.load_file(name, text).unwrap_err();
        self.plain(&fault.text().unwrap())
    }
}

fn shown(loaded: &Loaded) -> Value {
    serde_json::to_value(&loaded.settings).unwrap()
}

#[test]
fn every_setting_of_pump_io_is_honoured_or_named_in_a_warning() {
    let machine = Machine::new();
    let all: serde_json::Map<String, Value> = serde_json::from_str(SECTION_12).unwrap();
    let before = shown(&machine.load_file("pump.io.json", "{}").unwrap());
    let whole = machine.load_file("pump.io.json", SECTION_12).unwrap();
    let after = shown(&whole);
    for name in all.keys() {
        let key = find(name).unwrap_or_else(|| panic!("{name} is in no table"));
        let warned = whole
            .warnings
            .iter()
            .any(|warning| warning.starts_with(&format!("'{name}' (")));
        match key.fate {
            Fate::Honoured(_) => assert_ne!(after[key.name], before[key.name], "{name}"),
            Fate::Without { .. } => assert!(warned, "{name}"),
        }
    }
    assert!(!whole.warnings.concat().contains("there is no setting"));
}

#[test]
fn settings_of_pump_io_that_ask_for_nothing_are_passed_over() {
    let machine = Machine::new();
    let quiet = r#"{"firehose": false, "spamhost": "", "plugins": [], "scripts": null, "params": {},
                    "debugClient": false, "noCDN": true}"#;
    let loaded = machine.load_file("pump.io.json", quiet).unwrap();
    assert_eq!(loaded.warnings, Vec::<String>::new());
}

#[test]
fn every_setting_that_is_honoured_is_shown() {
    let shown = serde_json::to_value(super::Settings::default()).unwrap();
    let settings = shown.as_object().unwrap();
    let honoured = KEYS.iter().filter(|key| key.honoured().is_some());
    let honoured: Vec<&str> = honoured.map(|key| key.name).collect();
    for name in &honoured {
        assert!(settings.contains_key(*name), "{name}");
    }
    assert_eq!(settings.len(), honoured.len());
}

#[test]
fn warnings_say_what_to_do() {
    let machine = Machine::new();
    let loaded = machine.load_file("pump.io.json", SECTION_12).unwrap();
    insta::assert_snapshot!(machine.plain(&loaded.warnings.join("\n")));
}

#[test]
fn flags_stand_over_the_environment_and_that_over_files() {
    let machine = Machine::new();
    let file = machine.write(
        "pumphouse.toml",
        "site = 'file'\nport = 1\nowner = 'file'\nhostname = 'file'",
    );
    let environment = [
        ("PUMPIO_PORT", "2"),
        ("PUMPIO_OWNER", "pump.io"),
        ("PUMPHOUSE_PORT", "3"),
        ("PUMPHOUSE_SITE", "environment"),
        ("PUMPHOUSE_HOSTNAME", ""),
    ];
    let flags = [("site", "flag")];
    let loaded = machine.load(Some(&file), &environment, &flags).unwrap();
    let settings = &loaded.settings;
    assert_eq!(settings.site, "flag");
    assert_eq!(settings.port, 3);
    assert_eq!(settings.owner.as_deref(), Some("pump.io"));
    assert_eq!(settings.hostname, "file", "what is empty is not set");
    assert!(settings.compress, "a default");
}

#[test]
fn files_are_found_and_our_own_stands_alone() {
    let machine = Machine::new();
    let none = machine.load(None, &[], &[]).unwrap();
    assert!(none.files.is_empty());
    assert_eq!(none.settings.hostname, "localhost");

    machine.write("etc.json", r#"{"hostname": "etc.example", "site": "etc"}"#);
    machine.write("home.json", r#"{"site": "home"}"#);
    let both = machine.load(None, &[], &[]).unwrap();
    assert_eq!(both.settings.hostname, "etc.example");
    assert_eq!(both.settings.site, "home");

    machine.write("there.toml", "site = 'own'");
    let own = machine.load(None, &[], &[]).unwrap();
    assert_eq!(own.files, [machine.path("there.toml")]);
    assert_eq!(own.settings.hostname, "localhost");
}

#[test]
fn what_pump_io_leaves_open_is_as_pump_io_has_it() {
    let machine = Machine::new();
    let open = machine.load_file("pump.io.json", "{}").unwrap();
    assert_eq!(open.settings.listen(open.settings.port), "127.0.0.1:31337");
    let named = r#"{"hostname": "pump.example", "port": "443"}"#;
    let named = machine.load_file("pump.io.json", named).unwrap();
    assert_eq!(named.settings.listen(443), "pump.example:443");
    assert_eq!(named.settings.port, 443, "a number may be in quotes");
}

#[test]
fn names_can_be_written_in_every_usual_way_and_in_sections() {
    let machine = Machine::new();
    for text in [
        "url-port = 443\nlog-level = 'warn'",
        "urlPort = 443\nlog_level = 'warn'",
        "url = { port = 443 }\n[log]\nlevel = 'warn'",
    ] {
        let loaded = machine.load_file("pumphouse.toml", text).unwrap();
        assert_eq!(loaded.settings.url_port, Some(443), "{text}");
        assert_eq!(shown(&loaded)["log-level"], "warn", "{text}");
        assert!(loaded.warnings.is_empty());
    }
    let policy = "[hsts]\nmaxAge = 5\nincludeSubDomains = false";
    let loaded = machine.load_file("pumphouse.toml", policy).unwrap();
    let wanted = json!({"maxAge": 5, "includeSubDomains": false, "preload": false});
    assert_eq!(shown(&loaded)["hsts"], wanted);
}

#[test]
fn paths_begin_where_our_file_is_but_where_pump_io_runs() {
    let machine = Machine::new();
    let toml = machine.load_file("pumphouse.toml", "data-dir = 'data'\nlog-file = '/x.log'");
    let toml = toml.unwrap().settings;
    assert_eq!(toml.data_dir, Some(machine.path("data")));
    assert_eq!(toml.log_file, Some(PathBuf::from("/x.log")));
    let json = machine.load_file("pump.io.json", r#"{"datadir": "data"}"#);
    let json = json.unwrap();
    assert_eq!(
        json.settings.data_dir,
        Some(PathBuf::from("data/pumphouse"))
    );
    assert!(json.warnings[0].contains("the old server's files in data stay"));
}

#[test]
fn unknown_names_are_told_with_the_one_that_was_meant() {
    let machine = Machine::new();
    let file = machine.write(
        "pumphouse.toml",
        "\nhostnme = 'x'\n[tls]\ncret = 'x'\nzzz = 1",
    );
    let environment = [
        ("PUMPIO_SMTPSEVER", "x"),
        ("PUMPHOUSE_DATADIRR", "x"),
        ("PUMPHOUSE_ACCOUNT", "a@b"),
        ("PUMPHOUSE_OAUTH1_CLIENT_SECRET", "x"),
        ("OTHER_PORT", "x"),
    ];
    let loaded = machine.load(Some(&file), &environment, &[]).unwrap();
    insta::assert_snapshot!(machine.plain(&loaded.warnings.join("\n")));
}

#[test]
fn wrong_values_are_told_with_their_place() {
    let machine = Machine::new();
    let text = "port = 'many'\n\nsite = ['x']\nmetrics = 1\ncompress = 3\nhsts = { age = 1 }\n\
                trusted-proxy = ['here']\nbounce = 8080\nlog-level = 'loud'\nfavicon = 3";
    insta::assert_snapshot!("wrong-values", machine.fault("pumphouse.toml", text));
    let environment = machine.load(None, &[("PUMPIO_URL_PORT", "65536")], &[]);
    assert_eq!(
        environment.unwrap_err().text().unwrap().lines().next(),
        Some(
            "error: 'URL_PORT' (PUMPIO_URL_PORT in the environment) has to be a port, 0 to 65535, not \"65536\""
        )
    );
}

#[test]
fn settings_that_do_not_go_together_are_told() {
    let machine = Machine::new();
    let fault = machine.fault("pumphouse.toml", "tls-key = 'x'\nbounce = true");
    insta::assert_snapshot!("contradictions", fault);
}

#[test]
fn files_that_cannot_be_read_are_told_with_the_line() {
    let machine = Machine::new();
    let faults = [
        machine.fault("a.toml", "site = 'x'\nport = \n"),
        machine.fault("b.toml", "site = 'x'\nsite = 'y'"),
        machine.fault("c.json", "{\n  \"site\": \"x\"\n  \"port\": 1\n}"),
        machine.fault("d.json", "[]"),
        machine.fault("e.json", ""),
        machine.plain(
            &machine
                .load(Some(&machine.path("f.toml")), &[], &[])
                .unwrap_err()
                .text()
                .unwrap(),
        ),
    ];
    insta::assert_snapshot!("bad-files", faults.join("\n\n"));
}

#[test]
fn what_is_shown_reads_back_as_the_same_and_holds_no_secret() {
    let machine = Machine::new();
    let loaded = machine.load_file("pump.io.json", SECTION_12).unwrap();
    let text = super::check::lines(&loaded).unwrap().join("\n");
    for secret in ["s3cret", "t0ken"] {
        assert!(!text.contains(secret), "{text}");
        assert!(!format!("{loaded:?}").contains(secret));
        assert!(!loaded.warnings.concat().contains(secret));
    }
    let again = machine.write("pumphouse.toml", &text);
    let password = [("PUMPHOUSE_SMTP_PASS", "s3cret")];
    let again = machine.load(Some(&again), &password, &[]).unwrap();
    assert_eq!(again.warnings, Vec::<String>::new());
    let (mut before, mut after) = (shown(&loaded), shown(&again));
    for path in [
        "favicon",
        "tls-cert",
        "tls-key",
        "data-dir",
        "log-file",
        "control-socket",
        "clients",
        "users",
    ] {
        // Paths begin elsewhere now, and lists with secrets are not shown.
        before[path].take();
        after[path].take();
    }
    assert_eq!(before, after);
}
