//! Each building block by itself.

use pumphouse_oauth1::header::{Authorization, HeaderError};
use pumphouse_oauth1::percent::encode;
use pumphouse_oauth1::provider::Callback;
use pumphouse_oauth1::{
    BodyHash, HmacSha1, HmacSha256, HmacSha512, Keys, Origin, Param, Params, Request, Secret,
    SignatureMethod, base_string,
};
use serde_json::Value;

use crate::data::{base64, pairs, strings};

fn table(name: &str) -> Vec<Value> {
    let tables: Value = serde_json::from_str(include_str!("../data/tables.json")).unwrap();
    let rows = tables[name].as_array().unwrap().clone();
    assert!(!rows.is_empty());
    rows
}

fn decoded(params: &Params<'_>) -> Vec<(String, String)> {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    params
        .iter()
        .map(|pair| (text(&pair.name()), text(&pair.value())))
        .collect()
}

fn params_of(pairs: &[(String, String)]) -> Params<'_> {
    let mut params = Params::new();
    pairs
        .iter()
        .for_each(|(name, value)| params.push(Param::new(name, value)));
    params
}

#[test]
fn percent_encoding() {
    for row in table("percent_encoding") {
        let [input, encoded] = strings(&row)[..] else {
            panic!()
        };
        assert_eq!(encode(input), encoded);
        assert_eq!(
            pumphouse_oauth1::percent::decode(encoded.as_bytes()),
            input.as_bytes()
        );
    }
}

#[test]
fn form_decoding() {
    for row in table("form_decoding") {
        let input = row[0].as_str().unwrap();
        assert_eq!(
            decoded(&Params::from_form(input)),
            pairs(&row[1]),
            "{input}"
        );
    }
}

#[test]
fn base_string_uris() {
    for row in table("base_string_uri") {
        let url = row[0].as_str().unwrap();
        let mut request = Request::new("GET", url);
        if let Some(host) = row[1].as_str() {
            request = request.with_host(host);
        }
        assert_eq!(
            base_string::uri(&request).as_deref(),
            Ok(row[2].as_str().unwrap()),
            "{url}"
        );
    }
    for row in table("base_string_uri_errors") {
        let url = row.as_str().unwrap();
        assert!(
            base_string::uri(&Request::new("GET", url)).is_err(),
            "{url}"
        );
    }
}

#[test]
fn normalisation() {
    for row in table("normalisation") {
        assert_eq!(
            params_of(&pairs(&row[0])).normalised(),
            row[1].as_str().unwrap()
        );
    }
}

#[test]
fn signing_keys() {
    for row in table("signing_keys") {
        let [client, token, key] = strings(&row)[..] else {
            panic!()
        };
        let (client, token) = (Secret::new(client), Secret::new(token));
        assert_eq!(
            Keys::new("c", &client)
                .with_token("t", &token)
                .shared_key()
                .as_slice(),
            key.as_bytes()
        );
    }
}

#[test]
fn hmac() {
    for row in table("hmac") {
        let row = strings(&row);
        let (client, token) = (Secret::new(row[0]), Secret::new(row[1]));
        let keys = Keys::new("c", &client).with_token("t", &token);
        let methods: [&dyn SignatureMethod; 3] = [&HmacSha1, &HmacSha256, &HmacSha512];
        for (method, expected) in methods.iter().zip(&row[3..]) {
            assert_eq!(method.sign(row[2].as_bytes(), &keys).unwrap(), *expected);
            assert!(method.verify(row[2].as_bytes(), &keys, expected.as_bytes()));
            assert!(!method.verify(row[2].as_bytes(), &keys, expected.to_lowercase().as_bytes()));
        }
    }
}

#[cfg(feature = "rsa")]
#[test]
fn rsa() {
    use pumphouse_oauth1::{RsaPrivateKey, RsaPublicKey, RsaSha1, RsaSha256, RsaSha512};

    for row in table("rsa") {
        let row = strings(&row);
        let none = Secret::default();
        for private in ["private-pkcs8", "private-pkcs1"] {
            let private =
                RsaPrivateKey::from_pem(crate::data::key(&format!("{}.{private}", row[0])))
                    .unwrap();
            let methods: [Box<dyn SignatureMethod>; 3] = [
                Box::new(RsaSha1::signing_with(private.clone())),
                Box::new(RsaSha256::signing_with(private.clone())),
                Box::new(RsaSha512::signing_with(private.clone())),
            ];
            for (method, expected) in methods.iter().zip(&row[2..]) {
                assert_eq!(
                    method
                        .sign(row[1].as_bytes(), &Keys::new("c", &none))
                        .unwrap(),
                    *expected
                );
                for public in ["public-spki", "public-pkcs1", "certificate"] {
                    let public =
                        RsaPublicKey::from_pem(crate::data::key(&format!("{}.{public}", row[0])))
                            .unwrap();
                    let keys = Keys::new("c", &none).with_rsa_public_key(&public);
                    assert!(method.verify(row[1].as_bytes(), &keys, expected.as_bytes()));
                    assert!(!method.verify(b"else", &keys, expected.as_bytes()));
                }
            }
        }
    }
}

#[test]
fn body_hashes() {
    for row in table("body_hash") {
        let [body, sha1, sha256] = strings(&row)[..] else {
            panic!()
        };
        let body = base64(body);
        assert_eq!(BodyHash::Sha1.of(&body), sha1);
        assert_eq!(BodyHash::Sha256.of(&body), sha256);
    }
}

#[test]
fn headers() {
    for row in table("header") {
        let value = row[0].as_str().unwrap();
        let header = Authorization::parse(value.as_bytes());
        if row[1] == true {
            let header = header.unwrap();
            assert_eq!(header.realm(), row[2].as_str(), "{value}");
            assert_eq!(decoded(header.params()), pairs(&row[3]), "{value}");
            let again = header.to_string();
            assert_eq!(Authorization::parse(again.as_bytes()).unwrap(), header);
        } else {
            assert!(header.is_err(), "{value}");
        }
    }
    let duplicate = Authorization::parse(br#"OAuth oauth_nonce="1",oauth_nonce="2""#);
    assert_eq!(
        duplicate,
        Err(HeaderError::Duplicated("oauth_nonce".to_owned()))
    );
}

#[test]
fn fragments_of_the_rfc() {
    for row in table("rfc_uri") {
        let [target, scheme, host, expected] = strings(&row)[..] else {
            panic!()
        };
        let origin = Origin::new(scheme, host).unwrap();
        assert_eq!(
            base_string::uri(&Request::at(&origin, "GET", target)).unwrap(),
            expected
        );
    }

    let [collected, encoded, sorted, normalised] = &table("rfc_params")[..] else {
        panic!()
    };
    let collected = pairs(collected);
    let params = params_of(&collected);
    let encoded_pairs: Vec<_> = collected
        .iter()
        .map(|(name, value)| (encode(name), encode(value)))
        .collect();
    assert_eq!(encoded_pairs, pairs(encoded));
    let joined: Vec<_> = pairs(sorted)
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    assert_eq!(params.normalised(), joined.join("&"));
    assert_eq!(params.normalised(), normalised.as_str().unwrap());

    let row = table("rfc_redirect");
    let [callback, token, verifier, expected] =
        [0, 1, 2, 3].map(|column| row[column].as_str().unwrap());
    let callback = Callback::parse(callback, Default::default()).unwrap();
    assert_eq!(
        callback.redirect(token, &Secret::new(verifier)).unwrap(),
        expected
    );

    let row = table("rfc_form");
    assert_eq!(
        Params::from_form(row[0].as_str().unwrap())
            .get("oauth_signature")
            .as_deref(),
        row[1].as_str()
    );
}
