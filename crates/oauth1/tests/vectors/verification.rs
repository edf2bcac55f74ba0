//! Requests to accept or to refuse, through the provider over the store in memory.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use pumphouse_oauth1::provider::{Client, Legs, MemoryStore, Provider, Store};
use pumphouse_oauth1::verify::{NonceUse, TlsRule};
use pumphouse_oauth1::{FixedClock, Plaintext, Policy, Request, TokenCredentials};
use serde_json::Value;

use crate::data::{body, cases, headers, strings, text};

/// Runs a future that never waits.
fn run<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("the store in memory never waits"),
    }
}

fn provider(server: &Value) -> Provider<MemoryStore<String>> {
    let clock = FixedClock(server["now"].as_u64().unwrap());
    let store = MemoryStore::new().with_clock(clock);
    for client in server["clients"].as_array().unwrap() {
        let [key, secret, rsa] = strings(client)[..] else {
            panic!()
        };
        let client = Client::new(secret);
        #[cfg(feature = "rsa")]
        let client = {
            let pem = crate::data::key(&format!("{rsa}.public-spki"));
            client.with_rsa_key(pumphouse_oauth1::RsaPublicKey::from_pem(pem).unwrap())
        };
        let _ = rsa;
        store.add_client(key, client, key.to_owned());
    }
    for token in server["tokens"].as_array().unwrap() {
        let [client, token, secret] = strings(token)[..] else {
            panic!()
        };
        store.add_token(
            client,
            &TokenCredentials::new(token, secret),
            token.to_owned(),
        );
    }
    for used in server["used"].as_array().unwrap() {
        let nonce = NonceUse {
            client_key: used[0].as_str().unwrap(),
            token: used[1].as_str(),
            timestamp: used[2].as_u64().unwrap(),
            nonce: used[3].as_str().unwrap(),
            expires: used[2].as_u64().unwrap() + server["window"].as_u64().unwrap(),
        };
        assert_eq!(run(store.use_nonce(nonce)), Ok(true));
    }
    let policy = Policy::new()
        .with_method(Plaintext)
        .with_tls(TlsRule::Always);
    let policy = policy.with_timestamp_window(server["window"].as_u64().unwrap());
    #[cfg(feature = "rsa")]
    let policy = {
        use pumphouse_oauth1::{RsaSha1, RsaSha256, RsaSha512};
        policy
            .with_method(RsaSha1::verifying())
            .with_method(RsaSha256::verifying())
            .with_method(RsaSha512::verifying())
    };
    Provider::new(store)
        .unwrap()
        .with_policy(policy)
        .with_clock(clock)
}

#[test]
fn requests() {
    let cases = cases(include_str!("../data/verification.json"));
    let (server, requests) = cases.split_first().unwrap();
    assert_eq!(requests.len(), 64);
    let failures: Vec<_> = requests
        .iter()
        .filter_map(|case| check(server, case).err())
        .collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

fn check(server: &Value, case: &Value) -> Result<(), String> {
    let name = text(case, "name").unwrap();
    if cfg!(not(feature = "rsa")) && name.contains("rsa") && !name.contains("hmac") {
        return Ok(());
    }
    let [method, url] = strings(&case["request"])[..] else {
        panic!("{name}")
    };
    let (headers, body) = (headers(case), body(case));
    let request = Request::new(method, url)
        .with_headers(headers.iter().copied())
        .with_body(&body);
    let provider = provider(server);
    let result = run(provider.authenticate(&request, Legs::Any));
    let problem = result
        .as_ref()
        .err()
        .map(|rejection| rejection.problem().unwrap());
    match (problem, text(case, "code")) {
        (None, None) => {}
        (Some(problem), Some(code)) => {
            let statuses: Vec<_> = case["status"]
                .as_array()
                .unwrap()
                .iter()
                .map(|status| status.as_u64().unwrap())
                .collect();
            if problem.code() != code || !statuses.contains(&u64::from(problem.status())) {
                return Err(format!(
                    "{name}: {problem:?} is {} and {}, not {code}",
                    problem.status(),
                    problem.code()
                ));
            }
        }
        (problem, code) => return Err(format!("{name}: {problem:?} instead of {code:?}")),
    }
    if result.is_ok() {
        let again = run(provider.authenticate(&request, Legs::Any)).err();
        let code = again
            .as_ref()
            .and_then(|rejection| rejection.problem())
            .map(pumphouse_oauth1::Problem::code);
        let repeatable = text(case, "name").unwrap().contains("no-nonce");
        if code != Some("nonce_used") && !repeatable {
            return Err(format!("{name}: accepted twice"));
        }
    }
    Ok(())
}
