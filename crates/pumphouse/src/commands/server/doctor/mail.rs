//! Whether the mail server answers.

use std::time::Duration;

use tokio::io::AsyncReadExt as _;
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::Patient;
use super::finding::Finding;

const SUBJECT: &str = "mail";
/// Nobody waits longer for a mail server.
const PATIENCE: Duration = Duration::from_secs(15);

pub(super) async fn examine(patient: &Patient) -> Option<Finding> {
    let settings = &patient.settings;
    let host = settings.smtp_server.as_ref()?;
    let address = format!("{host}:{}", settings.smtp_port);
    let greeted = timeout(PATIENCE, greeting(&address, settings.smtp_use_ssl)).await;
    Some(match greeted {
        Ok(Ok(true)) => Finding::good(SUBJECT, format!("{address} answers")),
        Ok(Ok(false)) => Finding::failure(
            SUBJECT,
            format!("{address} answers, and not as a mail server does"),
            "check smtp-port, and smtp-use-ssl, which is for servers that speak TLS at once (port 465)",
        ),
        Ok(Err(error)) => failed(&address, &error.to_string()),
        Err(_) => failed(&address, "it does not answer in time"),
    })
}

fn failed(address: &str, why: &str) -> Finding {
    Finding::failure(
        SUBJECT,
        format!("{address} cannot be reached: {why}"),
        "check smtp-server and smtp-port, and whether this network lets mail out",
    )
}

/// Whether it says that it is ready; one that speaks TLS at once says nothing before.
async fn greeting(address: &str, is_tls: bool) -> std::io::Result<bool> {
    let mut stream = TcpStream::connect(address).await?;
    if is_tls {
        return Ok(true);
    }
    let mut code = [0; 3];
    stream.read_exact(&mut code).await?;
    Ok(&code == b"220")
}
