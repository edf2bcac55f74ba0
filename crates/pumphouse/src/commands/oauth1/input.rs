//! The arguments that the three commands share.

use super::credentials::CredentialArgs;
use super::parameters::ParameterArgs;
use super::request::RequestArgs;

/// What all three commands take.
#[derive(Debug, clap::Args)]
pub(super) struct Input {
    #[command(flatten)]
    pub(super) request: RequestArgs,

    #[command(flatten)]
    pub(super) credentials: CredentialArgs,

    #[command(flatten)]
    pub(super) parameters: ParameterArgs,
}
