//! What a server demands of requests before it looks at their signature.

use std::ops::Deref;
use std::sync::Arc;

use crate::body_hash::BodyHash;
use crate::signature::{HmacSha1, HmacSha256, HmacSha512, SignatureMethod};

/// When a connection must be protected by TLS. The scheme of the request's [`Origin`](crate::Origin) or URL tells whether it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum TlsRule {
    /// Every signed request.
    Always,
    /// Where secrets travel: PLAINTEXT, and the two endpoints that answer with secrets (RFC 5849, sections 2.1, 2.3 and 3.4.4).
    #[default]
    ForSecrets,
    /// Never. For servers that nobody reaches from outside.
    Never,
}

/// What is done with `oauth_body_hash`. With form bodies it is refused always, because the signature covers them already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum BodyHashRule {
    /// Not compared.
    Ignore,
    /// Compared when it is there.
    #[default]
    WhenPresent,
    /// Demanded of every body that is no form and not empty, and compared.
    Require,
}

/// How much a request may hold. All are checked before the look-up of keys and the signature; a form has to be read
/// whole before, and whoever reads it limits that (as the tower layer does).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Parameters in header, query and form body together. 1,000 by default.
    pub parameters: usize,
    /// Bytes of the `Authorization` header. 16 KiB by default.
    pub header_bytes: usize,
    /// Bytes of the value of a protocol parameter. 4,096 by default, enough for RSA signatures and long callbacks.
    pub value_bytes: usize,
    /// Bytes of the nonce, which servers keep. 255 by default.
    pub nonce_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            parameters: 1_000,
            header_bytes: 16 * 1024,
            value_bytes: 4_096,
            nonce_bytes: 255,
        }
    }
}

/// A signature method that requests under way hold on to. Counting those who do is only needed for methods that end.
#[derive(Clone)]
pub(crate) enum SharedMethod {
    Ours(&'static dyn SignatureMethod),
    Given(Arc<dyn SignatureMethod>),
}

impl Deref for SharedMethod {
    type Target = dyn SignatureMethod;

    fn deref(&self) -> &Self::Target {
        match self {
            Self::Ours(method) => *method,
            Self::Given(method) => &**method,
        }
    }
}

/// The demands of a server.
///
/// By default: the three HMAC methods; timestamps within 600 seconds of the server's clock, either way; TLS where secrets travel;
/// body hashes of SHA-1 compared when present; [`Limits::default`].
#[derive(Clone)]
pub struct Policy {
    pub(crate) methods: Vec<SharedMethod>,
    pub(crate) window: u64,
    pub(crate) tls: TlsRule,
    pub(crate) tls_on_loopback: bool,
    pub(crate) body_hash: BodyHashRule,
    pub(crate) body_hash_kinds: Vec<BodyHash>,
    pub(crate) limits: Limits,
}

impl Default for Policy {
    fn default() -> Self {
        Self::new()
    }
}

impl Policy {
    /// The default.
    pub fn new() -> Self {
        Self {
            methods: vec![
                SharedMethod::Ours(&HmacSha1),
                SharedMethod::Ours(&HmacSha256),
                SharedMethod::Ours(&HmacSha512),
            ],
            window: 600,
            tls: TlsRule::default(),
            tls_on_loopback: true,
            body_hash: BodyHashRule::default(),
            body_hash_kinds: vec![BodyHash::Sha1],
            limits: Limits::default(),
        }
    }

    /// Allows no signature method; follow with [`with_method`](Self::with_method).
    #[must_use]
    pub fn without_methods(mut self) -> Self {
        self.methods.clear();
        self
    }

    /// Allows one more signature method.
    #[must_use]
    pub fn with_method(mut self, method: impl SignatureMethod + 'static) -> Self {
        self.methods.push(SharedMethod::Given(Arc::new(method)));
        self
    }

    /// How many seconds a timestamp may be away from the server's clock, either way. Nonces must be remembered for twice as long.
    #[must_use]
    pub fn with_timestamp_window(mut self, seconds: u64) -> Self {
        self.window = seconds;
        self
    }

    /// When TLS is demanded.
    #[must_use]
    pub fn with_tls(mut self, rule: TlsRule) -> Self {
        self.tls = rule;
        self
    }

    /// Does without TLS when the origin is this machine itself (`localhost`, 127.0.0.0/8, `[::1]`).
    #[must_use]
    pub fn with_loopback_exempt(mut self) -> Self {
        self.tls_on_loopback = false;
        self
    }

    /// What is done with `oauth_body_hash`.
    #[must_use]
    pub fn with_body_hash(mut self, rule: BodyHashRule) -> Self {
        self.body_hash = rule;
        self
    }

    /// Which hashes `oauth_body_hash` may be: by default SHA-1 alone, the only one of the extension, whatever the signature method.
    #[must_use]
    pub fn with_body_hash_kinds(mut self, kinds: impl IntoIterator<Item = BodyHash>) -> Self {
        self.body_hash_kinds = kinds.into_iter().collect();
        self
    }

    /// How much a request may hold.
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// The seconds by which a timestamp may be off.
    pub fn timestamp_window(&self) -> u64 {
        self.window
    }
}

impl Policy {
    /// The allowed methods, in the order in which they are looked for.
    pub(crate) fn methods(&self) -> impl Iterator<Item = &dyn SignatureMethod> {
        self.methods.iter().map(|method| &**method)
    }
}

impl std::fmt::Debug for Policy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let methods: Vec<_> = self.methods.iter().map(|method| method.name()).collect();
        f.debug_struct("Policy")
            .field("methods", &methods)
            .field("window", &self.window)
            .field("tls", &self.tls)
            .field("body_hash", &self.body_hash)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}
