//! The tables of what PyPump does and of its names are whole, and name tests that are there.

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
    let rows = rows.filter(|row| !row.starts_with("no. |"));
    let mut missing = numbers();
    let known = missing.clone();
    for row in rows {
        let mut columns = row.splitn(3, " | ");
        let (numbers, shown) = (columns.next().unwrap(), columns.nth(1).unwrap());
        for number in numbers.split(' ') {
            assert!(known.contains(number), "there is no row {number}: {row}");
            missing.remove(number);
        }
        if shown.starts_with("*No:*") {
            continue;
        }
        let named: Vec<_> = shown.split('`').skip(1).step_by(2).collect();
        assert!(!named.is_empty(), "neither test nor reason: {row}");
        for name in named {
            assert!(tests.contains(name), "there is no test {name:?}: {row}");
        }
    }
    assert!(missing.is_empty(), "not in the table: {missing:?}");
}

/// How many rows each section of the survey has, from the first on.
const ROWS: [u32; 17] = [7, 7, 9, 16, 7, 15, 7, 10, 10, 17, 10, 1, 2, 13, 6, 36, 10];

/// The numbers of all rows.
fn numbers() -> BTreeSet<String> {
    let sections = (1..).zip(ROWS);
    let rows = sections.flat_map(|(section, rows)| (1..=rows).map(move |row| (section, row)));
    rows.map(|(section, row)| format!("{section}.{row}"))
        .collect()
}

/// What stands between back-quotes in the first column of a table.
fn names_of_rows(text: &str) -> BTreeSet<&str> {
    let columns = text
        .lines()
        .filter_map(|line| line.strip_prefix("| ")?.split_once(" | "));
    columns
        .flat_map(|(first, _)| first.split('`').skip(1).step_by(2))
        .collect()
}

#[test]
fn every_public_name_of_pypump_stands_beside_ours() {
    let here = names_of_rows(include_str!("../../src/pypump.md"));
    let lines = include_str!("../pypump-names.txt").lines();
    let lines = lines.filter(|line| !line.starts_with('#'));
    let mut known = BTreeSet::new();
    let mut sections = BTreeSet::new();
    for line in lines {
        let (section, names) = line.split_once(' ').unwrap();
        sections.insert(section.parse::<u32>().unwrap());
        for name in names.split_whitespace() {
            assert!(here.contains(name), "{name} is missing in the table");
            assert!(known.insert(name), "{name} is listed twice");
        }
    }
    let more: Vec<_> = here.difference(&known).collect();
    // What PyPump has no name for, and says only by a word of the language.
    assert_eq!(more, [&"reversed()"], "known to the table alone");
    assert_eq!(sections, (1..=14).collect(), "a section without a name");
}
