//! Keys that signature methods took in already.

#[cfg(feature = "rsa")]
use super::RsaPublicKey;
use super::{BoundMethod, Keys, SignatureMethod};
use crate::secret::Secret;
use crate::verify::Policy;

/// Keys of a client, and of a token, that a policy's methods took in once: for a server that has those of busy clients at hand.
///
/// Verifying with [`keys`](Self::keys) gives what it gives with the [`Keys`] that they were made of, and takes less time.
///
/// ```
/// use pumphouse_oauth1::signature::{BoundKeys, Keys};
/// use pumphouse_oauth1::{Policy, Secret};
///
/// let (secret, token_secret) = (Secret::new("kd94hf93k423kf44"), Secret::new("pfkkdhi9sl3r4s00"));
/// let keys = Keys::new("dpf43f3p2l4k3l03", &secret).with_token("nnch734d00sl2jdk", &token_secret);
/// let at_hand = BoundKeys::new(&keys, &Policy::default());
/// assert_eq!(at_hand.keys().token(), Some("nnch734d00sl2jdk"));
/// ```
pub struct BoundKeys {
    client: (String, Secret),
    token: Option<(String, Secret)>,
    #[cfg(feature = "rsa")]
    rsa_public_key: Option<RsaPublicKey>,
    bound: Vec<Bound>,
}

impl BoundKeys {
    /// Lets the policy's methods take the keys in. Verify with the same policy.
    pub fn new(keys: &Keys<'_>, policy: &Policy) -> Self {
        let bind = |method: &dyn SignatureMethod| {
            Some(Bound {
                name: method.name().to_owned(),
                method: method.bind(keys)?,
            })
        };
        Self {
            client: (keys.client_key.to_owned(), keys.client_secret.clone()),
            token: keys
                .token
                .map(|(token, secret)| (token.to_owned(), secret.clone())),
            #[cfg(feature = "rsa")]
            rsa_public_key: keys.rsa_public_key.cloned(),
            bound: policy.methods().filter_map(bind).collect(),
        }
    }

    /// The keys, for [`Unverified::verify`](crate::Unverified::verify).
    pub fn keys(&self) -> Keys<'_> {
        let token = self.token.as_ref();
        Keys {
            client_key: &self.client.0,
            client_secret: &self.client.1,
            token: token.map(|(token, secret)| (token.as_str(), secret)),
            #[cfg(feature = "rsa")]
            rsa_public_key: self.rsa_public_key.as_ref(),
            bound: &self.bound,
        }
    }
}

impl std::fmt::Debug for BoundKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.keys().fmt(f)
    }
}

/// A method that took in keys.
pub(super) struct Bound {
    name: String,
    method: Box<dyn BoundMethod>,
}

impl Bound {
    pub(super) fn is(&self, method: &dyn SignatureMethod) -> bool {
        self.name == method.name()
    }

    pub(super) fn verify(&self, base_string: &[u8], signature: &[u8]) -> bool {
        self.method.verify(base_string, signature)
    }
}
