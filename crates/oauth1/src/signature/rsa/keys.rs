//! RSA keys from the PEM texts in which they come.

use std::sync::Arc;

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use rsa::pkcs1::{DecodeRsaPrivateKey, DecodeRsaPublicKey};
use rsa::pkcs8::{DecodePrivateKey, DecodePublicKey};
use rsa::traits::PublicKeyParts;
use zeroize::Zeroizing;

use crate::nonce::{RandomError, fill_random};

/// The least size of a key, in bits. Smaller ones can be factored.
const LEAST_BITS: u32 = 2048;

/// Why a text is no usable key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// There is no PEM block in it.
    #[error("this is no PEM text: it has no line that says -----BEGIN …-----")]
    NoPem,
    /// The block is of another kind than those that can be read here.
    #[error("this PEM block is {found}; wanted is {wanted}")]
    OtherKind {
        /// What its first line calls it.
        found: String,
        /// What can be read.
        wanted: &'static str,
    },
    /// The block does not hold what its first line says.
    #[error("the {0} is damaged, or its key is not an RSA key")]
    Damaged(String),
    /// The key is too small to be safe.
    #[error("the key has {0} bits; at least 2048 are wanted")]
    TooSmall(u32),
}

/// A private key, to sign with. Wiped when dropped, never printed.
#[derive(Clone)]
pub struct RsaPrivateKey(Arc<rsa::PrivateKey>);

impl RsaPrivateKey {
    /// Reads PKCS#8 (`PRIVATE KEY`) or PKCS#1 (`RSA PRIVATE KEY`) from PEM. Encrypted keys must be decrypted first.
    ///
    /// # Errors
    /// See [`KeyError`].
    pub fn from_pem(pem: impl AsRef<[u8]>) -> Result<Self, KeyError> {
        let block = Block::find(pem.as_ref())?;
        let key = match block.label.as_str() {
            "PRIVATE KEY" => rsa::PrivateKey::from_pkcs8_der(&block.der).ok(),
            "RSA PRIVATE KEY" => rsa::PrivateKey::from_pkcs1_der(&block.der).ok(),
            _ => {
                let wanted = "PRIVATE KEY or RSA PRIVATE KEY, not encrypted";
                return Err(KeyError::OtherKind {
                    found: block.label,
                    wanted,
                });
            }
        };
        let key = key.ok_or(KeyError::Damaged(block.label))?;
        check_size(key.n().as_ref().bit_width())?;
        Ok(Self(Arc::new(key)))
    }

    /// The public half, to register with a provider.
    pub fn public_key(&self) -> RsaPublicKey {
        RsaPublicKey(Arc::new(self.0.to_public_key()))
    }

    pub(super) fn inner(&self) -> &rsa::PrivateKey {
        &self.0
    }
}

impl std::fmt::Debug for RsaPrivateKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RsaPrivateKey(redacted)")
    }
}

/// A public key, to verify with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RsaPublicKey(Arc<rsa::PublicKey>);

impl RsaPublicKey {
    /// Reads SPKI (`PUBLIC KEY`), PKCS#1 (`RSA PUBLIC KEY`) or a certificate (`CERTIFICATE`) from PEM.
    /// Of a certificate only the key is looked at: not its names, dates and signatures.
    ///
    /// # Errors
    /// See [`KeyError`].
    pub fn from_pem(pem: impl AsRef<[u8]>) -> Result<Self, KeyError> {
        let block = Block::find(pem.as_ref())?;
        let key = match block.label.as_str() {
            "PUBLIC KEY" => rsa::PublicKey::from_public_key_der(&block.der).ok(),
            "RSA PUBLIC KEY" => rsa::PublicKey::from_pkcs1_der(&block.der).ok(),
            "CERTIFICATE" => key_of_certificate(&block.der)
                .and_then(|spki| rsa::PublicKey::from_public_key_der(spki).ok()),
            _ => {
                let wanted = "PUBLIC KEY, RSA PUBLIC KEY or CERTIFICATE";
                return Err(KeyError::OtherKind {
                    found: block.label,
                    wanted,
                });
            }
        };
        let key = key.ok_or(KeyError::Damaged(block.label))?;
        check_size(key.n().as_ref().bit_width())?;
        Ok(Self(Arc::new(key)))
    }

    /// A key of the usual size that belongs to nobody: its modulus is random.
    pub(crate) fn dummy() -> Result<Option<Self>, RandomError> {
        let mut modulus = [0; 256];
        fill_random(&mut modulus)?;
        modulus[0] |= 0x80;
        modulus[255] |= 1;
        let modulus = rsa::BoxedUint::from_be_slice(&modulus, LEAST_BITS).ok();
        let key = modulus.and_then(|modulus| rsa::PublicKey::new(modulus, 65_537_u64.into()).ok());
        Ok(key.map(|key| Self(Arc::new(key))))
    }

    pub(super) fn inner(&self) -> &rsa::PublicKey {
        &self.0
    }
}

fn check_size(bits: u32) -> Result<(), KeyError> {
    if bits >= LEAST_BITS {
        Ok(())
    } else {
        Err(KeyError::TooSmall(bits))
    }
}

/// A PEM block (RFC 7468), decoded. Text around it and white space in it are ignored.
struct Block {
    label: String,
    der: Zeroizing<Vec<u8>>,
}

impl Block {
    fn find(pem: &[u8]) -> Result<Self, KeyError> {
        let text = std::str::from_utf8(pem).map_err(|_| KeyError::NoPem)?;
        let (_, rest) = text.split_once("-----BEGIN ").ok_or(KeyError::NoPem)?;
        let (label, rest) = rest.split_once("-----").ok_or(KeyError::NoPem)?;
        let damaged = || KeyError::Damaged(label.to_owned());
        let (content, _) = rest.split_once("-----END ").ok_or_else(damaged)?;
        let content: Zeroizing<Vec<u8>> = Zeroizing::new(
            content
                .bytes()
                .filter(|byte| !byte.is_ascii_whitespace())
                .collect(),
        );
        let config =
            GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
        let der = GeneralPurpose::new(&alphabet::STANDARD, config).decode(&*content);
        match der {
            Ok(der) => Ok(Self {
                label: label.to_owned(),
                der: Zeroizing::new(der),
            }),
            // Keys encrypted in the old way have header lines, which are no base64.
            Err(_) if content.starts_with(b"Proc-Type:") => {
                let wanted = "a key that is not encrypted";
                Err(KeyError::OtherKind {
                    found: format!("an encrypted {label}"),
                    wanted,
                })
            }
            Err(_) => Err(damaged()),
        }
    }
}

/// The public key (SubjectPublicKeyInfo) inside a certificate (RFC 5280, section 4.1), as DER.
fn key_of_certificate(der: &[u8]) -> Option<&[u8]> {
    let (certificate, _) = Element::read(der)?;
    let (body, _) = Element::read(certificate.content)?;
    let mut rest = body.content;
    let (first, after) = Element::read(rest)?;
    // The version is optional and tagged [0].
    if first.tag == 0xa0 {
        rest = after;
    }
    // serial number, signature algorithm, issuer, validity, subject
    for _ in 0..5 {
        rest = Element::read(rest)?.1;
    }
    Element::read(rest).map(|(key, _)| key.whole)
}

/// One element of DER.
struct Element<'a> {
    tag: u8,
    content: &'a [u8],
    whole: &'a [u8],
}

impl<'a> Element<'a> {
    /// Reads one and gives what follows it.
    fn read(der: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let (&tag, rest) = der.split_first()?;
        let (&first, rest) = rest.split_first()?;
        let (length, rest) = if first < 0x80 {
            (usize::from(first), rest)
        } else {
            let (digits, rest) = rest
                .split_at_checked(usize::from(first & 0x7f))
                .filter(|(digits, _)| digits.len() <= 4)?;
            (
                digits
                    .iter()
                    .fold(0, |length, &digit| length << 8 | usize::from(digit)),
                rest,
            )
        };
        let (content, after) = rest.split_at_checked(length)?;
        let whole = &der[..der.len() - after.len()];
        Some((
            Self {
                tag,
                content,
                whole,
            },
            after,
        ))
    }
}
