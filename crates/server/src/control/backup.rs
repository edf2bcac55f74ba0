//! A backup: a whole data directory, as of one moment, that a server can be started with.
//!
//! The database is copied first, then the files that this copy names. They never change, and none is
//! removed meanwhile, so they are linked where that can be done and copied elsewhere. All of it is
//! made beside its place and moved there when it is on disk: what is there is whole.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use axum::response::Response;
use pumphouse_store::Inspection;
use tempfile::TempDir;

use super::office::Office;
use super::stream::{self, Lines};
use super::wire::{BackedUp, Progress, Told};
use crate::error::{Error, Result};

/// How often it is told how far the database is.
const TELL_EVERY: Duration = Duration::from_millis(200);
/// After so many files it is told how many there are.
const TELL_FILES: u32 = 64;

/// A place for a backup, beside where it will be.
pub(super) struct Staged {
    directory: TempDir,
    destination: PathBuf,
}

/// Makes room beside a place that is free.
pub(super) fn stage(destination: &Path) -> Result<Staged> {
    let shown = destination.display();
    if destination.symlink_metadata().is_ok() {
        return Err(Error::new(
            http::StatusCode::CONFLICT,
            format!("{shown} is there already; name a directory that is not"),
        ));
    }
    let (Some(parent), Some(name), true) = (
        destination.parent(),
        destination.file_name(),
        destination.is_absolute(),
    ) else {
        return Err(Error::bad_request(format!(
            "{shown} is no place for a backup; name a new directory"
        )));
    };
    let prefix = format!(".{}.partial-", name.display());
    let mut builder = tempfile::Builder::new();
    builder.prefix(&prefix);
    // Secrets of clients and tokens are in it.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
    let directory = builder.tempdir_in(parent).map_err(|error| {
        Error::bad_request(format!(
            "cannot write to {} ({error}); the server's user has to be able to",
            parent.display()
        ))
    })?;
    Ok(Staged {
        directory,
        destination: destination.to_owned(),
    })
}

/// Makes the backup, telling how far it is. It is given up when nobody listens any more.
pub(super) fn run(office: Office, staged: Staged) -> Response {
    stream::response(move |lines| async move {
        let told = match make(&office, staged, &lines).await {
            Ok(done) => Told::Done(done),
            Err(error) => Told::Failed(error.text),
        };
        lines.send(&told).await;
    })
}

async fn make(office: &Office, staged: Staged, lines: &Lines) -> Result<BackedUp> {
    // Until this is given back, no file is removed.
    let held = office.uploads.keep_all().await;
    copy_database(office, staged.directory.path(), lines).await?;
    let (office, lines) = (office.clone(), lines.clone());
    let done = tokio::task::spawn_blocking(move || {
        let done = copy_uploads(&office, staged.directory.path(), &lines)?;
        finish(staged)?;
        Ok::<_, Error>(done)
    });
    let done = done
        .await
        .map_err(|error| Error::internal("backup", error))??;
    drop(held);
    tracing::info!(uploads = done.uploads, "backup made");
    Ok(done)
}

async fn copy_database(office: &Office, directory: &Path, lines: &Lines) -> Result<()> {
    let of = office.store.size();
    let copy = Inspection::database_in(directory);
    let (store, place) = (office.store.clone(), directory.to_owned());
    let mut copying = tokio::task::spawn_blocking(move || store.copy_into(&place));
    loop {
        tokio::select! {
            copied = &mut copying => {
                return Ok(copied.map_err(|error| Error::internal("backup", error))??);
            }
            () = tokio::time::sleep(TELL_EVERY) => {
                let done = fs::metadata(&copy).map_or(0, |file| file.len()).min(of);
                lines.try_send(&Told::Progress(Progress::Database { done, of }));
            }
        }
    }
}

fn copy_uploads(office: &Office, directory: &Path, lines: &Lines) -> Result<BackedUp> {
    let copy = Inspection::open(directory)?
        .ok_or_else(|| Error::internal("backup", "the copy of the database is gone"))?;
    let of = copy.count_uploads()?;
    let root = directory.join("uploads");
    fs::create_dir(&root)?;
    let mut done = BackedUp {
        uploads: 0,
        missing: Vec::new(),
    };
    copy.uploads(|path| {
        if lines.is_closed() {
            return Err(Error::bad_request("the backup was given up"));
        }
        match copy_file(&office.uploads.locate(path), &root.join(path)) {
            Ok(()) => done.uploads += 1,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                tracing::warn!(path, "an uploaded file is missing, also in the backup");
                done.missing.push(path.to_owned());
            }
            Err(error) => return Err(error.into()),
        }
        if done.uploads.is_multiple_of(TELL_FILES) {
            let done = done.uploads;
            lines.try_send(&Told::Progress(Progress::Uploads { done, of }));
        }
        Ok(())
    })?;
    Ok(done)
}

/// Links a file, or copies it to disk where that cannot be done.
fn copy_file(from: &Path, to: &Path) -> io::Result<()> {
    // What is not there must not be taken for a disk without links.
    fs::symlink_metadata(from)?;
    if let Some(parent) = to.parent() {
        fs::create_dir_all(parent)?;
    }
    if fs::hard_link(from, to).is_ok() {
        return Ok(());
    }
    fs::copy(from, to)?;
    File::open(to)?.sync_all()
}

/// Brings all to disk and gives it its name.
fn finish(staged: Staged) -> Result<()> {
    sync_directories(staged.directory.path())?;
    fs::rename(staged.directory.path(), &staged.destination)?;
    // There is nothing left to remove.
    let _ = staged.directory.keep();
    if let Some(parent) = staged.destination.parent() {
        sync(parent)?;
    }
    Ok(())
}

fn sync_directories(directory: &Path) -> io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            sync_directories(&entry.path())?;
        }
    }
    sync(directory)
}

/// Brings the names in a directory to disk, where the system can.
fn sync(directory: &Path) -> io::Result<()> {
    if cfg!(unix) {
        File::open(directory)?.sync_all()?;
    }
    Ok(())
}
