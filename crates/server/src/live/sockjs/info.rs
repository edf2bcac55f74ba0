//! What a client asks before it connects.

use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::TEXT;
use crate::error::{Error, Result};
use crate::wire;

pub(super) async fn greet() -> impl IntoResponse {
    (TEXT, "Welcome to SockJS!\n")
}

/// `entropy` is for clients that have no source of chance of their own.
pub(super) async fn info() -> Result<Response> {
    let entropy = getrandom::u32().map_err(|error| Error::internal("no random bytes", error))?;
    Ok(wire::json(&json!({
        "websocket": true,
        "origins": ["*:*"],
        "cookie_needed": false,
        "entropy": entropy,
    })))
}
