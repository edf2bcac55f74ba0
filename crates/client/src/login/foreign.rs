//! Servers other than the account's own: where they are, and this program's registrations there.

use pumphouse_oauth1::Signer;
use url::Url;

use super::registration::register;
use crate::client::Client;
use crate::discovery::{Endpoints, discover};
use crate::error::{Error, ErrorKind, Result};
use crate::store::{KeptClient, ServerKey, ServerRecord};
use crate::transport::{Answer, Opened, Outgoing, Signature, SignedWith, same_origin};

/// Other servers, as a program may read from them: signed by itself, for nobody
/// ("2-legged", pump.io protocol, section 3.1).
pub(crate) struct Foreign<'a> {
    client: &'a Client,
}

impl Client {
    pub(crate) fn foreign(&self) -> Foreign<'_> {
        Foreign { client: self }
    }
}

impl Foreign<'_> {
    /// Where the server of a host is asked for what; found out once.
    pub(crate) async fn endpoints(&self, host: &str) -> Result<Endpoints> {
        let place = self.client.met().place(host);
        let mut known = place.lock().await;
        let record = self.known(&mut known, host).await?;
        Ok(record.endpoints.clone())
    }

    /// Asks another server, with a registration that is made there once and remembered. A
    /// server that has forgotten it is told anew.
    pub(crate) async fn send(&self, request: Outgoing) -> Result<Answer> {
        let url = &request.url;
        let client = self.registration(url, None).await?;
        let answer = self.send_as(&client, &request).await?;
        if answer.status().is_success() || answer.refusal().kind() != ErrorKind::ClientRefused {
            return Ok(answer);
        }
        tracing::debug!(%url, "the server has forgotten this program");
        let client = self.registration(url, Some(&client)).await?;
        self.send_as(&client, &request).await
    }

    async fn send_as(&self, client: &KeptClient, request: &Outgoing) -> Result<Answer> {
        let signer = self.client.signer(client.credentials.clone());
        let transport = self.client.transport();
        let signature = by_client(&signer);
        transport.send(request.clone(), Some(signature)).await
    }

    /// Opens a file on another server.
    pub(crate) async fn open(&self, request: Outgoing) -> Result<Opened> {
        let client = self.registration(&request.url, None).await?;
        let signer = self.client.signer(client.credentials.clone());
        let transport = self.client.transport();
        transport.open(request, Some(by_client(&signer))).await
    }

    /// The registration at the server of an address; another one than `refused`.
    async fn registration(&self, url: &Url, refused: Option<&KeptClient>) -> Result<KeptClient> {
        let host = authority(url);
        let place = self.client.met().place(&host);
        let mut known = place.lock().await;
        let record = self.known(&mut known, &host).await?;
        if !same_origin(&record.endpoints.base, url) {
            return Err(Error::new(
                ErrorKind::ForeignOrigin,
                format!(
                    "{url} is not on {}, which is the pump.io server of that host",
                    record.endpoints.base.origin().ascii_serialization()
                ),
            ));
        }
        let now = self.client.now();
        let fits = |kept: &&KeptClient| {
            Some(*kept) != refused && (kept.expires_at == 0 || kept.expires_at > now)
        };
        if let Some(kept) = record.client.as_ref().filter(fits) {
            return Ok(kept.clone());
        }
        let kept = register(self.client, &record.endpoints).await?;
        record.client = Some(kept.clone());
        self.client.update_server(record.clone()).await?;
        Ok(kept)
    }

    /// What is known of a host: now, from the store, or by asking it.
    async fn known<'k>(
        &self,
        known: &'k mut Option<ServerRecord>,
        host: &str,
    ) -> Result<&'k mut ServerRecord> {
        let record = match known.take() {
            Some(record) => record,
            None => match self.client.server_record(host).await? {
                Some(record) => record,
                None => {
                    let endpoints = discover(self.client.transport(), host).await?;
                    let application = self.client.application().name();
                    ServerRecord::new(&ServerKey::new(application, host), endpoints)
                }
            },
        };
        Ok(known.insert(record))
    }
}

fn by_client(signer: &Signer) -> Signature<'_> {
    Signature::By {
        signer,
        with: SignedWith::Client,
    }
}

/// Host and port of an address, as in an account.
fn authority(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}
