//! Sending letters by SMTP.

use lettre::address::AddressError;
use lettre::message::header::ContentType;
use lettre::message::{Mailbox, Message};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Tokio1Executor};
use pumphouse_store::StoredJob;

use crate::domain::letters::Letter;
use crate::error::{Error, Result};
use crate::settings::{Smtp, SmtpSecurity};

/// A letter that the mail server did not take in about two days is given up.
const MOST_ATTEMPTS: u32 = 60;

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
        let tls = || TlsParameters::new(smtp.host.clone());
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
            Err(error) if error.is_permanent() || job.attempts >= MOST_ATTEMPTS => {
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
        Ok(Message::builder()
            .from(self.from.clone())
            .to(letter.to.parse()?)
            // The same when it is sent again, so that mail servers know it.
            .message_id(Some(format!("<pumphouse-{job}@{}>", self.host)))
            .subject(&letter.subject)
            .header(ContentType::TEXT_PLAIN)
            .body(letter.text.clone())?)
    }
}

fn mailbox(name: &str, address: &str) -> Result<Mailbox, AddressError> {
    Ok(Mailbox::new(Some(name.to_owned()), address.parse()?))
}
