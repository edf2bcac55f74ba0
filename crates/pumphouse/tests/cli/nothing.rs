//! What the client commands say, and with which status, when there is nothing to be done.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What a command did.
pub(crate) struct Outcome {
    pub(crate) status: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// Runs the program with a home of its own and nothing else of the environment.
pub(crate) fn pumphouse(home: &Path, arguments: &[&str]) -> Outcome {
    pumphouse_in(home, arguments, &[])
}

/// The same, with variables of the environment.
fn pumphouse_in(home: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Outcome {
    let output = Command::new(env!("CARGO_BIN_EXE_pumphouse"))
        .args(arguments)
        .env_clear()
        .env("HOME", home)
        .env("XDG_CONFIG_HOME", home)
        .env("XDG_STATE_HOME", home.join("state"))
        .env("APPDATA", home)
        .envs(variables.iter().copied())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    Outcome {
        status: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

fn home() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

const COMMANDS: &[&str] = &[
    "register",
    "login",
    "accounts",
    "switch",
    "whoami",
    "profile",
    "post",
    "reply",
    "edit",
    "delete",
    "like",
    "unlike",
    "share",
    "unshare",
    "follow",
    "unfollow",
    "join",
    "leave",
    "lists",
    "upload",
    "inbox",
    "outbox",
    "watch",
    "show",
    "thread",
    "favourites",
    "followers",
    "following",
    "search",
    "users",
    "uploads",
    "download",
    "backup",
    "request",
    "import-pypump",
    "logout",
];

#[test]
fn every_command_explains_itself_with_an_example() {
    let home = home();
    let all = pumphouse(home.path(), &["--help"]);
    assert_eq!(all.status, 0);
    for command in COMMANDS {
        assert!(all.out.contains(&format!("\n  {command} ")), "{command}");
        let help = pumphouse(home.path(), &[command, "--help"]);
        assert_eq!(help.status, 0);
        assert!(help.out.contains("\nExample"), "{}", help.out);
        assert!(
            help.out.contains(&format!("  pumphouse {command}")),
            "{}",
            help.out
        );
        // An answer is printed as it came.
        let prints_json = help.out.contains("--json") || *command == "request";
        assert!(prints_json, "{}", help.out);
    }
}

#[test]
fn without_an_account_the_way_to_one_is_told() {
    let home = home();
    for arguments in [
        &["whoami"][..],
        &["post", "x"],
        &["inbox"],
        &["outbox"],
        &["watch"],
        &["favourites"],
        &["search", "x"],
        &["show", "1"],
        &["thread", "1"],
        &["download", "1"],
        &["backup", "saved"],
        &["request", "GET", "/"],
        &["logout"],
    ] {
        let outcome = pumphouse(home.path(), arguments);
        assert_eq!(outcome.status, 3, "{arguments:?}");
        assert_eq!(
            outcome.err,
            "error: no account is logged in here\n\
             hint: log in with: pumphouse login user@host\n"
        );
        assert_eq!(outcome.out, "");
    }
    let named = pumphouse(home.path(), &["whoami", "--account", "evan@e14n.com"]);
    assert_eq!(named.status, 3);
    assert!(
        named.err.contains("evan@e14n.com is not logged in here"),
        "{}",
        named.err
    );
    let none = pumphouse(home.path(), &["accounts", "--json"]);
    assert_eq!((none.status, none.out.as_str()), (0, "[]\n"));
}

#[test]
fn wrong_usage_is_told_before_anything_happens() {
    let home = home();
    for (arguments, said) in [
        (
            &["login", "nobody"][..],
            "'nobody' is not an address of the form user@host",
        ),
        (
            &["login", "--resume", "a@127.0.0.1:1"],
            "no log-in of a@127.0.0.1:1 was begun",
        ),
        (
            &["login", "--resume", "--restart", "a@b"],
            "cannot be used with",
        ),
        (
            &["inbox", "--before", "x", "--since", "y"],
            "cannot be used with",
        ),
        (&["inbox", "--major", "--minor"], "cannot be used with"),
        (&["inbox", "--count", "0"], "0 is not in 1.."),
        (
            &["post", "--to", "any body", "x"],
            "say public, followers, list:NAME, or user@host",
        ),
        (&["fly"], "unrecognized subcommand"),
    ] {
        let outcome = pumphouse(home.path(), arguments);
        assert_eq!(outcome.status, 2, "{arguments:?}: {}", outcome.err);
        assert!(outcome.err.contains(said), "{arguments:?}: {}", outcome.err);
    }
    assert!(!home.path().join("pumphouse").exists());
}

#[test]
fn hosts_that_cannot_be_are_told_apart() {
    let home = home();
    let unknown = pumphouse(home.path(), &["login", "a@no-such-host.invalid"]);
    assert_eq!(unknown.status, 1);
    assert!(
        unknown.err.contains("the name of the host was not found"),
        "{}",
        unknown.err
    );
    assert!(unknown.err.contains("\nhint: "), "{}", unknown.err);

    let free = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let silent = pumphouse(home.path(), &["login", &format!("a@{free}")]);
    assert_eq!(silent.status, 1);
    assert!(silent.err.contains("could not connect"), "{}", silent.err);
}

/// A file of credentials as the store writes it, of a finished log-in.
pub(crate) fn write_account(home: &Path, account: &str, base: &str) -> PathBuf {
    let directory = home.join("pumphouse/accounts");
    fs::create_dir_all(&directory).unwrap();
    let path = directory.join(format!("{}.json", account.replace(':', "%3A")));
    let at = |path: &str| format!("{base}{path}");
    let content = serde_json::json!({"version": 1, "account": account, "records": [{
        "application": "pumphouse",
        "account": account,
        "endpoints": {
            "base": base,
            "registration": at("/api/client/register"),
            "request_token": at("/oauth/request_token"),
            "authorize": at("/oauth/authorize"),
            "access_token": at("/oauth/access_token"),
            "whoami": at("/api/whoami"),
        },
        "client": {"id": "key", "secret": "hush", "expires_at": 0},
        "token": {"id": "token", "secret": "hush"},
    }]});
    fs::write(&path, content.to_string()).unwrap();
    path
}

#[test]
fn without_a_text_nothing_is_sent() {
    let home = home();
    write_account(home.path(), "a@one.invalid", "https://one.invalid");
    for arguments in [
        &["post", " "][..],
        &["post"],
        &["post", "-"],
        &["post", "--html", ""],
    ] {
        let outcome = pumphouse(home.path(), arguments);
        assert_eq!(outcome.status, 2, "{arguments:?}: {}", outcome.err);
        assert_eq!(outcome.err, "error: there is no text to post\n");
    }
    for (arguments, said) in [
        (
            &["post", "--image", "none.jpg"][..],
            "could not read none.jpg",
        ),
        (&["post", "--alt", "A cat", "x"], "--file <PATH>"),
        (
            &["post", "--image", ".", "--alt", ""],
            "a value is required",
        ),
    ] {
        let outcome = pumphouse(home.path(), arguments);
        assert_ne!(outcome.status, 0);
        assert!(outcome.err.contains(said), "{arguments:?}: {}", outcome.err);
    }
}

#[test]
fn several_accounts_want_a_choice() {
    let home = home();
    write_account(home.path(), "a@one.invalid", "https://one.invalid");
    write_account(home.path(), "b@two.invalid", "https://two.invalid");
    let outcome = pumphouse(home.path(), &["whoami"]);
    assert_eq!(outcome.status, 2);
    assert_eq!(
        outcome.err,
        "error: several accounts are logged in: a@one.invalid, b@two.invalid\n\
         hint: choose one with --account, or for good with: pumphouse switch user@host\n"
    );
    let list = pumphouse(home.path(), &["accounts"]);
    assert_eq!(
        list.out,
        "a@one.invalid  logged in\nb@two.invalid  logged in\n"
    );

    let again = pumphouse(home.path(), &["login", "a@one.invalid"]);
    assert_eq!(
        (again.status, &*again.out),
        (0, "a@one.invalid was already logged in.\n")
    );
    let out = pumphouse(
        home.path(),
        &["logout", "--account", "a@one.invalid", "--json"],
    );
    assert_eq!(
        out.out,
        "{\"account\":\"a@one.invalid\",\"logged_out\":true}\n"
    );
    // With one left, there is no choice to make.
    let only = pumphouse(home.path(), &["whoami"]);
    assert_eq!(only.status, 1);
    assert!(
        only.err.contains("https://two.invalid/api/whoami"),
        "{}",
        only.err
    );
    assert!(!only.err.contains("hush"));
}

#[test]
fn the_environment_names_an_account_or_none() {
    let home = home();
    let in_account = |named| {
        let outcome = pumphouse_in(home.path(), &["whoami"], &[("PUMPHOUSE_ACCOUNT", named)]);
        outcome.err
    };
    assert!(in_account("").starts_with("error: no account is logged in here\n"));
    assert!(in_account("a@one.invalid").contains("a@one.invalid"));
    let wrong = in_account("one");
    assert!(
        wrong.starts_with("error: PUMPHOUSE_ACCOUNT names no account: "),
        "{wrong}"
    );
    // An option comes first.
    let variables = [("PUMPHOUSE_ACCOUNT", "one")];
    let arguments = ["whoami", "--account", "b@two.invalid"];
    let chosen = pumphouse_in(home.path(), &arguments, &variables);
    assert!(chosen.err.contains("b@two.invalid"), "{}", chosen.err);
    let empty = pumphouse(home.path(), &["whoami", "--account", ""]);
    assert_eq!(empty.status, 2, "{}", empty.err);
}

#[test]
fn plain_http_must_be_asked_for() {
    let home = home();
    write_account(home.path(), "a@one.invalid", "http://one.invalid");
    let refused = pumphouse(home.path(), &["whoami"]);
    assert_eq!(refused.status, 2);
    assert!(refused.err.contains("--insecure-http"), "{}", refused.err);
    let allowed = pumphouse(home.path(), &["whoami", "--insecure-http"]);
    assert_eq!(allowed.status, 1, "{}", allowed.err);
}

/// The account of a server that answers whatever is asked with this, until the test ends; `{n}` in it
/// is another number each time.
fn account_of_a_server_that_goes_on(home: &Path, body: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for number in 0.. {
            let (mut stream, _) = listener.accept().unwrap();
            let _ = stream.read(&mut [0; 16 * 1024]);
            let body = body.replace("{n}", &number.to_string());
            let body = body.replace("{host}", &address.to_string());
            let head = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length:";
            let _ = stream.write_all(format!("{head} {}\r\n\r\n{body}", body.len()).as_bytes());
        }
    });
    let account = format!("a@{address}");
    write_account(home, &account, &format!("http://{address}"));
    account
}

#[test]
fn a_conversation_without_end_is_bounded() {
    // Every answer has an answer, and answers another note; all of it tries to steer the terminal.
    let body = "{\"objectType\":\"note\",\"id\":\"http://{host}/api/note/{n}\",\
        \"content\":\"&#27;[2J\u{9b}31m{n}\",\"displayName\":\"\\u001b]0;x\",\
        \"inReplyTo\":{\"objectType\":\"note\",\"id\":\"http://{host}/api/note/up{n}\"},\
        \"replies\":{\"url\":\"http://{host}/api/note/{n}/replies\"},\
        \"items\":[{\"objectType\":\"comment\",\"id\":\"http://{host}/api/comment/{n}\",\
        \"replies\":{\"url\":\"http://{host}/api/comment/{n}/replies\"}}]}";
    let home = home();
    let account = account_of_a_server_that_goes_on(home.path(), body);
    let note = format!("http://{}/api/note/x", account.trim_start_matches("a@"));
    for (count, shown) in [("10", 10), ("1000", 51)] {
        let thread = ["thread", &note, "-n", count, "--account", &account];
        let thread = pumphouse(home.path(), &thread);
        assert_eq!(thread.status, 0, "{}", thread.err);
        let numbers = thread
            .out
            .lines()
            .filter(|line| line.contains("comment") && !line.contains("http"));
        assert_eq!(numbers.count() + 1, shown, "{}", thread.out);
        assert!(thread.err.starts_with("There is more: "), "{}", thread.err);
        assert!(!thread.out.contains(['\u{1b}', '\u{9b}']), "{}", thread.out);
    }
    let shown = pumphouse(home.path(), &["show", &note, "--account", &account]);
    assert_eq!(shown.status, 0, "{}", shown.err);
    assert!(!shown.out.contains(['\u{1b}', '\u{9b}']), "{}", shown.out);
}

/// The account of a server that gives this answer once, and then no more.
fn account_of_a_server_that_says(home: &Path, answer: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        // A request and its body may come in two pieces; either is enough to answer.
        assert_ne!(stream.read(&mut [0; 16 * 1024]).unwrap(), 0);
        stream.write_all(answer.as_bytes()).unwrap();
    });
    let account = format!("a@{address}");
    write_account(home, &account, &format!("http://{address}"));
    account
}

#[test]
fn a_post_without_an_answer_is_not_called_failed() {
    for answer in ["", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}"] {
        let home = home();
        let account = account_of_a_server_that_says(home.path(), answer);
        let post = pumphouse(home.path(), &["post", "--account", &account, "x"]);
        assert_eq!(post.status, 1);
        let advice = "may have been done all the same: look with pumphouse outbox";
        assert!(post.err.contains(advice), "{}", post.err);
    }
}

#[test]
fn what_a_server_sends_steers_neither_terminal_nor_shell() {
    let page = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n\
        {\"links\":{\"next\":{\"href\":\"/?before=x\"}},\
        \"items\":[{\"id\":\"x'; y '\\u001b[2J\",\"content\":\"&#27;[2J\u{9b}31mhi\"}]}";
    let home = home();
    let account = account_of_a_server_that_says(home.path(), page);
    let inbox = pumphouse(
        home.path(),
        &["inbox", "--major", "-n", "1", "--account", &account],
    );
    assert_eq!(inbox.status, 0, "{}", inbox.err);
    assert_eq!(
        inbox.err,
        format!(
            "Older: pumphouse inbox --major --account {account} --count 1 --before 'x'\\''; y '\\''[2J'\n"
        )
    );
    assert!(!inbox.out.contains(['\u{1b}', '\u{9b}']), "{}", inbox.out);

    let account = account_of_a_server_that_says(home.path(), page);
    let arguments = ["inbox", "-n", "1", "--json", "--account", &account];
    let json = pumphouse(home.path(), &arguments);
    assert!(json.out.contains("\\u009b31mhi"), "{}", json.out);
    let value: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!(value["items"][0]["content"], "&#27;[2J\u{9b}31mhi");
}

#[test]
fn a_damaged_file_is_put_aside_and_named() {
    let home = home();
    let path = write_account(home.path(), "a@one.invalid", "https://one.invalid");
    fs::write(&path, "{\"version\": 1, hush").unwrap();
    let outcome = pumphouse(home.path(), &["whoami"]);
    assert_eq!(outcome.status, 3);
    let aside = path.with_extension("json.corrupt-1");
    for name in [&path, &aside] {
        assert!(
            outcome.err.contains(&*name.to_string_lossy()),
            "{}",
            outcome.err
        );
    }
    assert!(!outcome.err.contains("hush") && outcome.err.contains("\nhint: "));
    assert!(aside.exists() && !path.exists());
}

#[test]
fn a_reader_that_had_enough_is_no_failure() {
    let home = home();
    let mut child = Command::new(env!("CARGO_BIN_EXE_pumphouse"))
        .args(["accounts", "--json"])
        .env("XDG_CONFIG_HOME", home.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    assert!(output.stderr.is_empty(), "{output:?}");
}
