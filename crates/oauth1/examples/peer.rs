//! Signs and verifies requests for a program in another language: one JSON object a line on standard input, one answer a line
//! on standard output. The interoperability tests talk to it.
//!
//! ```text
//! {"ask": "sign", "method": "GET", "url": "https://example.org/", "headers": [], "body": "", "consumer_key": "key",
//!  "consumer_secret": "secret", "signature_method": "HMAC-SHA1", "placement": "header", "nonce": "n", "timestamp": 1191242096}
//! {"authorization": "OAuth …"}
//!
//! {"ask": "verify", "method": "GET", "url": "https://example.org/", "headers": [["Authorization", "OAuth …"]], "body": "",
//!  "consumer_secret": "secret", "now": 1191242096}
//! {"verified": true}
//! ```
//!
//! Bodies are in base64. Optional are `token`, `token_secret`, `rsa_key` (PEM: the private key to sign, the public key to verify),
//! `realm`, `callback`, `verifier`, and `body_hash`, `without_version` and `without_nonce` (true or false).
//! A signed request is answered with what changed of it: `authorization`, `url` or `body`. A request that does not verify is
//! answered with `verified` false and the `problem`, one that cannot be signed, or understood, with `error`.

use std::error::Error;
use std::io::{self, BufRead, Write};
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use pumphouse_oauth1::nonce::FixedNonce;
use pumphouse_oauth1::verify::TlsRule;
use pumphouse_oauth1::{
    BodyHash, ClientCredentials, FixedClock, HmacSha1, HmacSha256, HmacSha512, Keys, Placement,
    Plaintext, Policy, Request, RsaPrivateKey, RsaPublicKey, RsaSha1, RsaSha256, RsaSha512, Secret,
    SignatureMethod, Signer, TokenCredentials, Unverified,
};
use serde_json::{Value, json};

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    let mut out = io::stdout().lock();
    for line in io::stdin().lock().lines() {
        let answer = answer(&line?).unwrap_or_else(|error| json!({"error": error.to_string()}));
        writeln!(out, "{answer}")?;
        out.flush()?;
    }
    Ok(())
}

fn answer(line: &str) -> Outcome<Value> {
    let question = Question(serde_json::from_str(line)?);
    let body = question.body()?;
    let headers = question.headers()?;
    let request = Request::new(question.need("method")?, question.need("url")?)
        .with_headers(headers.iter().copied())
        .with_body(&body);
    match question.need("ask")? {
        "sign" => sign(&question, &request),
        "verify" => verify(&question, &request),
        other => Err(format!("nobody can {other}").into()),
    }
}

/// A line of input.
struct Question(Value);

impl Question {
    fn text(&self, name: &str) -> Option<&str> {
        self.0[name].as_str()
    }

    fn need(&self, name: &str) -> Outcome<&str> {
        self.text(name)
            .ok_or_else(|| format!("{name} is missing").into())
    }

    fn says(&self, name: &str) -> bool {
        self.0[name].as_bool().unwrap_or_default()
    }

    fn number(&self, name: &str) -> Outcome<u64> {
        self.0[name]
            .as_u64()
            .ok_or_else(|| format!("{name} is no number").into())
    }

    fn secret(&self, name: &str) -> Secret {
        Secret::new(self.text(name).unwrap_or_default())
    }

    fn body(&self) -> Outcome<Vec<u8>> {
        Ok(STANDARD.decode(self.text("body").unwrap_or_default())?)
    }

    fn headers(&self) -> Outcome<Vec<(&str, &str)>> {
        let headers = self.0["headers"]
            .as_array()
            .map(Vec::as_slice)
            .unwrap_or_default();
        let malformed = "headers are pairs of texts";
        headers
            .iter()
            .map(|header| {
                Ok((
                    header[0].as_str().ok_or(malformed)?,
                    header[1].as_str().ok_or(malformed)?,
                ))
            })
            .collect()
    }
}

fn sign(question: &Question, request: &Request<'_>) -> Outcome<Value> {
    let signed = signer(question)?.sign(request)?;
    Ok(if let Some(header) = signed.authorization() {
        json!({"authorization": header})
    } else if let Some(url) = signed.url() {
        json!({"url": url})
    } else {
        json!({"body": STANDARD.encode(signed.body().unwrap_or_default())})
    })
}

fn signer(question: &Question) -> Outcome<Signer> {
    let client = ClientCredentials::new(
        question.need("consumer_key")?,
        question.secret("consumer_secret"),
    );
    let mut signer = Signer::new(client)
        .with_method(signing_method(question)?)
        .with_placement(match question.need("placement")? {
            "header" => Placement::Header,
            "query" => Placement::Query,
            "body" => Placement::Body,
            other => return Err(format!("there is no placement {other}").into()),
        })
        .with_plaintext_without_tls();
    if let Some(token) = question.text("token") {
        signer = signer.with_token(TokenCredentials::new(
            token,
            question.secret("token_secret"),
        ));
    }
    if let Some(realm) = question.text("realm") {
        signer = signer.with_realm(realm);
    }
    if let Some(callback) = question.text("callback") {
        signer = signer.with_callback(callback);
    }
    if let Some(verifier) = question.text("verifier") {
        signer = signer.with_verifier(verifier);
    }
    if question.says("body_hash") {
        signer = signer.with_body_hash(BodyHash::Sha1);
    }
    if question.says("without_version") {
        signer = signer.without_version();
    }
    if question.says("without_nonce") {
        return Ok(signer.without_nonce_and_timestamp());
    }
    let nonce = FixedNonce(question.need("nonce")?.to_owned());
    Ok(signer
        .with_nonces(nonce)
        .with_clock(FixedClock(question.number("timestamp")?)))
}

fn signing_method(question: &Question) -> Outcome<Arc<dyn SignatureMethod>> {
    let key = || -> Outcome<_> { Ok(RsaPrivateKey::from_pem(question.need("rsa_key")?)?) };
    Ok(match question.need("signature_method")? {
        "HMAC-SHA1" => Arc::new(HmacSha1),
        "HMAC-SHA256" => Arc::new(HmacSha256),
        "HMAC-SHA512" => Arc::new(HmacSha512),
        "RSA-SHA1" => Arc::new(RsaSha1::signing_with(key()?)),
        "RSA-SHA256" => Arc::new(RsaSha256::signing_with(key()?)),
        "RSA-SHA512" => Arc::new(RsaSha512::signing_with(key()?)),
        "PLAINTEXT" => Arc::new(Plaintext),
        other => return Err(format!("there is no signature method {other}").into()),
    })
}

fn verify(question: &Question, request: &Request<'_>) -> Outcome<Value> {
    let policy = Policy::new()
        .with_method(Plaintext)
        .with_method(RsaSha1::verifying())
        .with_method(RsaSha256::verifying())
        .with_method(RsaSha512::verifying())
        .with_tls(TlsRule::Never);
    let public_key = question
        .text("rsa_key")
        .map(RsaPublicKey::from_pem)
        .transpose()?;
    let (consumer_secret, token_secret) = (
        question.secret("consumer_secret"),
        question.secret("token_secret"),
    );
    let check = |unverified: Unverified<'_>| {
        let (consumer_key, token) = (
            unverified.client_key().to_owned(),
            unverified.token().map(str::to_owned),
        );
        let mut keys = Keys::new(&consumer_key, &consumer_secret);
        if let Some(token) = &token {
            keys = keys.with_token(token, &token_secret);
        }
        if let Some(key) = &public_key {
            keys = keys.with_rsa_public_key(key);
        }
        unverified.check_signature(&keys).map(|_| ())
    };
    let verdict = Unverified::parse(request, &policy, question.number("now")?).and_then(check);
    Ok(match verdict {
        Ok(()) => json!({"verified": true}),
        Err(problem) => {
            json!({"verified": false, "problem": format!("{}: {problem}", problem.code())})
        }
    })
}
