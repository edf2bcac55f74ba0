//! Small private files of this program: what it remembers and what it was told to use.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy as _;

use crate::error::Error;

/// Whatever is longer was not written by this program.
const LONGEST: u64 = 4 * 1024 * 1024;

/// Where what a person chose is kept: `$XDG_CONFIG_HOME/pumphouse` and the like.
pub(crate) fn config_directory() -> Result<PathBuf, Error> {
    Ok(platform()?.config_dir().join("pumphouse"))
}

/// Where what can be lost is kept: `$XDG_STATE_HOME/pumphouse` and the like.
pub(crate) fn state_directory() -> Result<PathBuf, Error> {
    let platform = platform()?;
    let base = platform.state_dir().unwrap_or_else(|| platform.cache_dir());
    Ok(base.join("pumphouse"))
}

fn platform() -> Result<impl etcetera::BaseStrategy, Error> {
    etcetera::choose_base_strategy().map_err(|error| {
        Error::failure("there is no home directory")
            .with_source(error)
            .with_hint("set HOME")
    })
}

/// Reads a file; `None` if there is none.
pub(crate) fn read(path: &Path) -> io::Result<Option<String>> {
    let file = match File::open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        file => file?,
    };
    let mut text = String::new();
    if file.take(LONGEST + 1).read_to_string(&mut text)? as u64 > LONGEST {
        return Err(ErrorKind::FileTooLarge.into());
    }
    Ok(Some(text))
}

/// Replaces a file: whoever reads it gets the old one or the new one, whole. It, and its directory
/// if that has to be made, are its owner's alone.
///
/// It is not flushed to disk: what is kept in this way is worth no wait.
pub(crate) fn replace(path: &Path, text: &str) -> io::Result<()> {
    let directory = path.parent().unwrap_or(Path::new("."));
    make_private_directory(directory)?;
    let mut file = tempfile::Builder::new()
        .prefix(".new-")
        .tempfile_in(directory)?;
    file.write_all(text.as_bytes())?;
    file.persist(path)?;
    Ok(())
}

/// Makes a new file with a name of its own in a directory. It, and the directory if that has to be
/// made, are their owner's alone.
pub(crate) fn new(directory: &Path, ending: &str, text: &str) -> io::Result<PathBuf> {
    make_private_directory(directory)?;
    let mut builder = tempfile::Builder::new();
    let mut file = builder.prefix("").suffix(ending).tempfile_in(directory)?;
    file.write_all(text.as_bytes())?;
    let (_, path) = file.keep()?;
    Ok(path)
}

/// Waits until no other process holds the lock beside a file; dropping it gives it back.
pub(crate) fn lock(path: &Path) -> io::Result<File> {
    let file = open_lock(&path.with_extension("lock"))?;
    file.lock()?;
    Ok(file)
}

/// Takes part in a lock that is this file; dropping it gives it back. Says whether nobody else had part.
pub(crate) fn share(path: &Path) -> io::Result<(File, bool)> {
    let file = open_lock(path)?;
    let is_alone = file.try_lock().is_ok();
    if is_alone {
        file.unlock()?;
    }
    file.lock_shared()?;
    Ok((file, is_alone))
}

fn open_lock(path: &Path) -> io::Result<File> {
    if let Some(directory) = path.parent() {
        make_private_directory(directory)?;
    }
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn make_private_directory(directory: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory)
}
