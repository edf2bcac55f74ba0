//! Where credentials are kept between runs.

mod account_file;
mod credential_store;
mod disk;
mod file;
#[cfg(feature = "keyring")]
mod keyring;
mod memory;
mod pypump;
mod record;
mod server_record;

pub use self::credential_store::CredentialStore;
pub use self::file::FileStore;
#[cfg(feature = "keyring")]
pub use self::keyring::KeyringStore;
pub use self::memory::MemoryStore;
pub use self::record::{KeptClient, KeptPending, Record, RecordKey};
pub use self::server_record::{ServerKey, ServerRecord};
