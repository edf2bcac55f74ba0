//! A layer for servers: requests that are not verified do not pass, and those that are carry whom they speak for.
//!
//! [`OAuthLayer`] works with every service that takes [`http::Request`]. It puts an [`Identified`] into the extensions of the
//! request; nobody else can make one, so a handler that asks for it gets it verified or is not reached.
//!
//! Put the layer where it sees the request target as it was sent: around a router, not inside one that strips a prefix.
//!
//! ```
//! use std::sync::Arc;
//!
//! use axum::{Extension, Router, routing::get};
//! use pumphouse_oauth1::Origin;
//! use pumphouse_oauth1::provider::{Client, MemoryStore, Provider, PublicOrigin};
//! use pumphouse_oauth1::tower::{Identified, OAuthLayer};
//!
//! #[derive(Clone)]
//! struct Person(String);
//!
//! async fn photos(Extension(who): Extension<Identified<Person>>) -> String {
//!     format!("The photos of {}", who.identity().0)
//! }
//!
//! let store = MemoryStore::new();
//! store.add_client("key", Client::new("secret"), Person("the program".to_owned()));
//! let origin = PublicOrigin::Fixed(Origin::parse("https://photos.example.net")?);
//! let layer = OAuthLayer::new(Arc::new(Provider::new(store)?), origin);
//! let app: Router = Router::new().route("/photos", get(photos)).layer(layer);
//! # let _ = app;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod body;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use ::tower::{Layer, Service};
use bytes::Bytes;
use http::{HeaderValue, Response, header};
use http_body_util::{BodyExt, Limited};

pub use self::body::{BoxError, SignedBody};
use crate::header::Authorization;
use crate::params::Params;
use crate::problem::{Limit, Problem};
use crate::provider::{Legs, Provider, PublicOrigin, Rejection, Store};
use crate::request::Request;

/// Whom a verified request speaks for. Made by [`OAuthLayer`] alone.
#[derive(Debug)]
pub struct Identified<I>(Arc<Inner<I>>);

#[derive(Debug)]
struct Inner<I> {
    client_key: String,
    token: Option<String>,
    realms: Option<Vec<String>>,
    identity: I,
    signed: SignedParts,
}

/// What the signed parameters stand in. Nothing of it is copied.
struct SignedParts {
    authorization: Option<HeaderValue>,
    uri: http::Uri,
    form: Bytes,
}

impl std::fmt::Debug for SignedParts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SignedParts(redacted)")
    }
}

impl<I> Clone for Identified<I> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<I> Identified<I> {
    /// What the store knows them as.
    pub fn identity(&self) -> &I {
        &self.0.identity
    }

    /// The client that signed.
    pub fn client_key(&self) -> &str {
        &self.0.client_key
    }

    /// The token that signed with it.
    pub fn token(&self) -> Option<&str> {
        self.0.token.as_deref()
    }

    /// The application's parameters, of header, query and form body in this order: exactly those that the signature covers,
    /// as [`Verified::params`](crate::Verified::params) has them.
    pub fn params(&self) -> Params<'_> {
        let signed = &self.0.signed;
        let header = signed
            .authorization
            .as_ref()
            .and_then(|value| Authorization::parse(value.as_bytes()).ok());
        let of_header = header.iter().flat_map(Authorization::params);
        let query = Params::from_form(signed.uri.query().unwrap_or_default());
        let form = Params::from_form(&signed.form);
        of_header
            .chain(&query)
            .chain(&form)
            .filter(|param| param.known_name().is_none())
            .copied()
            .collect()
    }

    /// Demands that the token reaches into a realm. Tokens that the store binds to no realm reach into all.
    ///
    /// # Errors
    /// [`Problem::RealmRefused`].
    pub fn require_realm(&self, realm: &str) -> Result<(), Problem> {
        let reaches = |realms: &Vec<String>| realms.iter().any(|own| own == realm);
        if self.0.realms.as_ref().is_none_or(reaches) {
            Ok(())
        } else {
            Err(Problem::RealmRefused)
        }
    }
}

/// Hears of every request that is refused, for logs.
type Observer<E> = dyn Fn(&Rejection<E>) + Send + Sync;

/// Tells by the extensions of a request (where servers put the peer's address) whether it comes from a trusted proxy.
type ProxyTest = dyn Fn(&http::Extensions) -> bool + Send + Sync;

/// Verifies requests before they reach a service.
pub struct OAuthLayer<S: Store> {
    provider: Arc<Provider<S>>,
    settings: Arc<Settings<S::Error>>,
}

struct Settings<E> {
    origin: PublicOrigin,
    legs: Legs,
    realm: String,
    form_limit: usize,
    is_from_proxy: Option<Arc<ProxyTest>>,
    observer: Option<Arc<Observer<E>>>,
}

impl<E> Clone for Settings<E> {
    fn clone(&self) -> Self {
        Self {
            origin: self.origin.clone(),
            legs: self.legs,
            realm: self.realm.clone(),
            form_limit: self.form_limit,
            is_from_proxy: self.is_from_proxy.clone(),
            observer: self.observer.clone(),
        }
    }
}

impl<S: Store> OAuthLayer<S> {
    /// Over a provider, which the endpoints of the dance share. By default any legs are taken, and forms of up to 1 MiB.
    pub fn new(provider: Arc<Provider<S>>, origin: PublicOrigin) -> Self {
        let settings = Settings {
            origin,
            legs: Legs::Any,
            realm: "OAuth".to_owned(),
            form_limit: 1 << 20,
            is_from_proxy: None,
            observer: None,
        };
        Self {
            provider,
            settings: Arc::new(settings),
        }
    }

    fn with(mut self, change: impl FnOnce(&mut Settings<S::Error>)) -> Self {
        change(Arc::make_mut(&mut self.settings));
        self
    }

    /// Demands certain legs.
    #[must_use]
    pub fn with_legs(self, legs: Legs) -> Self {
        self.with(|settings| settings.legs = legs)
    }

    /// Names the realm of the challenge in answers to refused requests.
    #[must_use]
    pub fn with_realm(self, realm: impl Into<String>) -> Self {
        self.with(|settings| settings.realm = realm.into())
    }

    /// How many bytes a form may have: forms are read whole, because signatures cover them.
    #[must_use]
    pub fn with_form_limit(self, bytes: usize) -> Self {
        self.with(|settings| settings.form_limit = bytes)
    }

    /// Which requests come from a proxy whose forwarding headers [`PublicOrigin::BehindProxy`] may believe. By default none.
    #[must_use]
    pub fn with_trusted_proxies(
        self,
        is_from_proxy: impl Fn(&http::Extensions) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.with(|settings| settings.is_from_proxy = Some(Arc::new(is_from_proxy)))
    }

    /// Hears of every refusal, errors of the store included, which the answer does not tell.
    #[must_use]
    pub fn with_observer(
        self,
        observer: impl Fn(&Rejection<S::Error>) + Send + Sync + 'static,
    ) -> Self {
        self.with(|settings| settings.observer = Some(Arc::new(observer)))
    }
}

impl<S: Store> Clone for OAuthLayer<S> {
    fn clone(&self) -> Self {
        Self {
            provider: Arc::clone(&self.provider),
            settings: Arc::clone(&self.settings),
        }
    }
}

impl<S: Store, T> Layer<T> for OAuthLayer<S> {
    type Service = OAuthService<S, T>;

    fn layer(&self, inner: T) -> Self::Service {
        OAuthService {
            layer: self.clone(),
            inner,
        }
    }
}

/// A service behind an [`OAuthLayer`].
pub struct OAuthService<S: Store, T> {
    layer: OAuthLayer<S>,
    inner: T,
}

impl<S: Store, T: Clone> Clone for OAuthService<S, T> {
    fn clone(&self) -> Self {
        Self {
            layer: self.layer.clone(),
            inner: self.inner.clone(),
        }
    }
}

impl<S, T, B, R> Service<http::Request<B>> for OAuthService<S, T>
where
    S: Store + 'static,
    S::Identity: Send + Sync + 'static,
    S::Error: Send + 'static,
    T: Service<http::Request<SignedBody<B>>, Response = Response<R>> + Clone + Send + 'static,
    T::Future: Send,
    B: http_body::Body<Data = Bytes> + Send + Unpin + 'static,
    B::Error: Into<BoxError>,
    R: From<String>,
{
    type Response = Response<R>;
    type Error = T::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: http::Request<B>) -> Self::Future {
        // The service that is ready goes, its clone stays.
        let clone = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, clone);
        let layer = self.layer.clone();
        Box::pin(async move {
            match layer.verify(request).await {
                Ok(request) => inner.call(request).await,
                Err(rejection) => Ok(layer.refuse(&rejection)),
            }
        })
    }
}

impl<S> OAuthLayer<S>
where
    S: Store,
    S::Identity: Send + Sync + 'static,
{
    async fn verify<B>(
        &self,
        request: http::Request<B>,
    ) -> Result<http::Request<SignedBody<B>>, Rejection<S::Error>>
    where
        B: http_body::Body<Data = Bytes> + Unpin,
        B::Error: Into<BoxError>,
    {
        let (mut parts, body) = request.into_parts();
        let settings = &self.settings;
        let is_from_proxy = settings
            .is_from_proxy
            .as_ref()
            .is_some_and(|test| test(&parts.extensions));
        // With HTTP/2, and where the target is absolute, the host is part of it: that counts, whatever a header says.
        let authority = parts
            .uri
            .authority()
            .map(|authority| ("host", authority.as_str().as_bytes()));
        let headers = parts
            .headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_bytes()));
        let origin = settings
            .origin
            .resolve(headers.chain(authority), is_from_proxy);
        let origin = origin.map_err(Problem::UrlMalformed)?;

        let target = parts
            .uri
            .path_and_query()
            .map_or("/", |target| target.as_str());
        let request =
            Request::at(&origin, parts.method.as_str(), target).with_headers(parts.headers.iter());
        let (form, body) = if request.is_form() {
            (Some(read_form(body, settings.form_limit).await?), None)
        } else {
            (None, Some(body))
        };
        let request = match (&form, &body) {
            (Some(form), _) => request.with_body(form),
            (None, Some(body)) if !body.is_end_stream() => request.with_streamed_body(),
            _ => request,
        };
        let authenticated = self.provider.authenticate(&request, settings.legs).await?;
        let pending_hash = authenticated.verified().pending_body_hash().cloned();
        let (client_key, token) = (
            authenticated.client_key().to_owned(),
            authenticated.token().map(str::to_owned),
        );
        let (identity, realms) = authenticated.into_parts();
        let signed = SignedParts {
            authorization: parts.headers.get(header::AUTHORIZATION).cloned(),
            uri: parts.uri.clone(),
            form: form.clone().unwrap_or_default(),
        };
        parts.extensions.insert(Identified(Arc::new(Inner {
            client_key,
            token,
            realms,
            identity,
            signed,
        })));
        let body = match body {
            Some(body) => SignedBody::streamed(body, pending_hash),
            None => SignedBody::whole(form.unwrap_or_default()),
        };
        Ok(http::Request::from_parts(parts, body))
    }

    fn refuse<R: From<String>>(&self, rejection: &Rejection<S::Error>) -> Response<R> {
        if let Some(observer) = &self.settings.observer {
            observer(rejection);
        }
        let text = rejection
            .problem()
            .map(Problem::to_form)
            .unwrap_or_default();
        let mut response = Response::new(R::from(text));
        *response.status_mut() = http::StatusCode::from_u16(rejection.status())
            .unwrap_or(http::StatusCode::INTERNAL_SERVER_ERROR);
        if let Some(problem) = rejection.problem() {
            let headers = response.headers_mut();
            headers.insert(
                header::CONTENT_TYPE,
                HeaderValue::from_static("application/x-www-form-urlencoded"),
            );
            if let Ok(challenge) =
                HeaderValue::try_from(problem.challenge(&self.settings.realm).to_string())
            {
                headers.insert(header::WWW_AUTHENTICATE, challenge);
            }
        }
        response
    }
}

/// Reads a form, up to the limit. A body that breaks off was never sent whole, so no signature can fit it.
async fn read_form<B>(body: B, limit: usize) -> Result<Bytes, Problem>
where
    B: http_body::Body<Data = Bytes>,
    B::Error: Into<BoxError>,
{
    match Limited::new(body, limit).collect().await {
        Ok(form) => Ok(form.to_bytes()),
        Err(error) if error.is::<http_body_util::LengthLimitError>() => {
            Err(Problem::TooLarge(Limit::Body))
        }
        Err(_) => Err(Problem::SignatureInvalid),
    }
}
