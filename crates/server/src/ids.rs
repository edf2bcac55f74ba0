//! Random names and secrets, all from the operating system (pump.io protocol, section 13.5).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha1::Sha1;
use sha2::{Digest, Sha256};
use uuid::{NoContext, Timestamp, Uuid};

use crate::error::{Error, Result};

/// Names an object or activity: a version 7 UUID in 22 characters. It begins with the time in
/// milliseconds, so what is new stands together in the indexes of names, and few of their pages are
/// read and written; the other 74 bits are random.
pub(crate) fn uuid() -> String {
    let now = Timestamp::now(NoContext);
    URL_SAFE_NO_PAD.encode(Uuid::new_v7(now).as_bytes())
}

/// Names a client or token: 16 random bytes in 22 characters.
pub(crate) fn token() -> Result<String> {
    random::<16>()
}

/// A secret: 32 random bytes in 43 characters.
pub(crate) fn secret() -> Result<String> {
    random::<32>()
}

/// What is kept of a code or a token that need only be recognised.
pub(crate) fn digest(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}

/// What nobody guesses within a conversation: 8 random bytes in 11 characters.
pub(crate) fn challenge() -> Result<String> {
    random::<8>()
}

fn random<const N: usize>() -> Result<String> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| Error::internal("no random bytes", error))?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// The id of the application that a client is shown as, derived from the client's id (section 6.4).
pub(crate) fn generator(client_id: &str) -> String {
    let digest = Sha1::digest(client_id.as_bytes());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    bytes[6] = (bytes[6] & 0x0f) | 0x50;
    bytes[8] = (bytes[8] & 0x3f) | 0xa0;
    format!("urn:uuid:{}", Uuid::from_bytes(bytes).hyphenated())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_the_length_that_clients_know() {
        assert_eq!(uuid().len(), 22);
        assert_eq!(token().unwrap().len(), 22);
        assert_eq!(secret().unwrap().len(), 43);
        assert_eq!(challenge().unwrap().len(), 11);
    }

    #[test]
    fn names_of_the_same_time_begin_alike_and_end_at_random() {
        // The first 4 characters change every 4.7 hours, so at most once here.
        let names: Vec<String> = (0..4).map(|_| uuid()).collect();
        let neighbours = names.windows(2);
        assert!(neighbours.clone().any(|pair| pair[0][..4] == pair[1][..4]));
        assert!(
            neighbours
                .clone()
                .all(|pair| pair[0][11..] != pair[1][11..])
        );
    }

    #[test]
    fn a_generator_has_the_version_and_variant_of_the_protocol() {
        let id = generator("L6hXp82spnGFB4K3ikK5eA");
        assert_eq!(
            id.len(),
            "urn:uuid:3a7ecf26-fa6a-5235-a129-91d7e44406cd".len()
        );
        assert_eq!(&id[23..24], "5");
        assert_eq!(id, generator("L6hXp82spnGFB4K3ikK5eA"));
        assert_ne!(id, generator("other"));
    }
}
