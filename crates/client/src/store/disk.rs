//! The few operations on files that keep credentials whole and private.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::Path;

use crate::error::{self, Error};

/// The error for an operation that failed: "could not read", and what.
pub(super) fn failed(what: &str, path: &Path, error: io::Error) -> Error {
    Error::new(
        error::ErrorKind::Store,
        format!("{what} {}: {error}", path.display()),
    )
    .with_source(error)
}

/// Reads a file of at most `limit` bytes.
pub(super) fn read_limited(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    if fs::metadata(path)?.len() > limit {
        return Err(ErrorKind::FileTooLarge.into());
    }
    fs::read(path)
}

/// Waits for the lock of a file, which is made if need be; dropping it gives the lock back.
pub(super) fn lock(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).write(true);
    make_private(&mut options);
    let file = options.open(path)?;
    file.lock()?;
    Ok(file)
}

/// Replaces a file so that a crash leaves the old one or the new one, whole.
pub(super) fn replace(directory: &Path, path: &Path, bytes: &[u8]) -> io::Result<()> {
    // The temporary file is readable for its owner only from its first moment.
    let mut file = tempfile::Builder::new()
        .prefix(".new-")
        .tempfile_in(directory)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    sync_directory(directory)
}

/// Makes a directory, with its parents, that only its owner may read.
#[cfg(unix)]
pub(super) fn create_private_dir(directory: &Path) -> io::Result<()> {
    use std::os::unix::fs::{DirBuilderExt, PermissionsExt};

    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(directory)?;
    let mode = fs::metadata(directory)?.permissions().mode();
    if mode & 0o077 != 0 {
        fs::set_permissions(directory, fs::Permissions::from_mode(0o700))?;
    }
    Ok(())
}

#[cfg(not(unix))]
pub(super) fn create_private_dir(directory: &Path) -> io::Result<()> {
    fs::create_dir_all(directory)
}

#[cfg(unix)]
fn make_private(options: &mut OpenOptions) {
    use std::os::unix::fs::OpenOptionsExt;

    options.mode(0o600);
}

#[cfg(not(unix))]
fn make_private(_: &mut OpenOptions) {}

#[cfg(unix)]
fn sync_directory(directory: &Path) -> io::Result<()> {
    File::open(directory)?.sync_all()
}

#[cfg(not(unix))]
fn sync_directory(_: &Path) -> io::Result<()> {
    Ok(())
}
