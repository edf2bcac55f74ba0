//! The certificate: whether it fits its key and the host, and how long it lasts.

use pumphouse_server::Certificate;

use super::Patient;
use super::finding::{Finding, day};

const SUBJECT: &str = "certificate";
const DAY: i64 = 24 * 3_600;
/// Fewer days than this, and its renewal has failed already.
const SOON: i64 = 14;

pub(super) fn examine(patient: &Patient) -> Option<Finding> {
    let settings = &patient.settings;
    let (file, key) = (settings.tls_cert.as_ref()?, settings.tls_key.as_ref()?);
    let certificate = match Certificate::read(file, key) {
        Ok(certificate) => certificate,
        Err(error) => {
            let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}"));
            return Some(Finding::failure(
                SUBJECT,
                format!("{error}{}", cause.unwrap_or_default()),
                "check the settings tls-cert and tls-key, and that the server's user can read the files",
            ));
        }
    };
    Some(judge(
        &certificate,
        &settings.hostname,
        patient.now / 1_000_000,
    ))
}

fn judge(certificate: &Certificate, host: &str, now: i64) -> Finding {
    let renew = "renew it, and send the server SIGHUP";
    let left = (certificate.expires - now) / DAY;
    let expires = day(certificate.expires);
    if !certificate.is_for(host) {
        return Finding::failure(
            SUBJECT,
            format!(
                "it is for {}, and not for {host}",
                certificate.names.join(", ")
            ),
            "get one for the host name, and send the server SIGHUP",
        );
    }
    if certificate.begins > now {
        let text = format!("it is good from {} on only", day(certificate.begins));
        return Finding::failure(SUBJECT, text, "check the machine's clock");
    }
    if certificate.expires <= now {
        return Finding::failure(SUBJECT, format!("it expired on {expires}"), renew);
    }
    if left < SOON {
        return Finding::warning(SUBJECT, format!("it expires on {expires}"), renew);
    }
    Finding::good(SUBJECT, format!("good for {host} until {expires}"))
}

#[cfg(test)]
mod tests {
    use super::super::finding::State;
    use super::*;

    #[test]
    fn certificates_have_a_name_and_a_time() {
        let certificate = Certificate {
            names: vec!["pump.example".to_owned(), "*.wild.example".to_owned()],
            begins: 100 * DAY,
            expires: 200 * DAY,
        };
        let state = |host, day| judge(&certificate, host, day * DAY).state;
        assert_eq!(state("pump.example", 150), State::Good);
        assert_eq!(state("Pump.Example", 150), State::Good);
        assert_eq!(state("a.wild.example", 150), State::Good);
        assert_eq!(state("a.b.wild.example", 150), State::Failure);
        assert_eq!(state("wild.example", 150), State::Failure);
        assert_eq!(state("other.example", 150), State::Failure);
        assert_eq!(state("pump.example", 99), State::Failure);
        assert_eq!(state("pump.example", 190), State::Warning);
        assert_eq!(state("pump.example", 200), State::Failure);
    }
}
