//! Credentials on disk: private, whole, and safe from each other.

use std::fs;
use std::path::Path;
use std::process::Command;

use pumphouse_client::{
    Acct, CredentialStore, Endpoints, ErrorKind, FileStore, Record, RecordKey, TokenCredentials,
};

fn acct(text: &str) -> Acct {
    text.parse().unwrap()
}

fn record(application: &str, account: &str) -> Record {
    let key = RecordKey::new(application, acct(account));
    let base = "https://e14n.com/".parse().unwrap();
    let mut record = Record::new(&key, Endpoints::well_known(&base));
    record.token = Some(TokenCredentials::new("token", "token-hush"));
    record
}

fn keep(store: &FileStore, record: &Record) {
    store
        .update(&record.key(), &mut |kept| *kept = Some(record.clone()))
        .unwrap();
}

#[test]
fn records_are_kept_by_application_account_and_server() {
    let directory = tempfile::tempdir().unwrap();
    let store = FileStore::at(directory.path().join("deep/accounts"));
    assert!(store.accounts("One").unwrap().is_empty());
    let records = [
        record("One", "evan@e14n.com"),
        record("Two", "evan@e14n.com"),
        record("One", "evan@identi.ca"),
        // Names differ by case, files must too.
        record("One", "Evan@e14n.com"),
        record("One", "..@e14n.com"),
        record("One", "a%41*\\|@[::1]:80"),
    ];
    for record in &records {
        keep(&store, record);
    }
    for record in &records {
        assert_eq!(store.read(&record.key()).unwrap().as_ref(), Some(record));
    }
    assert_eq!(store.accounts("Two").unwrap(), [acct("evan@e14n.com")]);
    assert_eq!(store.accounts("One").unwrap().len(), 5);

    let evan = store.path_of(&acct("evan@e14n.com"));
    assert_eq!(evan.file_name().unwrap(), "evan@e14n.com.json");
    let upper = store.path_of(&acct("Evan@e14n.com"));
    assert_eq!(upper.file_name().unwrap(), "%45van@e14n.com.json");
    let file: serde_json::Value = serde_json::from_slice(&fs::read(&evan).unwrap()).unwrap();
    assert_eq!(file["version"], 1);
    assert_eq!(file["records"].as_array().unwrap().len(), 2);

    for record in &records {
        store
            .update(&record.key(), &mut |kept| *kept = None)
            .unwrap();
    }
    assert!(!evan.exists());
    assert!(store.accounts("One").unwrap().is_empty());
}

#[cfg(unix)]
#[test]
fn nobody_else_may_look() {
    use std::os::unix::fs::PermissionsExt;

    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let directory = tempfile::tempdir().unwrap();
    let store = FileStore::at(directory.path().join("accounts"));
    // A directory that somebody made too open is closed.
    fs::create_dir(store.directory()).unwrap();
    fs::set_permissions(store.directory(), fs::Permissions::from_mode(0o755)).unwrap();
    keep(&store, &record("One", "evan@e14n.com"));
    assert_eq!(mode(store.directory()), 0o700);
    for entry in fs::read_dir(store.directory()).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
    }
}

#[test]
fn a_damaged_file_is_kept_aside() {
    let directory = tempfile::tempdir().unwrap();
    let store = FileStore::at(directory.path());
    let record = record("One", "evan@e14n.com");
    let path = store.path_of(&record.account);
    for (n, damage) in [
        &b"{\"version\": 1, \"acc token-hush"[..],
        b"",
        b"\xff\xfe",
        b"{\"version\":1}",
    ]
    .into_iter()
    .enumerate()
    {
        fs::write(&path, damage).unwrap();
        let error = if n % 2 == 0 {
            store.read(&record.key()).unwrap_err()
        } else {
            // A writer does not write over it either.
            let change = &mut |_: &mut Option<Record>| panic!("nothing to change");
            store.update(&record.key(), change).unwrap_err()
        };
        let aside = directory
            .path()
            .join(format!("evan@e14n.com.json.corrupt-{}", n + 1));
        assert_eq!(error.kind(), ErrorKind::StoreCorrupt);
        let text = format!("{error} {error:?}");
        assert!(text.contains(&*path.to_string_lossy()), "{text}");
        assert!(text.contains(&*aside.to_string_lossy()), "{text}");
        assert!(!text.contains("hush"), "{text}");
        assert_eq!(fs::read(&aside).unwrap(), damage);
        assert!(!path.exists());
        assert_eq!(store.read(&record.key()).unwrap(), None);
    }
    keep(&store, &record);
    assert_eq!(store.accounts("One").unwrap(), [acct("evan@e14n.com")]);
}

#[test]
fn a_directory_in_the_place_of_a_file_is_kept_aside() {
    let directory = tempfile::tempdir().unwrap();
    let store = FileStore::at(directory.path());
    let record = record("One", "evan@e14n.com");
    fs::create_dir(store.path_of(&record.account)).unwrap();
    let error = store.read(&record.key()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::StoreCorrupt);
    keep(&store, &record);
}

#[test]
fn a_file_of_a_newer_version_is_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    let store = FileStore::at(directory.path());
    let record = record("One", "evan@e14n.com");
    let path = store.path_of(&record.account);
    let newer = r#"{"version": 2, "vault": "elsewhere"}"#;
    fs::write(&path, newer).unwrap();
    let error = store.read(&record.key()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Store);
    assert!(error.to_string().contains("newer version"), "{error}");
    assert_eq!(error.hint(), Some("use that newer version"));
    let change = &mut |kept: &mut Option<Record>| *kept = Some(record.clone());
    assert!(store.update(&record.key(), change).is_err());
    assert_eq!(fs::read_to_string(&path).unwrap(), newer);
}

#[test]
fn a_directory_that_cannot_be_made_is_told() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("file");
    fs::write(&file, "").unwrap();
    let store = FileStore::at(file.join("accounts"));
    let record = record("One", "evan@e14n.com");
    let error = store.update(&record.key(), &mut |_| {}).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Store);
    assert!(error.to_string().contains("accounts"), "{error}");
}

const WRITERS: usize = 4;
const CHANGES: usize = 25;
const WRITER: &str = "PUMPHOUSE_TEST_WRITER";

/// What each process of the next test does.
#[test]
#[ignore = "the next test runs it, in processes of their own"]
fn one_writer() {
    let writer = std::env::var(WRITER).unwrap();
    let (number, directory) = writer.split_once(':').unwrap();
    let store = FileStore::at(directory);
    for n in 0..CHANGES {
        let account = acct("evan@e14n.com");
        // One record that all change, one of its own, both in one file.
        let shared = RecordKey::new("shared", account.clone());
        store
            .update(&shared, &mut |kept| {
                let mut shared = kept
                    .take()
                    .unwrap_or_else(|| record("shared", "evan@e14n.com"));
                let name = shared.token.as_ref().unwrap().token().to_owned();
                shared.token = Some(TokenCredentials::new(format!("{name}+"), "x"));
                *kept = Some(shared);
            })
            .unwrap();
        keep(&store, &record(&format!("{number}-{n}"), "evan@e14n.com"));
    }
}

#[test]
fn processes_that_write_at_once_lose_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let writers: Vec<_> = (0..WRITERS)
        .map(|number| {
            Command::new(std::env::current_exe().unwrap())
                .args(["--ignored", "--exact", "file_store::one_writer"])
                .env(WRITER, format!("{number}:{}", directory.path().display()))
                .stdout(std::process::Stdio::null())
                .spawn()
                .unwrap()
        })
        .collect();
    for mut writer in writers {
        assert!(writer.wait().unwrap().success());
    }
    let store = FileStore::at(directory.path());
    let account = acct("evan@e14n.com");
    let shared = store
        .read(&RecordKey::new("shared", account.clone()))
        .unwrap()
        .unwrap();
    let changes = shared.token.unwrap().token().matches('+').count();
    assert_eq!(changes, WRITERS * CHANGES);
    for number in 0..WRITERS {
        for n in 0..CHANGES {
            let key = RecordKey::new(format!("{number}-{n}"), account.clone());
            assert!(store.read(&key).unwrap().is_some());
        }
    }
}
