//! Copying everything while it is used.

use std::fs::File;
use std::path::Path;

use crate::sql::Result;
use crate::store::{DATABASE, cannot_use};
use crate::{Store, migrate, nonces};

impl Store {
    /// How many bytes the database takes, about: what was written of late may not count.
    pub fn size(&self) -> u64 {
        std::fs::metadata(self.database()).map_or(0, |file| file.len())
    }

    /// Copies everything into a directory that is there and empty: what was acknowledged before this
    /// began is in it, and nothing of a transaction is without the rest. Others go on reading and
    /// writing meanwhile. It is on disk when this is done; to open it, open the directory.
    ///
    /// # Errors
    /// [`crate::ErrorKind::DiskFull`] or [`crate::ErrorKind::Database`]; the directory may hold a part then.
    pub fn copy_into(&self, directory: &Path) -> Result<()> {
        let copy = directory.join(DATABASE);
        migrate::copy(self.database(), &copy)?;
        let sync = File::open(&copy).and_then(|file| file.sync_all());
        sync.map_err(|error| cannot_use(directory, error))?;
        // Later than the database: a nonce too many harms nobody.
        let own = self.database().parent().unwrap_or(Path::new(""));
        for (from, to) in nonces::files(own).zip(nonces::files(directory)) {
            let copied = std::fs::copy(from, to);
            copied.map_err(|error| cannot_use(directory, error))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

    use crate::{Error, ErrorKind, Nonce, Store};

    #[tokio::test]
    async fn a_copy_has_all_that_was_acknowledged_before_it_began() {
        let (from, to) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let store = Store::open(from.path()).unwrap();
        let nonce = Nonce {
            timestamp: 1_800_000_000,
            client: "client",
            token: "",
            nonce: "n",
        };
        assert!(store.use_nonce(&nonce).unwrap());
        static WRITTEN: AtomicU32 = AtomicU32::new(0);
        static ENOUGH: AtomicBool = AtomicBool::new(false);
        let writing = tokio::spawn({
            let store = store.clone();
            async move {
                while !ENOUGH.load(Ordering::Relaxed) {
                    let number = WRITTEN.load(Ordering::Relaxed);
                    let write = store.write(move |tx| {
                        // Two halves that belong together.
                        tx.set_setting(&format!("a{number}"), "x")?;
                        tx.set_setting(&format!("b{number}"), "x")
                    });
                    write.await.unwrap_or_else(|error: Error| panic!("{error}"));
                    WRITTEN.fetch_add(1, Ordering::Relaxed);
                }
            }
        });
        while WRITTEN.load(Ordering::Relaxed) < 50 {
            tokio::task::yield_now().await;
        }
        let before = WRITTEN.load(Ordering::Relaxed);
        let copying = store.clone();
        let place = to.path().to_owned();
        let copied = tokio::task::spawn_blocking(move || copying.copy_into(&place));
        copied.await.unwrap().unwrap();
        let after = WRITTEN.load(Ordering::Relaxed);
        while WRITTEN.load(Ordering::Relaxed) < after + 50 {
            tokio::task::yield_now().await;
        }
        ENOUGH.store(true, Ordering::Relaxed);
        writing.await.unwrap();

        let copy = Store::open(to.path()).unwrap();
        let has = |name: String| {
            copy.read(|snapshot| snapshot.setting(&name))
                .unwrap()
                .is_some()
        };
        for number in 0..before {
            assert!(has(format!("a{number}")), "{number} of {before}");
        }
        for number in 0..WRITTEN.load(Ordering::Relaxed) {
            assert_eq!(
                has(format!("a{number}")),
                has(format!("b{number}")),
                "{number}"
            );
        }
        assert!(
            !copy.use_nonce(&nonce).unwrap(),
            "it was used before the copy"
        );
        drop(store);
    }

    #[test]
    fn nothing_is_written_over() {
        let (from, to) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let store = Store::open(from.path()).unwrap();
        store.copy_into(to.path()).unwrap();
        let again = store.copy_into(to.path()).unwrap_err();
        assert_eq!(again.kind(), ErrorKind::Database);
    }
}
