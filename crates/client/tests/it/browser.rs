//! The whole log-in in the person's browser. On Linux, where a program may say which browser that is.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use pumphouse_client::{Client, Url};

use crate::person::RealServer;

const PATIENCE: Duration = Duration::from_secs(60);
/// Where the process that logs in finds who it is to be.
const ACCOUNT: &str = "PUMPHOUSE_TEST_ACCOUNT";

/// The process that logs in.
#[tokio::test]
#[ignore = "is started by the test below, with a browser of its own"]
async fn the_process_that_opens_the_browser() {
    let client = Client::builder("Test.io").build().unwrap();
    let account = std::env::var(ACCOUNT).unwrap().parse().unwrap();
    let shown = |url: &Url| eprintln!("shown {url}");
    let session = client.connect_in_browser(&account, PATIENCE, shown).await;
    let me = session.unwrap().whoami().await.unwrap();
    eprintln!("logged in as {}", me.preferred_username.as_ref().unwrap());
}

/// A program that takes an address and leaves it in a file.
fn browser(directory: &Path) -> std::path::PathBuf {
    use std::os::unix::fs::PermissionsExt as _;

    let path = directory.join("browser");
    let (part, opened) = (directory.join("part"), directory.join("opened"));
    let script = format!(
        "#!/bin/sh\nprintf %s \"$1\" > '{}' && mv '{}' '{}'\n",
        part.display(),
        part.display(),
        opened.display()
    );
    let mut file = std::fs::File::create(&path).unwrap();
    file.write_all(script.as_bytes()).unwrap();
    file.set_permissions(std::fs::Permissions::from_mode(0o700))
        .unwrap();
    path
}

/// What the browser was given, once it is there.
async fn opened(directory: &Path) -> Url {
    let waited = tokio::time::timeout(PATIENCE, async {
        loop {
            match std::fs::read_to_string(directory.join("opened")) {
                Ok(url) => return url,
                Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
            }
        }
    });
    waited.await.unwrap().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_persons_browser_is_opened_and_its_coming_back_is_the_log_in() {
    let server = RealServer::start().await;
    let mut alice = server.person("alice").await;
    let directory = tempfile::tempdir().unwrap();
    let process = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "browser::the_process_that_opens_the_browser"])
        .args(["--ignored", "--nocapture"])
        .env("BROWSER", browser(directory.path()))
        .env(ACCOUNT, server.acct("alice").to_string())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let url = opened(directory.path()).await;
    // The browser is led back to the program, which waits for it on this machine.
    let back: Url = alice.agree(&url).await.parse().unwrap();
    assert_eq!(back.host_str(), Some("127.0.0.1"));
    let page = reqwest::get(back).await.unwrap();
    assert!(page.status().is_success());
    let ended = tokio::task::spawn_blocking(|| process.wait_with_output());
    let ended = ended.await.unwrap().unwrap();
    let said = String::from_utf8(ended.stderr).unwrap();
    assert!(ended.status.success(), "{said}");
    assert!(said.contains(&format!("shown {url}\n")), "{said}");
    assert!(said.contains("logged in as alice"), "{said}");
}
