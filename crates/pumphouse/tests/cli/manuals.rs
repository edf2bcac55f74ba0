//! Completions and manual pages.

use std::path::Path;
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
}

/// What a command did, and that of the output which is not as long as the program.
fn told(arguments: &[&str], directory: &Path, begin: usize) -> String {
    let output = pumphouse(arguments);
    let out = String::from_utf8(output.stdout).unwrap();
    let out: Vec<&str> = out.lines().take(begin).collect();
    let err = String::from_utf8(output.stderr).unwrap();
    let text = format!(
        "$ pumphouse {}\nstatus {}\n--- out\n{}\n--- err\n{err}",
        arguments.join(" "),
        output.status.code().unwrap(),
        out.join("\n")
    );
    text.replace(directory.to_str().unwrap(), "DIRECTORY")
}

/// The version of the program differs from time to time.
fn assert_manual(name: &str, text: &str) {
    insta::with_settings!({filters => vec![(env!("CARGO_PKG_VERSION"), "VERSION")]}, {
        insta::assert_snapshot!(name, text);
    });
}

#[test]
fn completions_are_told() {
    let nowhere = Path::new("/nowhere");
    let mut texts = Vec::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        texts.push(told(&["completions", shell], nowhere, 8));
    }
    texts.push(told(&["completions", "cobol"], nowhere, 8));
    texts.push(told(&["completions"], nowhere, 8));
    assert_manual("completions", &texts.join("\n"));
}

#[test]
fn manual_pages_are_told() {
    let directory = tempfile::tempdir().unwrap();
    let place = directory.path();
    let pages = place.join("pages");
    let file = place.join("file");
    std::fs::write(&file, "").unwrap();
    let inside = file.join("pages");
    let words = |path: &Path| told(&["man", path.to_str().unwrap()], place, 8);
    let mut texts = vec![
        told(&["man"], place, 4),
        words(&pages),
        words(&file),
        words(&inside),
        told(&["man", "one", "two"], place, 8),
    ];
    let names = std::fs::read_dir(&pages).unwrap();
    let mut names: Vec<String> = names
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    texts.push(names.join("\n"));
    texts.push(std::fs::read_to_string(pages.join("pumphouse-completions.1")).unwrap());
    assert_manual("man", &texts.join("\n"));
}
