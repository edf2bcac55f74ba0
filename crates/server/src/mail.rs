//! Sending letters by SMTP.

use lettre::address::AddressError;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message};
use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Tokio1Executor};
use pumphouse_store::StoredJob;

use crate::domain::letters::Letter;
use crate::error::{Error, Result};
use crate::settings::{Smtp, SmtpSecurity};

/// A letter that the mail server did not take in about three days is given up.
const MOST_ATTEMPTS: u32 = 84;

/// Answers that mean our log-in, not the letter: the operator can mend that.
const LOGIN_ANSWERS: &[&str] = &["530", "534", "535", "538"];

/// Hands letters to the mail server.
pub(crate) struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    host: String,
}

impl Mailer {
    /// A mailer for the mail server of the settings; `host` is our own public name.
    pub(crate) fn new(
        smtp: &Smtp,
        site: &str,
        host: &str,
    ) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        let from = match &smtp.from {
            Some(address) => address.parse()?,
            None => mailbox(site, &format!("no-reply@{host}"))?,
        };
        let tls = || parameters(smtp);
        let tls = match smtp.security {
            SmtpSecurity::None => Tls::None,
            SmtpSecurity::Opportunistic => Tls::Opportunistic(tls()?),
            SmtpSecurity::StartTls => Tls::Required(tls()?),
            SmtpSecurity::Tls => Tls::Wrapper(tls()?),
        };
        let mut transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&smtp.host)
            .port(smtp.port)
            .tls(tls)
            .hello_name(ClientId::Domain(host.to_owned()))
            .timeout(Some(smtp.timeout));
        if let Some((user, password)) = &smtp.credentials {
            transport = transport.credentials(Credentials::new(user.clone(), password.clone()));
        }
        Ok(Self {
            transport: transport.build(),
            from,
            host: host.to_owned(),
        })
    }

    /// Sends the letter of a job. What the mail server refuses for good is given up.
    pub(crate) async fn run(&self, job: &StoredJob) -> Result<()> {
        let letter: Letter = serde_json::from_str(&job.payload)
            .map_err(|error| Error::internal("kept letter", error))?;
        let message = self
            .message(&letter, job.key)
            .map_err(|error| Error::internal("letter", error))?;
        match self.transport.send(message).await {
            Ok(_) => Ok(()),
            Err(error) if is_refused(&error) || job.attempts >= MOST_ATTEMPTS => {
                tracing::warn!(%error, job = job.key, "a letter was given up");
                Ok(())
            }
            Err(error) => Err(Error::internal("mail", error)),
        }
    }

    fn message(
        &self,
        letter: &Letter,
        job: i64,
    ) -> Result<Message, Box<dyn std::error::Error + Send + Sync>> {
        let mut message = Message::builder()
            .from(self.from.clone())
            .to(letter.to.parse()?)
            // The same when it is sent again, so that mail servers know it.
            .message_id(Some(format!("<pumphouse-{job}@{}>", self.host)))
            .subject(&letter.subject)
            .header(ContentType::TEXT_PLAIN)
            .body(letter.text.clone())?;
        // Who is away does not answer to a program (RFC 3834).
        let header = HeaderName::new_from_ascii_str("Auto-Submitted");
        let value = HeaderValue::new(header, "auto-generated".to_owned());
        message.headers_mut().insert_raw(value);
        Ok(message)
    }
}

/// Whether the mail server will never take a letter.
fn is_refused(error: &SmtpError) -> bool {
    let answer = error.status().map(|code| code.to_string());
    error.is_permanent() && answer.is_none_or(|answer| !LOGIN_ANSWERS.contains(&answer.as_str()))
}

/// Whom to trust as the mail server.
fn parameters(smtp: &Smtp) -> Result<TlsParameters, Box<dyn std::error::Error + Send + Sync>> {
    let mut parameters = TlsParameters::builder(smtp.host.clone());
    if let Some(file) = &smtp.authority {
        let pem = std::fs::read(file)?;
        parameters = parameters.add_root_certificate(Certificate::from_pem(&pem)?);
    }
    Ok(parameters.build()?)
}

fn mailbox(name: &str, address: &str) -> Result<Mailbox, AddressError> {
    Ok(Mailbox::new(Some(name.to_owned()), address.parse()?))
}
