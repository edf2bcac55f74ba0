//! The way to a server from its own machine, whether it runs or not.

use std::fmt;
use std::path::{Path, PathBuf};

use axum::Router;
use axum::body::Body;
use bytes::Bytes;
use http::{Method, Request, Response, StatusCode, header};
use http_body_util::BodyExt as _;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tower::ServiceExt as _;

use super::routes;
use super::wire::{
    Account, BackedUp, Backup, Invitation, NewPassword, NewUser, Progress, Refused, Running, Told,
};
use crate::builder::{Builder, StartError};

/// A way to run a server: through the socket of the running one, or, when none runs, over its data.
pub struct Control {
    way: Way,
}

enum Way {
    #[cfg(unix)]
    Socket(PathBuf),
    Here(Router),
}

/// Why something was not done. The text says what to do about it.
#[derive(Debug)]
pub struct ControlError {
    text: String,
    refused: bool,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Control {
    /// The way to a server with these settings: through this socket if somebody listens there, or
    /// else over the data directory, which stays open as long as this is.
    ///
    /// # Errors
    /// If there is no data yet, or it cannot be opened.
    pub async fn open(builder: Builder, socket: &Path) -> Result<Self, StartError> {
        if listens(socket).await {
            #[cfg(unix)]
            return Ok(Self {
                way: Way::Socket(socket.to_owned()),
            });
        }
        let office = builder.office(socket)?;
        Ok(Self {
            way: Way::Here(routes(office)),
        })
    }

    /// What the server that listens on a socket says of itself; `None` if none does.
    pub async fn running(socket: &Path) -> Option<Running> {
        if !listens(socket).await {
            return None;
        }
        #[cfg(unix)]
        let asked = Self {
            way: Way::Socket(socket.to_owned()),
        };
        #[cfg(not(unix))]
        return None;
        #[cfg(unix)]
        asked.ask(Method::GET, "/", &()).await.ok()
    }

    /// All accounts, the oldest first.
    ///
    /// # Errors
    /// As for all of these: if it was refused, or the server could not do it.
    pub async fn users(&self) -> Result<Vec<Account>, ControlError> {
        self.ask(Method::GET, "/users", &()).await
    }

    /// Makes an account, whoever may register.
    ///
    /// # Errors
    /// If the name is taken or is none, or the password is weak.
    pub async fn add_user(&self, new: &NewUser) -> Result<Account, ControlError> {
        self.ask(Method::POST, "/users", new).await
    }

    /// Sets a password, and ends everything by which somebody could act as the user.
    ///
    /// # Errors
    /// If there is no such user, or the password is weak.
    pub async fn set_password(&self, nickname: &str, password: &str) -> Result<(), ControlError> {
        let path = format!("{}/password", user(nickname));
        let new = NewPassword {
            password: password.to_owned(),
        };
        self.send(Method::PUT, &path, &new).await.map(drop)
    }

    /// Ends an account. What its user made stays; the name is not given again.
    ///
    /// # Errors
    /// If there is no such user.
    pub async fn delete_user(&self, nickname: &str) -> Result<(), ControlError> {
        self.send(Method::DELETE, &user(nickname), &())
            .await
            .map(drop)
    }

    /// Makes an invitation, with which one person can make an account.
    ///
    /// # Errors
    /// If the server could not do it.
    pub async fn invite(&self) -> Result<Invitation, ControlError> {
        self.ask(Method::POST, "/invitations", &()).await
    }

    /// Makes a backup in a directory that is not there yet, and tells how far it is. A server can be
    /// started with it. Dropping the future gives it up and leaves nothing behind.
    ///
    /// # Errors
    /// If the directory is there, or the server cannot write it.
    pub async fn back_up(
        &self,
        destination: &Path,
        mut progress: impl FnMut(Progress),
    ) -> Result<BackedUp, ControlError> {
        let backup = Backup {
            destination: destination.to_owned(),
        };
        let mut body = self.send(Method::POST, "/backups", &backup).await?;
        let mut pending = Vec::new();
        while let Some(frame) = body.frame().await {
            let frame =
                frame.map_err(|error| ControlError::broken("the server was cut off", error))?;
            pending.extend(frame.into_data().unwrap_or_default());
            while let Some(end) = pending.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = pending.drain(..=end).collect();
                match parse(&line)? {
                    Told::Progress(far) => progress(far),
                    Told::Done(done) => return Ok(done),
                    Told::Failed(text) => return Err(ControlError::refused(text)),
                }
            }
        }
        Err(ControlError::refused(
            "the server ended before the backup was made; nothing is left of it".to_owned(),
        ))
    }

    async fn ask<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        what: &impl Serialize,
    ) -> Result<T, ControlError> {
        parse(&whole(self.send(method, path, what).await?).await?)
    }

    /// Sends a request; gives the answer's body if it was not refused.
    async fn send(
        &self,
        method: Method,
        path: &str,
        what: &impl Serialize,
    ) -> Result<Body, ControlError> {
        let strange = |error| ControlError::broken("the request cannot be written", error);
        let body = serde_json::to_vec(what).map_err(strange)?;
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, "localhost")
            .body(Body::from(body))
            .map_err(|error| ControlError::broken("the request cannot be written", error))?;
        let response = match &self.way {
            #[cfg(unix)]
            Way::Socket(path) => over_socket(path, request).await?,
            Way::Here(router) => match router.clone().oneshot(request).await {
                Ok(response) => response,
                Err(never) => match never {},
            },
        };
        let status = response.status();
        if status.is_success() {
            return Ok(response.into_body());
        }
        let told = whole(response.into_body()).await?;
        Err(match parse::<Refused>(&told) {
            Ok(refused) => ControlError {
                refused: status != StatusCode::INTERNAL_SERVER_ERROR,
                ..ControlError::refused(refused.error)
            },
            Err(_) => ControlError::refused(format!("the server answered {status}")),
        })
    }
}

fn user(nickname: &str) -> String {
    format!("/users/{}", utf8_percent_encode(nickname, NON_ALPHANUMERIC))
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, ControlError> {
    serde_json::from_slice(body).map_err(|error| {
        let text = "the server's answer is not understood; is it of the same version?";
        ControlError::broken(text, error)
    })
}

async fn whole(body: Body) -> Result<Bytes, ControlError> {
    let read = body.collect().await;
    let read = read.map_err(|error| ControlError::broken("the server was cut off", error))?;
    Ok(read.to_bytes())
}

#[cfg(unix)]
async fn listens(socket: &Path) -> bool {
    tokio::net::UnixStream::connect(socket).await.is_ok()
}

#[cfg(not(unix))]
async fn listens(_: &Path) -> bool {
    false
}

#[cfg(unix)]
async fn over_socket(path: &Path, request: Request<Body>) -> Result<Response<Body>, ControlError> {
    use hyper_util::rt::TokioIo;

    let cannot = |error: Box<dyn std::error::Error + Send + Sync>| {
        ControlError::broken(
            "cannot speak to the server through its control socket",
            error,
        )
    };
    let stream = tokio::net::UnixStream::connect(path).await;
    let stream = stream.map_err(|error| cannot(error.into()))?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
        .await
        .map_err(|error| cannot(error.into()))?;
    // It ends when the answer has been read, or dropped.
    tokio::spawn(connection);
    let response = sender.send_request(request).await;
    let response = response.map_err(|error| cannot(error.into()))?;
    Ok(response.map(Body::new))
}

impl ControlError {
    fn refused(text: String) -> Self {
        Self {
            text,
            refused: true,
            source: None,
        }
    }

    fn broken(text: &str, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self {
            text: text.to_owned(),
            refused: false,
            source: Some(source.into()),
        }
    }

    /// Whether what was asked for cannot be done, rather than that the server failed.
    pub fn is_refusal(&self) -> bool {
        self.refused
    }
}

impl fmt::Display for ControlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for ControlError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}
