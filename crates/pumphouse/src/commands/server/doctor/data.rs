//! The data directory, the database in it, the disk, and the clock.

use std::fs::{self, Metadata};
use std::path::Path;

use pumphouse_store::Inspection;

use super::Patient;
use super::finding::{Finding, bytes, day};
use crate::error::Error;

const DIRECTORY: &str = "data";
const DATABASE: &str = "database";
const DISK: &str = "disk";
const CLOCK: &str = "clock";

/// Less room than this, and the server soon refuses what people write.
const FULL: u64 = 64 << 20;
/// Less room than this is worth a thought.
const TIGHT: u64 = 1 << 30;
/// So much may a clock be off before signatures are refused, in microseconds.
const TOLERANCE: i64 = 300 * 1_000_000;

pub(super) fn examine(patient: &Patient, quick: bool) -> Result<Vec<Finding>, Error> {
    let directory = patient.settings.data_dir()?;
    let directory = std::path::absolute(&directory).unwrap_or(directory);
    let Ok(metadata) = fs::metadata(&directory) else {
        let text = format!(
            "{} is not there; the first start makes it",
            directory.display()
        );
        return Ok(vec![Finding::good(DIRECTORY, text)]);
    };
    let mut findings = vec![of_directory(&directory, &metadata)];
    findings.extend(of_disk(&directory));
    match Inspection::open(&directory) {
        Ok(Some(inspection)) => findings.extend(
            of_database(patient, &inspection, quick)
                .unwrap_or_else(|error| vec![unreadable(&directory, &error)]),
        ),
        Ok(None) => findings.push(Finding::good(
            DATABASE,
            "there is none yet; the first start makes it",
        )),
        Err(error) => findings.push(unreadable(&directory, &error)),
    }
    Ok(findings)
}

fn unreadable(directory: &Path, error: &pumphouse_store::Error) -> Finding {
    Finding::failure(
        DATABASE,
        format!("it cannot be read: {error}"),
        format!(
            "run this as the server's user; if the file is broken, start the server with a backup in place of {}",
            directory.display()
        ),
    )
}

fn of_directory(directory: &Path, metadata: &Metadata) -> Finding {
    let shown = directory.display();
    if !metadata.is_dir() {
        return Finding::failure(
            DIRECTORY,
            format!("{shown} is no directory"),
            "name another place with the setting data-dir",
        );
    }
    let trial = match tempfile::NamedTempFile::new_in(directory) {
        Ok(trial) => trial,
        Err(error) => {
            return Finding::failure(
                DIRECTORY,
                format!("{shown} cannot be written to: {error}"),
                "run this and the server as the user whose directory it is, or give it to the server's \
                 user with chown -R",
            );
        }
    };
    owned_rightly(directory, metadata, &trial)
        .unwrap_or_else(|| Finding::good(DIRECTORY, format!("{shown} can be read and written")))
}

/// Whose the directory and the database are, and who else can read them.
#[cfg(unix)]
fn owned_rightly(
    directory: &Path,
    metadata: &Metadata,
    trial: &tempfile::NamedTempFile,
) -> Option<Finding> {
    use std::os::unix::fs::MetadataExt as _;

    let shown = directory.display();
    let me = trial.as_file().metadata().ok()?.uid();
    let database = fs::metadata(Inspection::database_in(directory)).ok();
    let owners = [Some(metadata), database.as_ref()];
    let other = owners.into_iter().flatten().find(|file| file.uid() != me);
    if let Some(other) = other {
        let (owner, advice) = (
            other.uid(),
            "run the server, and this, as the one user whose data it is",
        );
        let text = format!("{shown} belongs to the user {owner}, and this runs as the user {me}");
        return Some(Finding::warning(DIRECTORY, text, advice));
    }
    if metadata.mode() & 0o077 != 0 {
        return Some(Finding::warning(
            DIRECTORY,
            format!("others can look into {shown}, where secrets of clients and tokens are"),
            format!("chmod 700 {shown}"),
        ));
    }
    None
}

#[cfg(not(unix))]
fn owned_rightly(_: &Path, _: &Metadata, _: &tempfile::NamedTempFile) -> Option<Finding> {
    None
}

#[cfg(unix)]
fn of_disk(directory: &Path) -> Option<Finding> {
    let disk = rustix::fs::statvfs(directory).ok()?;
    let free = disk.f_bavail.saturating_mul(disk.f_frsize);
    Some(room(free, disk.f_files > 0 && disk.f_favail == 0))
}

#[cfg(not(unix))]
fn of_disk(_: &Path) -> Option<Finding> {
    None
}

fn room(free: u64, no_names: bool) -> Finding {
    let text = format!("{} are free", bytes(free));
    if no_names {
        return Finding::failure(
            DISK,
            "there is no room for more files",
            "remove files you do not need",
        );
    }
    match free {
        ..FULL => Finding::failure(DISK, text, "make room: nothing can be written without it"),
        FULL..TIGHT => Finding::warning(DISK, text, "make room before it is full"),
        _ => Finding::good(DISK, text),
    }
}

fn of_database(
    patient: &Patient,
    inspection: &Inspection,
    quick: bool,
) -> Result<Vec<Finding>, pumphouse_store::Error> {
    let mut findings = Vec::new();
    let (schema, newest) = inspection.schema()?;
    if schema > newest {
        findings.push(Finding::failure(
            DATABASE,
            format!("a newer Pumphouse made it: it has schema {schema}, this one knows {newest}"),
            "install that Pumphouse, or go back to a backup from before it",
        ));
        return Ok(findings);
    }
    let size = bytes(fs::metadata(inspection.database()).map_or(0, |file| file.len()));
    let faults = match quick {
        true => Vec::new(),
        false => inspection.faults()?,
    };
    findings.push(if faults.is_empty() {
        let looked = if quick { "not read through" } else { "whole" };
        let age = match schema < newest {
            true => format!("schema {schema}, which the next start brings to {newest}"),
            false => format!("schema {schema}"),
        };
        Finding::good(DATABASE, format!("{looked}, {size}, {age}"))
    } else {
        Finding::failure(
            DATABASE,
            format!("it is broken: {}", faults.join("; ")),
            "stop the server, keep a copy of the directory, and start with the newest backup; look for \
             what breaks the disk",
        )
    });
    findings.extend(of_owner(patient, inspection.setting("base_url")?));
    findings.push(of_clock(patient.now, inspection.newest()?));
    Ok(findings)
}

/// Whether the data belong to the address that the settings make.
fn of_owner(patient: &Patient, owner: Option<String>) -> Option<Finding> {
    const SUBJECT: &str = "address";
    let owner = owner?;
    let made = patient
        .settings
        .server()
        .ok()?
        .base_url(patient.settings.port);
    let made = match made {
        Ok(made) => made,
        Err(error) => {
            let advice = "mend the settings hostname and url-path";
            return Some(Finding::failure(SUBJECT, error.to_string(), advice));
        }
    };
    if patient.settings.port == 0 && patient.settings.url_port.is_none() {
        return Some(Finding::warning(
            SUBJECT,
            format!("the data belong to {owner}, and the port is a new one at every start"),
            "set port, or url-port, to that of this address",
        ));
    }
    if made == owner {
        return Some(Finding::good(SUBJECT, owner));
    }
    Some(Finding::failure(
        SUBJECT,
        format!("the data belong to {owner}, and the settings make {made}"),
        "set hostname, port, url-port and url-path so that they make the first one: ids are addresses",
    ))
}

fn of_clock(now: i64, newest: Option<i64>) -> Finding {
    let today = day(now / 1_000_000);
    match newest {
        Some(newest) if newest > now + TOLERANCE => Finding::failure(
            CLOCK,
            format!(
                "it shows {today}, and somebody posted on {}: it is behind, or it was ahead",
                day(newest / 1_000_000)
            ),
            "let the machine set its clock by the network (timedatectl set-ntp true)",
        ),
        _ => Finding::good(
            CLOCK,
            format!("it shows {today}, after all that was posted"),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::super::finding::State;
    use super::*;

    #[test]
    fn little_room_is_told_in_time() {
        assert_eq!(room(2 << 30, false).state, State::Good);
        assert_eq!(room(100 << 20, false).state, State::Warning);
        assert_eq!(room(1 << 20, false).state, State::Failure);
        assert_eq!(room(2 << 30, true).state, State::Failure);
    }

    #[test]
    fn a_clock_that_went_back_is_found() {
        let now = 1_800_000_000 * 1_000_000;
        assert_eq!(of_clock(now, None).state, State::Good);
        assert_eq!(of_clock(now, Some(now + TOLERANCE)).state, State::Good);
        let behind = of_clock(now, Some(now + 2 * TOLERANCE));
        assert_eq!(behind.state, State::Failure);
    }
}
