//! Completions and manual pages.

use std::process::Command;

fn pumphouse(arguments: &[&str]) -> std::process::Output {
    Command::new(env!("CARGO_BIN_EXE_pumphouse"))
        .args(arguments)
        .output()
        .unwrap()
}

#[test]
fn every_shell_gets_completions() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let output = pumphouse(&["completions", shell]);
        assert!(output.status.success(), "{output:?}");
        let script = String::from_utf8(output.stdout).unwrap();
        for word in ["inbox", "nobody-else"] {
            assert!(script.contains(word), "{shell}: {word}");
        }
    }
    assert_eq!(pumphouse(&["completions", "cobol"]).status.code(), Some(2));
}

#[test]
fn every_command_gets_a_manual_page() {
    let directory = tempfile::tempdir().unwrap();
    let pages = directory.path().join("man1");
    let output = pumphouse(&["man", pages.to_str().unwrap()]);
    assert!(output.status.success(), "{output:?}");
    for page in ["pumphouse", "pumphouse-post", "pumphouse-server-user-add"] {
        let text = std::fs::read_to_string(pages.join(format!("{page}.1"))).unwrap();
        assert!(text.contains(".TH"), "{page}");
    }
    let one = pumphouse(&["man"]);
    assert!(
        String::from_utf8(one.stdout)
            .unwrap()
            .contains(".TH pumphouse 1")
    );
    // A file stands where the directory is to be.
    let file = directory.path().join("file");
    std::fs::write(&file, "").unwrap();
    let refused = pumphouse(&["man", file.to_str().unwrap()]);
    assert_eq!(refused.status.code(), Some(1));
}
