//! What must hold of every parser for every input. Each function takes arbitrary bytes and panics when something does not hold.
//!
//! The fuzz targets call these; the ordinary tests replay the corpus and generated inputs through them.

use pumphouse_oauth1::body_hash::ClaimedBodyHash;
use pumphouse_oauth1::clock::AdjustedClock;
use pumphouse_oauth1::explain::{Diagnosis, Mistake, diagnose};
use pumphouse_oauth1::flow::{Answer, Endpoints, Flow, Pending};
use pumphouse_oauth1::header::{Authorization, Challenge};
use pumphouse_oauth1::percent;
use pumphouse_oauth1::problem::Report;
use pumphouse_oauth1::provider::{Callback, CallbackRule, PublicOrigin};
use pumphouse_oauth1::verify::{Policy, Unverified};
use pumphouse_oauth1::{
    ClientCredentials, Clock, FixedClock, Keys, Origin, Params, Plaintext, Request, Secret, Signer,
    TokenCredentials, base_string,
};

/// A check of one kind of input.
pub type Check = fn(&[u8]);

/// All checks, by the name of their target.
pub const CHECKS: [(&str, Check); 9] = [
    ("header", header),
    ("form", form),
    ("url", url),
    ("request", request),
    ("answer", answer),
    ("key", key),
    ("origin", origin),
    ("date", date),
    ("diagnosis", diagnosis),
];

/// Headers: what was read is read again from what is written of it.
pub fn header(data: &[u8]) {
    if let Ok(header) = Authorization::parse(data) {
        let written = header.to_string();
        let again = Authorization::parse(written.as_bytes()).expect("what we write can be read");
        assert_eq!(again.params(), header.params());
    }
    if let Some(challenge) = Challenge::parse(data) {
        let written = challenge.to_string();
        assert!(Challenge::parse(written.as_bytes()).is_some(), "{written}");
    }
}

/// Forms and percent-encoding: normalising twice is normalising once, and encoding can be undone.
pub fn form(data: &[u8]) {
    let params = Params::from_form(data);
    let normalised = params.normalised();
    assert_eq!(Params::from_form(&normalised).normalised(), normalised);
    assert_eq!(*percent::decode(percent::encode(data).as_bytes()), *data);
    assert_eq!(
        *percent::decode_form(percent::encode(data).as_bytes()),
        *data
    );
}

/// URLs: the base string URI is its own base string URI; callbacks stay what they are and give ASCII locations.
pub fn url(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    if let Ok(uri) = base_string::uri(&Request::new("GET", &text)) {
        assert_eq!(
            base_string::uri(&Request::new("GET", &uri)),
            Ok(uri.clone())
        );
        let origin = Origin::parse(&text).expect("it has one");
        assert!(uri.starts_with(&origin.to_string()));
    }
    if let Ok(callback) = Callback::parse(&text, CallbackRule::AnyScheme) {
        assert_eq!(callback.to_string(), text);
        let location = callback.redirect("token", &Secret::new("verifier"));
        assert!(
            location.is_none_or(|location| location.bytes().all(|byte| byte.is_ascii_graphic()))
        );
    }
    let _ = Pending::from_parts("token", "secret").returned(&text);
}

/// Whole requests: nothing is accepted without the keys, and whatever we sign verifies.
///
/// The lines of the input are method, target, authorization, content type and body.
pub fn request(data: &[u8]) {
    let mut lines = data.splitn(5, |&byte| byte == b'\n');
    let mut line = || lines.next().unwrap_or_default();
    let (method, target) = (
        String::from_utf8_lossy(line()),
        String::from_utf8_lossy(line()),
    );
    let (authorization, content_type, body) = (line(), line(), line());
    let origin = Origin::parse("https://example.org").expect("an origin");
    let policy = Policy::new()
        .with_method(Plaintext)
        .with_timestamp_window(u64::MAX);
    let received = Request::at(&origin, &method, &target)
        .with_content_type(content_type)
        .with_body(body);

    if let Ok(unverified) = Unverified::parse(
        &received.with_authorization(authorization),
        &policy,
        1_500_000_000,
    ) {
        let secret = Secret::new("a secret that no corpus knows");
        let key = unverified.client_key().to_owned();
        assert!(
            unverified
                .verify(&Keys::new(&key, &secret), |_| true)
                .is_err()
        );
    }

    // Any other target is no continuation of the origin.
    if !target.starts_with('/') {
        return;
    }
    let url = format!("{origin}{target}");
    let (secret, token_secret) = (Secret::new("secret"), Secret::new("token secret"));
    let signer = Signer::new(ClientCredentials::new("key", "secret"))
        .with_token(TokenCredentials::new("token", "token secret"));
    let sent = Request::new(&method, &url)
        .with_content_type(content_type)
        .with_body(body);
    let Ok(header) = signer.authorization(&sent) else {
        return;
    };
    let Ok(unverified) = Unverified::parse(
        &received.with_authorization(&header),
        &policy,
        1_500_000_000,
    ) else {
        return;
    };
    let keys = Keys::new("key", &secret).with_token("token", &token_secret);
    unverified
        .verify(&keys, |_| true)
        .expect("what we sign verifies");
}

/// Answers of providers.
pub fn answer(data: &[u8]) {
    let flow = Flow::new(
        ClientCredentials::new("key", "secret"),
        Endpoints::new("https://a/", "https://b/", "https://c/"),
    );
    for status in [200, 401] {
        let answer = Answer::new(status, data).with_challenge(data);
        if let Ok(pending) = flow.pending(&answer) {
            assert!(!pending.token().is_empty());
            assert!(
                flow.authorisation_url(&pending)
                    .starts_with("https://b/?oauth_token=")
            );
        }
        let _ = flow.granted(&answer);
    }
    let _ = Report::from_form(data);
    let _ = ClaimedBodyHash::parse(&String::from_utf8_lossy(data));
}

/// Keys in PEM.
pub fn key(data: &[u8]) {
    #[cfg(feature = "rsa")]
    {
        let _ = pumphouse_oauth1::RsaPrivateKey::from_pem(data);
        let _ = pumphouse_oauth1::RsaPublicKey::from_pem(data);
    }
    #[cfg(not(feature = "rsa"))]
    let _ = data;
}

/// Headers that tell the public origin: what strangers write has no say, and what comes out is an origin.
///
/// Each line of the input is a header, its name up to the first colon.
pub fn origin(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let headers: Vec<_> = text
        .lines()
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.trim(), value.as_bytes()))
        .collect();
    let resolve = |origin: &PublicOrigin, is_from_proxy| {
        let origin = origin.resolve(headers.iter().copied(), is_from_proxy);
        if let Ok(origin) = &origin {
            assert_eq!(Origin::parse(&origin.to_string()).as_ref(), Ok(origin));
        }
        origin
    };
    let own = Origin::parse("https://own.example").expect("an origin");
    assert_eq!(resolve(&PublicOrigin::Fixed(own.clone()), true), Ok(own));
    let host = |names: &[&str]| PublicOrigin::Host {
        is_secure: false,
        names: names.iter().copied().map(str::to_owned).collect(),
    };
    let by_host = resolve(&host(&[]), true);
    assert_eq!(resolve(&PublicOrigin::BehindProxy, false), by_host);
    if let Ok(known) = resolve(&host(&["own.example"]), true) {
        assert_eq!(known.to_string(), "http://own.example");
    }
    let _ = resolve(&PublicOrigin::BehindProxy, true);
}

/// Dates: a clock learns a time that can be told, or nothing.
pub fn date(data: &[u8]) {
    let clock = AdjustedClock::new(FixedClock(1_500_000_000));
    if clock.learn_date(&String::from_utf8_lossy(data)) {
        // The last second of the year 9999.
        assert!(clock.now() <= 253_402_300_800);
    } else {
        assert_eq!(clock.now(), 1_500_000_000);
    }
}

/// Explanations: whatever is sent, what we sign is right, and a mistake that was made is found.
///
/// The first line of the input is the target, the rest a form. Only where the target begins with an exclamation mark are all mistakes
/// tried, which are thousands.
pub fn diagnosis(data: &[u8]) {
    let at = data.iter().position(|&byte| byte == b'\n');
    let (target, body) = data.split_at(at.unwrap_or(data.len()));
    let target = String::from_utf8_lossy(target);
    let [url, other_url] = ["https", "http"].map(|scheme| format!("{scheme}://a.example/{target}"));
    let request = |url| {
        Request::new("POST", url)
            .with_content_type("application/x-www-form-urlencoded")
            .with_body(body)
    };
    let signer = Signer::new(ClientCredentials::new("key", "secret"));
    let policy = Policy::new().with_timestamp_window(u64::MAX);
    let diagnosis = |signed, secret: &str| {
        let header = signer.authorization(&request(signed)).ok()?;
        let sent = request(&url).with_authorization(&header);
        let unverified = Unverified::parse(&sent, &policy, 0).ok()?;
        let secret = Secret::new(secret);
        Some(diagnose(&unverified, &Keys::new("key", &secret)))
    };
    let right = diagnosis(&url, "secret");
    assert!(right.is_none_or(|diagnosis| diagnosis == Diagnosis::Right));
    let explained = diagnosis(&other_url, "secret");
    let mistake = Diagnosis::Explained(vec![Mistake::OtherScheme]);
    assert!(explained.is_none_or(|diagnosis| diagnosis == mistake));
    if target.starts_with('!') {
        let unexplained = diagnosis(&url, "another");
        assert!(unexplained.is_none_or(|diagnosis| diagnosis == Diagnosis::Unexplained));
    }
}
