//! Users: accounts, as against the people who have them.

use serde::{Deserialize, Serialize};

use crate::extra::Extra;
use crate::object::Object;

/// An account on a server (pump.io protocol, section 4.4).
///
/// ```
/// use pumphouse_activity::User;
///
/// let user: User = serde_json::from_str(r#"{"nickname":"evan","profile":{"displayName":"Evan"}}"#)?;
/// let name = user.profile.and_then(|profile| profile.display_name);
/// assert_eq!((user.nickname.as_deref(), name.as_deref()), (Some("evan"), Some("Evan")));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct User {
    /// The name on the server, by which users are told apart.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nickname: Option<String>,
    /// The person; in the list of all users often only mentioned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profile: Option<Box<Object>>,
    /// When the account was made, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub published: Option<String>,
    /// When it was last changed, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub updated: Option<String>,
    /// Everything else, such as `email`, which only the user sees.
    #[serde(flatten)]
    pub extra: Extra,
}
