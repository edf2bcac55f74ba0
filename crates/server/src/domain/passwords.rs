//! Passwords: which are accepted, and how they are kept.

use std::sync::Arc;

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use tokio::sync::Semaphore;

use crate::error::{Error, Result};

/// Passwords that pass the other tests and are guessed first: one a line, sorted by their bytes.
const COMMON: &str = include_str!("common_passwords.txt");

/// No more than this is hashed: longer input would only cost time.
const LONGEST: usize = 1_024;

/// A password that may protect an account (pump.io protocol, section 4.3).
pub(crate) struct Password(String);

impl Password {
    /// Accepts what has at least 8 characters, not only letters or only digits, and is not common.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        let only = |test: fn(&u8) -> bool| text.bytes().all(|byte| test(&byte));
        let bad = text.chars().count() < 8
            || text.len() > LONGEST
            || only(u8::is_ascii_alphabetic)
            || only(u8::is_ascii_digit)
            || COMMON.lines().any(|common| common == text);
        if bad {
            return Err(Error::bad_request("Bad password"));
        }
        Ok(Self(text.to_owned()))
    }
}

/// Hashes and compares, off the threads that serve requests, and never more at once than there are cores.
#[derive(Clone)]
pub(crate) struct Hasher {
    permits: Arc<Semaphore>,
    /// The hash of no password, compared with when there is no such user.
    nobody: Arc<str>,
}

impl Hasher {
    pub(crate) fn new() -> Result<Self> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Ok(Self {
            permits: Arc::new(Semaphore::new(cores)),
            nobody: hash(&crate::ids::secret()?)?.into(),
        })
    }

    /// The hash to keep of a password, argon2id in PHC form.
    pub(crate) async fn hash(&self, password: Password) -> Result<String> {
        self.run(move || hash(&password.0)).await
    }

    /// Whether a password is the one whose hash was kept. Without a hash it takes as long, and says no.
    pub(crate) async fn verify(&self, password: String, kept: Option<String>) -> Result<bool> {
        if password.len() > LONGEST {
            return Ok(false);
        }
        let known = kept.is_some();
        let kept = kept.unwrap_or_else(|| self.nobody.to_string());
        let matches = self.run(move || verify(&password, &kept)).await?;
        Ok(known && matches)
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let permit = self.permits.acquire().await;
        let _permit = permit.map_err(|error| Error::internal("password hashing", error))?;
        tokio::task::spawn_blocking(work)
            .await
            .map_err(|error| Error::internal("password hashing", error))?
    }
}

fn hash(password: &str) -> Result<String> {
    match Argon2::default().hash_password(password.as_bytes()) {
        Ok(hash) => Ok(hash.to_string()),
        Err(error) => Err(Error::internal("password hashing", error.to_string())),
    }
}

fn verify(password: &str, kept: &str) -> Result<bool> {
    let kept = PasswordHash::new(kept)
        .map_err(|error| Error::internal("kept password hash", error.to_string()))?;
    Ok(Argon2::default()
        .verify_password(password.as_bytes(), &kept)
        .is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weak_passwords_are_refused() {
        for weak in ["", "short1", "onlyletters", "1234567890", "password1"] {
            assert!(Password::parse(weak).is_err(), "{weak}");
        }
        for good in ["wonder-l4nd", "PASSWORD1", "пароль-1"] {
            assert!(Password::parse(good).is_ok(), "{good}");
        }
    }

    #[test]
    fn the_common_ones_are_many_and_would_pass_otherwise() {
        let common: Vec<&str> = COMMON.lines().collect();
        assert!(common.len() >= 340, "{}", common.len());
        assert!(common.is_sorted_by(|one, next| one < next));
        for password in common {
            assert!(Password::parse(password).is_err(), "{password}");
            // The list is exact (pump.io protocol, section 4.3).
            let another = format!("{password}\u{e9}");
            assert!(Password::parse(&another).is_ok(), "{password}");
            assert!(password.len() >= 8, "{password}");
            let letter = password.bytes().any(|byte| byte.is_ascii_alphabetic());
            assert!(letter, "{password}");
            let only_letters = password.bytes().all(|byte| byte.is_ascii_alphabetic());
            assert!(!only_letters, "{password}");
        }
    }

    #[tokio::test]
    async fn the_right_password_matches_and_no_other() {
        let hasher = Hasher::new().unwrap();
        let hash = hasher
            .hash(Password::parse("wonder-l4nd").unwrap())
            .await
            .unwrap();
        assert!(hash.starts_with("$argon2id$"));
        assert!(
            hasher
                .verify("wonder-l4nd".into(), Some(hash.clone()))
                .await
                .unwrap()
        );
        assert!(
            !hasher
                .verify("Wonder-l4nd".into(), Some(hash))
                .await
                .unwrap()
        );
        assert!(!hasher.verify("wonder-l4nd".into(), None).await.unwrap());
    }
}
