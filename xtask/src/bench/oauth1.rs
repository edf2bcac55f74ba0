//! Signing and verifying, next to the bare HMAC-SHA1 of the same base string with the same
//! primitive, and next to the signer of another crate.

use std::hint::black_box;
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow};
use hmac::{Hmac, KeyInit, Mac};
use pumphouse_oauth1::nonce::FixedNonce;
use pumphouse_oauth1::signature::BoundKeys;
use pumphouse_oauth1::{
    ClientCredentials, FixedClock, Keys, Origin, Policy, Request, Secret, Signer, TokenCredentials,
    Unverified,
};
use sha1::Sha1;

const URL: &str = "https://pump.example/api/user/alice/inbox";
const KEY: (&str, &str) = (
    "L6hXp82spnGFB4K3ikK5eA",
    "zKH3rfuwHC_e4RgaxXCbwGNp2y40x2WPXS4XUKlAu9g",
);
const TOKEN: (&str, &str) = (
    "h-GkNsbo6vzJxqHcuLPgTA",
    "brgINwmMiMdJXfGbGLsajKmiseYghJ450tKLBwm8ks0",
);
const NOW: u64 = 1_795_478_952;
/// Rounds of all measurements, interleaved, of which the median counts.
const ROUNDS: usize = 15;

/// What is measured: its name, one call of it, and what each round took.
type Measured<'a> = (&'static str, &'a mut dyn FnMut() -> Result<()>, Vec<f64>);

pub(crate) fn run(time: Duration) -> Result<()> {
    let signer = Signer::new(ClientCredentials::new(KEY.0, KEY.1))
        .with_token(TokenCredentials::new(TOKEN.0, TOKEN.1));
    let fixed = signer
        .clone()
        .with_clock(FixedClock(NOW))
        .with_nonces(FixedNonce("kllo9940pd9333jhAAAAAA".to_owned()));
    let request = Request::new("GET", URL);
    let prepared = fixed.prepare(&request)?;
    let base_string = prepared.base_string().to_vec();
    let key = format!("{}&{}", KEY.1, TOKEN.1);
    let header = fixed.authorization(&request)?;
    let origin = Origin::parse("https://pump.example")?;
    let received = Request::at(&origin, "GET", "/api/user/alice/inbox").with_authorization(&header);
    let (client_secret, token_secret) = (Secret::new(KEY.1), Secret::new(TOKEN.1));
    let keys = Keys::new(KEY.0, &client_secret).with_token(TOKEN.0, &token_secret);
    let policy = Policy::default();
    let bound = BoundKeys::new(&keys, &policy);
    let other = oauth1_request::Token::from_parts(KEY.0, KEY.1, TOKEN.0, TOKEN.1);

    let mut bare = || {
        let mut mac =
            Hmac::<Sha1>::new_from_slice(key.as_bytes()).map_err(|error| anyhow!("{error}"))?;
        mac.update(black_box(&base_string));
        black_box(mac.finalize());
        Ok(())
    };
    let mut sign = || {
        black_box(fixed.authorization(black_box(&request))?);
        Ok(())
    };
    let mut sign_fresh = || {
        black_box(signer.authorization(black_box(&request))?);
        Ok(())
    };
    let mut sign_other = || {
        black_box(oauth1_request::get(
            black_box(URL),
            &(),
            &other,
            oauth1_request::HMAC_SHA1,
        ));
        Ok(())
    };
    let verify_with = |keys: &Keys<'_>| {
        let unverified = Unverified::parse(black_box(&received), &policy, NOW)?;
        black_box(unverified.verify(keys, |_| true)?);
        Ok(())
    };
    let mut verify = || verify_with(&keys);
    let mut verify_bound = || verify_with(&bound.keys());
    let mut measured: [Measured<'_>; 6] = [
        ("bare HMAC-SHA1 of the base string", &mut bare, Vec::new()),
        ("sign, nonce and time given", &mut sign, Vec::new()),
        ("sign, fresh nonce and time", &mut sign_fresh, Vec::new()),
        ("sign with oauth1-request 0.6", &mut sign_other, Vec::new()),
        ("verify, keys as text", &mut verify, Vec::new()),
        (
            "verify, keys taken in before",
            &mut verify_bound,
            Vec::new(),
        ),
    ];
    let share = time / u32::try_from(ROUNDS)?;
    for _ in 0..ROUNDS {
        for (_, work, times) in &mut measured {
            times.push(nanoseconds(work, share)?);
        }
    }
    let mut medians = measured.map(|(name, _, times)| (name, median(times)));
    let bare = medians[0].1;
    println!("base string of {} bytes", base_string.len());
    println!("{:<36} {:>8} {:>12}", "what", "ns", "of the bare");
    for (name, time) in &mut medians {
        println!("{name:<36} {time:>8.0} {:>12.2}", *time / bare);
    }
    println!(
        "oauth1-request takes {:.2} times as long as sign with fresh nonce",
        medians[3].1 / medians[2].1
    );
    Ok(())
}

/// How long one call takes on average.
fn nanoseconds(work: &mut dyn FnMut() -> Result<()>, share: Duration) -> Result<f64> {
    let start = Instant::now();
    let mut calls = 0_u32;
    while start.elapsed() < share {
        for _ in 0..100 {
            work()?;
        }
        calls += 100;
    }
    Ok(start.elapsed().as_secs_f64() * 1e9 / f64::from(calls))
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
