//! The table of what PyPump does names tests that are there.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// The names of all tests in a directory of sources.
fn tests_in(directory: &Path, names: &mut BTreeSet<String>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            tests_in(&path, names);
        } else if path.extension().is_some_and(|it| it == "rs") {
            let source = fs::read_to_string(&path).unwrap();
            let mut is_test = false;
            for line in source.lines().map(str::trim_start) {
                is_test |= line == "#[test]" || line.starts_with("#[tokio::test");
                if is_test && let Some((_, named)) = line.split_once("fn ") {
                    names.extend(named.split_once('(').map(|(name, _)| name.to_owned()));
                    is_test = false;
                }
            }
        }
    }
}

#[test]
fn every_feature_has_a_test_that_exists_or_a_reason() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut tests = BTreeSet::new();
    for part in ["src", "tests", "../activity/src", "../pumphouse/tests"] {
        tests_in(&here.join(part), &mut tests);
    }
    let table = fs::read_to_string(here.join("tests/pypump.md")).unwrap();
    let rows = table.lines().filter_map(|line| line.strip_prefix("| "));
    let rows = rows.filter(|row| !row.starts_with("what |"));
    let mut count = 0;
    for row in rows {
        let (_, shown) = row.split_once(" | ").unwrap();
        count += 1;
        if shown.starts_with("*No:*") {
            continue;
        }
        let named: Vec<_> = shown.split('`').skip(1).step_by(2).collect();
        assert!(!named.is_empty(), "neither test nor reason: {row}");
        for name in named {
            assert!(tests.contains(name), "there is no test {name:?}: {row}");
        }
    }
    assert!(count > 80, "only {count} rows were found");
}
