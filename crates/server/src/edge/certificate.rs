//! What a certificate says: for those who look after it.

use std::path::Path;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use x509_parser::prelude::{FromDer as _, GeneralName, X509Certificate};

use super::Tls;
use crate::builder::StartError;

/// A certificate that a server can be reached with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// The hosts that it is for; `*.` stands for one name.
    pub names: Vec<String>,
    /// From when on it is good, in seconds since 1970.
    pub begins: i64,
    /// Until when.
    pub expires: i64,
}

impl Certificate {
    /// Reads a certificate in PEM, and sees whether a server can use it with its key.
    ///
    /// # Errors
    /// If a file cannot be read, or the key is that of another certificate.
    pub fn read(certificate: &Path, key: &Path) -> Result<Self, StartError> {
        let cannot = "the certificate cannot be used";
        Tls::open(certificate.to_owned(), key.to_owned())
            .map_err(|error| StartError::new(cannot, error))?;
        let first = CertificateDer::from_pem_file(certificate);
        let first = first.map_err(|error| StartError::new(cannot, error))?;
        let (_, parsed) =
            X509Certificate::from_der(&first).map_err(|error| StartError::new(cannot, error))?;
        let names = match parsed.subject_alternative_name() {
            Ok(Some(names)) => names.value.general_names.iter().filter_map(name).collect(),
            _ => Vec::new(),
        };
        Ok(Self {
            names,
            begins: parsed.validity().not_before.timestamp(),
            expires: parsed.validity().not_after.timestamp(),
        })
    }

    /// Whether it is for a host.
    pub fn is_for(&self, host: &str) -> bool {
        let host = host.trim_matches(['[', ']']).to_lowercase();
        let fits = |name: &String| match name.strip_prefix("*.") {
            Some(domain) => host.split_once('.').is_some_and(|(_, rest)| rest == domain),
            None => *name == host,
        };
        self.names.iter().any(fits)
    }
}

fn name(name: &GeneralName<'_>) -> Option<String> {
    match name {
        GeneralName::DNSName(name) => Some(name.to_lowercase()),
        GeneralName::IPAddress(bytes) => match *bytes {
            [a, b, c, d] => Some(std::net::Ipv4Addr::new(*a, *b, *c, *d).to_string()),
            _ => {
                let octets: [u8; 16] = (*bytes).try_into().ok()?;
                Some(std::net::Ipv6Addr::from(octets).to_string())
            }
        },
        _ => None,
    }
}
