//! Accounts and invitations, while the server runs and while it does not.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use serde_json::{Value, json};

use crate::support::{
    Caller, PASSWORD, Server, free_port, out, pumphouse, refused, run_with, text,
};

const DATA: [&str; 2] = ["--data-dir", "data"];

fn command(words: &[&'static str]) -> Vec<&'static str> {
    let mut command = vec!["server"];
    command.extend(words);
    command.extend(DATA);
    command
}

fn done(home: &Path, words: &[&'static str], input: &str) -> String {
    let output = run_with(home, &command(words), input);
    assert!(output.status.success(), "{words:?}: {output:?}");
    text(&output.stdout, home)
}

fn no(home: &Path, words: &[&'static str], input: &str, status: i32) -> String {
    refused(home, &command(words), input, status)
}

/// What can be done, whether a server runs or not.
fn look_after_accounts(home: &Path) {
    let input = format!("{PASSWORD}\nnot this\n");
    let add = ["user", "add", "alice", "--password-stdin"];
    assert_eq!(done(home, &add, &input), "alice has an account now.\n");
    let words = [
        "user",
        "add",
        "bob",
        "--password-stdin",
        "--email",
        "bob@b.test",
        "--json",
    ];
    let bob: Value = serde_json::from_str(&done(home, &words, &input)).unwrap();
    assert_eq!(bob["nickname"], "bob");
    assert_eq!(bob["email"], "bob@b.test");

    assert_eq!(
        no(home, &add, &input, 4),
        "error: somebody has that user name, or had it before: names are given once; choose another\n"
    );
    for (words, input, status, said) in [
        (
            &["user", "add", "carl", "--password-stdin"][..],
            "weak",
            4,
            "the password is too weak",
        ),
        (
            &["user", "add", "c d", "--password-stdin"],
            "wonder-l4nd",
            4,
            "'c d' is no user name",
        ),
        (
            &["user", "add", "carl", "--password-stdin"],
            "",
            2,
            "no password on standard input",
        ),
        (
            &["user", "add", "carl"],
            "wonder-l4nd",
            2,
            "hint: give it on standard input",
        ),
        (
            &["user", "password", "carl", "--password-stdin"],
            "wonder-l4nd",
            4,
            "no user 'carl'",
        ),
        (
            &["user", "delete", "carl", "--yes"],
            "",
            4,
            "there is no user 'carl'",
        ),
        (
            &["user", "delete", "bob"],
            "bob",
            2,
            "hint: say that you are sure: --yes",
        ),
    ] {
        let text = no(home, words, input, status);
        assert!(text.contains(said), "{words:?}: {text}");
    }

    let said = done(
        home,
        &["user", "password", "alice", "--password-stdin"],
        "other-l4nd",
    );
    assert!(said.starts_with("alice has a new password"), "{said}");
    let said = done(home, &["user", "delete", "bob", "--yes"], "");
    assert_eq!(said, "The account bob is deleted.\n");
    assert!(
        no(home, &["user", "add", "bob", "--password-stdin"], &input, 4).contains("given once")
    );

    let list: Value = serde_json::from_str(&done(home, &["user", "list", "--json"], "")).unwrap();
    let names: Vec<&str> = list
        .as_array()
        .unwrap()
        .iter()
        .map(|account| account["nickname"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["root", "alice"]);
    let list = done(home, &["user", "list"], "");
    assert!(list.starts_with("root   since 20"), "{list}");
    assert_eq!(list.lines().count(), 2);
}

async fn start(home: &Path, port: u16) -> (Server, Caller) {
    let serve = format!("serve --data-dir data --port {port} --registration invitation");
    let (server, _) = Server::start(pumphouse(home).args(serve.split(' ')));
    let caller = Caller::registered(&format!("http://localhost:{port}")).await;
    (server, caller)
}

#[tokio::test]
async fn accounts_are_looked_after_while_the_server_runs() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    let (server, application) = start(home, free_port()).await;
    let socket = home.join("data/control.sock");
    let mode = socket.metadata().unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    done(home, &["user", "add", "root", "--password-stdin"], PASSWORD);
    look_after_accounts(home);

    // The server knows at once.
    let (status, user) = application.send("GET", "/api/user/alice", None).await;
    assert_eq!((status, &user["nickname"]), (200, &json!("alice")));
    assert_eq!(application.send("GET", "/api/user/bob", None).await.0, 404);
    server.signal("-TERM");
    drop(server);
}

#[tokio::test]
async fn accounts_are_looked_after_while_no_server_runs() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    assert_eq!(
        no(home, &["user", "list"], "", 1),
        "error: cannot reach the server or its data: there is no data in data yet: start the server once, \
         because data belong to the address under which they are made; or name another place with \
         --data-dir\n"
    );
    let port = free_port();
    let (server, _) = start(home, port).await;
    server.stop();
    assert!(!home.join("data/control.sock").exists());
    done(home, &["user", "add", "root", "--password-stdin"], PASSWORD);
    look_after_accounts(home);

    let (_server, application) = start(home, port).await;
    let (status, user) = application.send("GET", "/api/user/alice", None).await;
    let id = format!("http://localhost:{port}/api/user/alice/profile");
    assert_eq!((status, &user["profile"]["id"]), (200, &json!(id)));
}

#[tokio::test]
async fn invitations_let_one_person_in_and_a_socket_left_behind_is_replaced() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    let port = free_port();
    let (server, application) = start(home, port).await;
    let account =
        |code: &str| json!({"nickname": "guest", "password": PASSWORD, "invitation": code});
    let (status, _) = application
        .send("POST", "/api/users", Some(account("x")))
        .await;
    assert_eq!(status, 403);
    let url = done(home, &["invite"], "");
    let page = format!("http://localhost:{port}/main/register?invitation=");
    let code = url.trim_end().strip_prefix(&page).unwrap();
    // A killed server leaves its socket.
    server.kill();
    assert!(home.join("data/control.sock").exists());

    let (_server, application) = start(home, port).await;
    let (status, user) = application
        .send("POST", "/api/users", Some(account(code)))
        .await;
    assert_eq!(status, 200, "{user}");
    let json: Value = serde_json::from_str(&done(home, &["invite", "--json"], "")).unwrap();
    assert!(json["url"].as_str().unwrap().starts_with(&page));
    assert!(done(home, &["user", "list"], "").starts_with("guest  since"));
}

#[tokio::test]
async fn a_server_that_cannot_be_spoken_to_is_told() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    let (_server, _) = start(home, free_port()).await;
    let said = no(
        home,
        &["user", "list", "--control-socket", "elsewhere"],
        "",
        1,
    );
    assert!(
        said.contains("a server uses data and does not answer at its control socket elsewhere"),
        "{said}"
    );
    // What is no socket stays.
    std::fs::write(home.join("file"), "x").unwrap();
    let serve = [
        "serve",
        "--data-dir",
        "other",
        "--port",
        "0",
        "--control-socket",
        "file",
    ];
    let said = refused(home, &serve, "", 1);
    assert!(said.contains("which is no socket"), "{said}");
    // Nor does that of another server.
    let serve = [
        "serve",
        "--data-dir",
        "third",
        "--port",
        "0",
        "--control-socket",
        "data/control.sock",
    ];
    let said = refused(home, &serve, "", 1);
    assert!(said.contains("another server listens on it"), "{said}");
    done(home, &["user", "list"], "");
}

#[test]
fn every_command_explains_itself_with_an_example() {
    let home = tempfile::tempdir().unwrap();
    for words in [
        &["server"][..],
        &["server", "user"],
        &["server", "user", "add"],
        &["server", "user", "password"],
        &["server", "user", "delete"],
        &["server", "user", "list"],
        &["server", "invite"],
        &["server", "backup"],
        &["server", "doctor"],
    ] {
        let mut command = words.to_vec();
        command.push("--help");
        let help = out(home.path(), &command);
        let example = format!("  pumphouse {}", words.join(" "));
        assert!(
            help.contains("\nExample") && help.contains(&example),
            "{help}"
        );
    }
    let help = out(home.path(), &["server", "--help"]);
    insta::assert_snapshot!("server-help", help);
    let help = out(home.path(), &["server", "user", "add", "--help"]);
    insta::assert_snapshot!("server-user-add-help", help);
}
