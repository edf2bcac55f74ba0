//! Where uploaded files are: written whole and to disk before anything mentions them.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tempfile::NamedTempFile;
use tokio::sync::{OwnedRwLockReadGuard, OwnedRwLockWriteGuard, RwLock, Semaphore};

use crate::error::{Error, Result};

/// A whole file, as its sender sent it.
pub(crate) struct Received {
    pub(crate) file: NamedTempFile,
    /// What its sender says that it is, a value of `Content-Type`.
    pub(crate) media_type: Option<String>,
    /// What it is called.
    pub(crate) title: Option<String>,
    /// What is said of it, as HTML.
    pub(crate) description: Option<String>,
    /// How its small copy is made, if it is a picture.
    pub(crate) small: Small,
}

/// The small copy of a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Small {
    /// The whole, if it is large.
    Whole,
    /// The square in its middle, always: what stands for a person.
    Avatar,
}

impl Received {
    /// A file of which nothing else is said.
    pub(crate) fn new(file: NamedTempFile, media_type: Option<String>) -> Self {
        Self {
            file,
            media_type,
            title: None,
            description: None,
            small: Small::Whole,
        }
    }
}

/// The files of a server, under its data directory, and the places at which work on them is done.
#[derive(Clone)]
pub(crate) struct Uploads {
    directory: PathBuf,
    /// For what is not whole yet; on the same disk, so that files can be moved.
    incoming: PathBuf,
    limit: usize,
    /// Never more at once than there are cores: pictures take time and memory.
    places: Arc<Semaphore>,
    /// Held by who removes files, and by all who need that none goes away.
    removing: Arc<RwLock<()>>,
}

impl Uploads {
    /// Makes the directories, and clears away what was not whole when the last server ended.
    pub(crate) fn open(data_dir: &Path, limit: usize) -> io::Result<Self> {
        let (directory, incoming) = (data_dir.join("uploads"), data_dir.join("incoming"));
        fs::create_dir_all(&directory)?;
        fs::create_dir_all(&incoming)?;
        for left in fs::read_dir(&incoming)? {
            fs::remove_file(left?.path())?;
        }
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Ok(Self {
            directory,
            incoming,
            limit,
            places: Arc::new(Semaphore::new(cores)),
            removing: Arc::default(),
        })
    }

    /// The largest upload, in bytes.
    pub(crate) fn limit(&self) -> usize {
        self.limit
    }

    /// Where a file is, by its path in the store.
    pub(crate) fn locate(&self, path: &str) -> PathBuf {
        self.directory.join(path)
    }

    /// Until this is given back, no file is removed.
    pub(crate) async fn keep_all(&self) -> OwnedRwLockReadGuard<()> {
        Arc::clone(&self.removing).read_owned().await
    }

    /// The right to remove files; none while somebody needs them all.
    pub(super) fn begin_removing(&self) -> Option<OwnedRwLockWriteGuard<()>> {
        Arc::clone(&self.removing).try_write_owned().ok()
    }

    /// A file to be filled. It goes away if nothing is made of it.
    pub(crate) fn begin(&self) -> Result<NamedTempFile> {
        Ok(NamedTempFile::new_in(&self.incoming)?)
    }

    /// Does work that takes time off the threads that serve requests.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let place = Arc::clone(&self.places).acquire_owned().await;
        let place = place.map_err(|error| Error::internal("uploads", error))?;
        tokio::task::spawn_blocking(move || {
            // Not given back before the work is done, even if nobody waits for it any more.
            let _place = place;
            work()
        })
        .await
        .map_err(|error| Error::internal("uploads", error))?
    }

    /// Removes a file; that it is not there is no error.
    pub(super) async fn remove(&self, path: &str) -> Result<()> {
        match tokio::fs::remove_file(self.locate(path)).await {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }
}

/// Puts files where they stay, and takes them away again unless it is told to leave them.
pub(super) struct Shelf {
    uploads: Uploads,
    put: Vec<PathBuf>,
}

impl Shelf {
    pub(super) fn new(uploads: Uploads) -> Self {
        Self {
            uploads,
            put: Vec::new(),
        }
    }

    pub(super) fn uploads(&self) -> &Uploads {
        &self.uploads
    }

    /// Moves a whole file to its place; both are on disk then.
    pub(super) fn put(&mut self, file: NamedTempFile, path: &str) -> Result<()> {
        file.as_file().sync_all()?;
        let place = self.uploads.locate(path);
        let directories = place.ancestors().skip(1);
        let directories: Vec<&Path> = directories
            .take_while(|above| above.starts_with(&self.uploads.directory))
            .collect();
        if let Some(closest) = directories.first() {
            fs::create_dir_all(closest)?;
        }
        file.persist_noclobber(&place)
            .map_err(|error| error.error)?;
        self.put.push(place.clone());
        for directory in directories {
            sync(directory)?;
        }
        Ok(())
    }

    /// Leaves the files where they are.
    pub(super) fn leave(mut self) {
        self.put.clear();
    }
}

impl Drop for Shelf {
    fn drop(&mut self) {
        for place in &self.put {
            if let Err(error) = fs::remove_file(place) {
                tracing::warn!(%error, "cannot take back an uploaded file");
            }
        }
    }
}

/// Brings the names in a directory to disk, where the system can.
fn sync(directory: &Path) -> io::Result<()> {
    if cfg!(unix) {
        File::open(directory)?.sync_all()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_left_is_taken_away() {
        let data = tempfile::tempdir().unwrap();
        let uploads = Uploads::open(data.path(), 10).unwrap();
        let place = uploads.locate("alice/2027/1/15/a.png");
        let mut shelf = Shelf::new(uploads.clone());
        let file = uploads.begin().unwrap();
        shelf.put(file, "alice/2027/1/15/a.png").unwrap();
        assert!(place.exists());
        drop(shelf);
        assert!(!place.exists());

        let mut shelf = Shelf::new(uploads.clone());
        let file = uploads.begin().unwrap();
        shelf.put(file, "alice/2027/1/15/a.png").unwrap();
        shelf.leave();
        assert!(place.exists());
        let mut again = Shelf::new(uploads.clone());
        let file = uploads.begin().unwrap();
        assert!(again.put(file, "alice/2027/1/15/a.png").is_err());
        drop(again);
        assert!(place.exists());
    }

    #[test]
    fn what_was_not_whole_is_cleared_away() {
        let data = tempfile::tempdir().unwrap();
        let uploads = Uploads::open(data.path(), 10).unwrap();
        uploads.begin().unwrap().keep().unwrap();
        Uploads::open(data.path(), 10).unwrap();
        let mut left = fs::read_dir(data.path().join("incoming")).unwrap();
        assert!(left.next().is_none());
    }

    #[tokio::test]
    async fn nothing_is_removed_while_somebody_needs_all() {
        let data = tempfile::tempdir().unwrap();
        let uploads = Uploads::open(data.path(), 10).unwrap();
        let kept = uploads.keep_all().await;
        assert!(uploads.begin_removing().is_none());
        drop(kept);
        assert!(uploads.begin_removing().is_some());
    }
}
