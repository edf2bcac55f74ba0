//! The client's side.

use super::*;

#[test]
fn a_person_lets_a_client_in() {
    let world = World::new();
    let token = world.log_in();
    let signer = world.signer(token);
    let header = signer.authorization(&Request::new("GET", PHOTOS)).unwrap();
    assert_eq!(world.ask(&header, Legs::Three), Ok("alice"));
    assert_eq!(world.ask(&header, Legs::Three), Err(Problem::NonceUsed));
}

#[test]
fn every_placement_and_plaintext_dance() {
    let adjustments: [fn(Signer) -> Signer; 4] = [
        |signer| signer.with_placement(Placement::Query),
        |signer| signer.with_placement(Placement::Body),
        |signer| signer.with_method(Plaintext),
        |signer| {
            signer
                .with_method(Plaintext)
                .without_nonce_and_timestamp()
                .without_version()
        },
    ];
    for adjust in adjustments {
        World::with(Client::new("client secret"), adjust).log_in();
    }
}

#[test]
fn legs_can_be_resumed_in_another_process() {
    let world = World::new();
    let pending = world.begin();
    let (token, secret) = (
        pending.token().to_owned(),
        pending.secret().expose().to_owned(),
    );
    let authorised = world.agree(&Pending::from_parts(token, secret));
    let credentials = TemporaryCredentials::new(
        authorised.credentials().token(),
        authorised.credentials().secret().clone(),
    );
    let authorised = Authorised::from_parts(credentials, authorised.verifier().expose());
    assert!(
        world
            .token(&world.flow.exchange(&authorised).unwrap())
            .is_ok()
    );
}

#[test]
fn the_returned_token_is_compared() {
    let pending = Pending::from_parts("mine", "secret");
    let returned = |address: &str| {
        pending
            .returned(address)
            .map(|authorised| authorised.verifier().expose().to_owned())
    };
    assert_eq!(
        returned("https://app/cb?é=ü&oauth_token=mine&oauth_verifier=a%20b#top"),
        Ok("a b".to_owned())
    );
    assert_eq!(
        returned("/cb?oauth_verifier=v&oauth_token=mine"),
        Ok("v".to_owned())
    );
    assert_eq!(
        returned("oauth_verifier=v&oauth_token=mine"),
        Ok("v".to_owned())
    );
    assert_eq!(
        returned("/cb?oauth_token=theirs&oauth_verifier=v"),
        Err(ReturnError::OtherToken)
    );
    assert_eq!(
        returned("/cb?oauth_verifier=v"),
        Err(ReturnError::TokenMissing)
    );
    assert_eq!(
        returned("/cb?oauth_token=mine"),
        Err(ReturnError::VerifierMissing)
    );
    assert_eq!(
        returned("/cb?oauth_token=mine&oauth_verifier="),
        Err(ReturnError::VerifierMissing)
    );
    assert_eq!(
        returned("/cb?oauth_token=mine&oauth_problem=permission_denied"),
        Err(ReturnError::Denied)
    );
    assert_eq!(returned("/cb?denied=mine"), Err(ReturnError::Denied));
    assert_eq!(returned("/cb?denied=theirs"), Err(ReturnError::OtherToken));
    assert_eq!(
        returned("/cb?error=access_denied"),
        Err(ReturnError::Denied)
    );
    for address in [
        "/cb?oauth_token=mine&oauth_token=theirs&oauth_verifier=v",
        "/cb?oauth_token=mine&oauth_verifier=v&oauth_verifier=w",
        "/cb?oauth_token=mine&oauth_verifier=v&%6fauth_token=mine",
    ] {
        assert_eq!(returned(address), Err(ReturnError::Repeated), "{address}");
    }
    for address in [
        "x=a?b&oauth_token=mine&oauth_verifier=v",
        "/c=b?oauth_token=mine&x=a?b&oauth_verifier=v",
        "myapp:done=1?oauth_token=mine&oauth_verifier=v",
        "cb?oauth_token=mine&oauth_verifier=v",
        "?oauth_token=mine&oauth_verifier=v",
    ] {
        assert_eq!(returned(address), Ok("v".to_owned()), "{address}");
    }
    assert_eq!(pending.with_verifier(" 1234\n").verifier().expose(), "1234");
}

#[test]
fn answers_are_read_strictly_in_what_matters() {
    let world = World::new();
    let pending = |body: &str| world.flow.pending(&Answer::new(200, body));
    assert!(
        pending(" oauth_token=t&oauth_token_secret=s&oauth_callback_confirmed=true\r\n").is_ok()
    );
    assert!(
        pending(r#"{"oauth_token":"t","oauth_token_secret":"s","oauth_callback_confirmed":true}"#)
            .is_ok()
    );
    assert_eq!(
        pending("oauth_token=t&oauth_token_secret=s").unwrap_err(),
        FlowError::CallbackUnconfirmed
    );
    let missing = pending("oauth_token=t&oauth_callback_confirmed=true").unwrap_err();
    assert_eq!(missing, FlowError::CredentialMissing("oauth_token_secret"));
    assert_eq!(pending("{").unwrap_err(), FlowError::Unreadable);
    assert_eq!(pending("{} {}").unwrap_err(), FlowError::Unreadable);
    let page = "<html>a=b&amp;oauth_token=t</html>";
    assert_eq!(pending(page).unwrap_err(), FlowError::Unreadable);
    // What holds no credentials at all is of no version of OAuth.
    let missing = pending("it works").unwrap_err();
    assert_eq!(missing, FlowError::CredentialMissing("oauth_token"));
    let refused =
        Answer::new(401, "").with_challenge(r#"OAuth realm="", oauth_problem="nonce_used""#);
    assert_eq!(
        world.flow.granted(&refused).unwrap_err().to_string(),
        "the provider refused with status 401: nonce_used"
    );
    // What providers write cannot steer a terminal.
    let refused = world
        .flow
        .granted(&Answer::new(401, "oauth_problem=%1b[2J%0Ax"));
    assert_eq!(
        refused.unwrap_err().to_string(),
        r"the provider refused with status 401: \u{1b}[2J\nx"
    );

    let grant = world
        .flow
        .granted(&Answer::new(
            200,
            "oauth_token=t&oauth_token_secret=a%26b&user_id=7&oauth_session_handle=h",
        ))
        .unwrap();
    assert_eq!(
        (grant.credentials().secret().expose(), grant.get("user_id")),
        ("a&b", Some("7"))
    );
    assert_eq!(grant.session_handle(), Some(&Secret::new("h")));
    assert!(!format!("{grant:?}").contains("a&b"));
}

#[test]
fn an_answer_has_each_parameter_of_the_protocol_once() {
    let flow = World::new().flow;
    for (form, json, repeated) in [
        (
            "oauth_token=t&oauth_token_secret=s&oauth_token=u",
            r#"{"oauth_token":"t","oauth_token_secret":"s","oauth_token":"u"}"#,
            "oauth_token",
        ),
        (
            "oauth_token=t&oauth_token_secret=s&oauth_token_secret=s",
            r#"{"oauth_token":"t","oauth_token_secret":"s","oauth_token_\u0073ecret":"s"}"#,
            "oauth_token_secret",
        ),
        (
            "oauth_token=t&oauth_token_secret=s&oauth_x=1&oauth%5Fx=2",
            r#"{"oauth_token":"t","oauth_token_secret":"s","oauth_x":1,"oauth_x":2}"#,
            "oauth_x",
        ),
    ] {
        for body in [form, json] {
            let refused = FlowError::FieldRepeated(repeated.to_owned());
            assert_eq!(flow.granted(&Answer::new(200, body)), Err(refused.clone()));
            assert_eq!(flow.pending(&Answer::new(200, body)), Err(refused));
        }
    }
    // Of what is the provider's own the first counts, in both forms.
    for body in [
        "oauth_token=t&oauth_token_secret=s&lang=en&lang=de",
        r#"{"oauth_token":"t","oauth_token_secret":"s","lang":"en","lang":"de"}"#,
    ] {
        let grant = flow.granted(&Answer::new(200, body)).unwrap();
        assert_eq!(grant.get("lang"), Some("en"));
    }
}

#[test]
fn authorisation_addresses_keep_what_they_have() {
    let world = World::new();
    let pending = Pending::from_parts("a b&", "secret");
    let url = world
        .flow
        .authorisation_url_with(&pending, &[("force_login", "true")]);
    assert_eq!(
        url,
        "https://api.example.org/oauth/authorize?lang=en&force_login=true&oauth_token=a%20b%26"
    );
}

#[test]
fn renewal_and_password_requests_are_signed() {
    let world = World::new();
    let renew = world
        .flow
        .renew(&TokenCredentials::new("t", "s"), &Secret::new("h a"))
        .unwrap();
    assert!(
        renew
            .authorization
            .unwrap()
            .contains(r#"oauth_session_handle="h%20a""#)
    );
    let post = world
        .flow
        .exchange_password("al ice", &Secret::new("p&w"))
        .unwrap();
    assert_eq!(
        &**post.body,
        b"x_auth_mode=client_auth&x_auth_username=al%20ice&x_auth_password=p%26w"
    );
    let request = request(&post);
    let access = run(world.provider.authenticate(&request, Legs::Two)).unwrap();
    assert_eq!(
        access.verified().params().get("x_auth_password").as_deref(),
        Some("p&w")
    );
    assert!(!format!("{:?}", access.verified().params()).contains("p%26w"));
}

#[test]
fn endpoints_with_protocol_parameters_are_refused() {
    let client = ClientCredentials::new("client", "secret");
    let flow = Flow::new(
        client,
        Endpoints::new("https://a/?oauth_x=1", "https://a/", "https://a/"),
    );
    assert!(
        matches!(flow.begin("oob"), Err(pumphouse_oauth1::SignError::AlreadySigned(name)) if name == "oauth_x")
    );
    for [authorise, token] in [
        ["https://a/?oauth_x=1", "https://a/"],
        ["https://a/", "https://a/?oauth_x=1"],
    ] {
        let client = ClientCredentials::new("client", "secret");
        let flow = Flow::new(client, Endpoints::new("https://a/", authorise, token));
        assert!(flow.begin("oob").is_err());
    }
}

#[test]
fn a_log_in_needs_a_callback_and_a_verifier_and_begins_without_a_token() {
    use pumphouse_oauth1::flow::{Authorised, Endpoints, Flow};
    use pumphouse_oauth1::{
        ClientCredentials, SignError, Signer, TemporaryCredentials, TokenCredentials,
    };
    let signer = Signer::new(ClientCredentials::new("key", "secret"))
        .with_token(TokenCredentials::new("left-over", "secret"));
    let endpoints = Endpoints::new("https://a.test/", "https://b.test/", "https://c.test/");
    let flow = Flow::with_signer(signer, endpoints);
    for callback in ["", "/back", "app.test/back"] {
        let refused = flow.begin(callback).err();
        assert!(
            matches!(refused, Some(SignError::CallbackInvalid)),
            "{callback}"
        );
    }
    let first = flow.begin("oob").unwrap();
    let header = first.authorization.unwrap();
    assert!(!header.contains("oauth_token"), "{header}");
    let nobody_agreed = Authorised::from_parts(TemporaryCredentials::new("token", "secret"), "");
    let refused = flow.exchange(&nobody_agreed).err();
    assert!(matches!(refused, Some(SignError::VerifierEmpty)));
}
