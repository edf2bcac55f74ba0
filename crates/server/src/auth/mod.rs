//! Who is asking: nobody, an application, or a user; by OAuth 1.0 signature, by
//! bearer token or by session.
//!
//! A request is believed only as far as its signature reaches: what a handler gets is an
//! extractor of one of the classes of the protocol (section 3.1), which exists only after
//! verification.

mod bearer;
mod credential;
pub(crate) mod dialback;
mod principal;
mod session;

pub(crate) use credential::Credential;
pub(crate) use principal::{AnyRead, ClientWrite, OpenRead, UserRead, UserUpload, UserWrite};
pub(crate) use session::{Session, SessionCookie};
