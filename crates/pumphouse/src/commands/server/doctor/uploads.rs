//! Whether the files that people uploaded are where the database says, and no others.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use pumphouse_store::Inspection;

use super::Patient;
use super::finding::Finding;
use crate::error::Error;

const SUBJECT: &str = "uploads";
/// A file that is younger may be on its way into the database.
const YOUNG: Duration = Duration::from_secs(3_600);
/// So many are named.
const NAMED: usize = 3;

pub(super) fn examine(patient: &Patient) -> Result<Vec<Finding>, Error> {
    let directory = patient.settings.data_dir()?;
    let Ok(Some(inspection)) = Inspection::open(&directory) else {
        // Said already.
        return Ok(Vec::new());
    };
    let root = directory.join("uploads");
    Ok(
        look(&inspection, &root, patient.now).unwrap_or_else(|error| {
            vec![Finding::failure(
                SUBJECT,
                format!("they cannot be looked at: {error}"),
                "run this as the server's user",
            )]
        }),
    )
}

fn look(inspection: &Inspection, root: &Path, now: i64) -> io::Result<Vec<Finding>> {
    let (mut count, mut missing) = (0_u32, Vec::new());
    inspection
        .uploads(|path| {
            count += 1;
            if !root.join(path).exists() {
                missing.push(path.to_owned());
            }
            Ok::<_, pumphouse_store::Error>(())
        })
        .map_err(io::Error::other)?;
    let mut orphans = Vec::new();
    if root.exists() {
        walk(root, &mut |file| {
            let path = file.strip_prefix(root).unwrap_or(file).to_string_lossy();
            let known = inspection.knows_upload(&path).map_err(io::Error::other)?;
            if !known && !is_young(file, now)? {
                orphans.push(path.into_owned());
            }
            Ok(())
        })?;
    }
    let mut findings = Vec::new();
    if !missing.is_empty() {
        findings.push(Finding::failure(
            SUBJECT,
            format!("of {count} files {}", told(&missing, "are missing")),
            format!("copy them from a backup to {}", root.display()),
        ));
    }
    if !orphans.is_empty() {
        findings.push(Finding::warning(
            SUBJECT,
            told(&orphans, "belong to nothing"),
            format!(
                "remove them from {} if you do not know them",
                root.display()
            ),
        ));
    }
    if findings.is_empty() {
        findings.push(Finding::good(
            SUBJECT,
            format!("all {count} files are there"),
        ));
    }
    Ok(findings)
}

/// Calls a function with every file below a directory.
fn walk(directory: &Path, each: &mut impl FnMut(&Path) -> io::Result<()>) -> io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let path: PathBuf = entry.path();
        if entry.file_type()?.is_dir() {
            walk(&path, each)?;
        } else {
            each(&path)?;
        }
    }
    Ok(())
}

fn is_young(file: &Path, now: i64) -> io::Result<bool> {
    let modified = fs::symlink_metadata(file)?.modified()?;
    let since = modified
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap_or_default();
    let now = Duration::from_micros(now.unsigned_abs());
    Ok(since + YOUNG > now)
}

fn told(paths: &[String], what: &str) -> String {
    let named = paths
        .iter()
        .take(NAMED)
        .map(String::as_str)
        .collect::<Vec<_>>();
    let more = if paths.len() > NAMED { ", …" } else { "" };
    format!("{} {what}: {}{more}", paths.len(), named.join(", "))
}
