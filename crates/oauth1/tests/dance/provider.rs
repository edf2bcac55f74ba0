//! The provider's side: what must be refused.

use super::*;

#[test]
fn temporary_credentials_are_good_for_one_exchange() {
    let world = World::new();
    let authorised = world.agree(&world.begin());
    assert!(
        world
            .token(&world.flow.exchange(&authorised).unwrap())
            .is_ok()
    );
    let again = world.token(&world.flow.exchange(&authorised).unwrap());
    assert_eq!(again, Err(Problem::TokenRejected(TokenFault::Used)));
}

#[test]
fn of_two_exchanges_at_once_one_succeeds() {
    let world = World::new();
    let authorised = world.agree(&world.begin());
    // Both have passed every check when the store is asked.
    let exchange = |fresh: &str| pumphouse_oauth1::provider::Exchange {
        client_key: "client".to_owned(),
        token: authorised.credentials().token().to_owned(),
        fresh: TokenCredentials::new(fresh, "secret"),
        now: world.clock.now(),
    };
    assert!(
        run(world.provider.store().exchange(exchange("one")))
            .unwrap()
            .is_some()
    );
    assert!(
        run(world.provider.store().exchange(exchange("two")))
            .unwrap()
            .is_none()
    );
    let found = run(world.provider.store().find_access("client", Some("two"))).unwrap();
    assert!(matches!(found, Access::TokenRejected { .. }));
}

#[test]
fn nothing_is_exchanged_before_somebody_agreed() {
    let world = World::new();
    let pending = world.begin();
    let early = world.token(
        &world
            .flow
            .exchange(&pending.with_verifier("guess"))
            .unwrap(),
    );
    assert_eq!(
        early,
        Err(Problem::TokenRejected(TokenFault::NotAuthorised))
    );
    let authorised = world.agree(&pending);
    let wrong = world.token(
        &world
            .flow
            .exchange(&pending.with_verifier("guess"))
            .unwrap(),
    );
    assert_eq!(wrong, Err(Problem::VerifierInvalid));
    assert!(
        world
            .token(&world.flow.exchange(&authorised).unwrap())
            .is_ok()
    );
}

#[test]
fn denied_and_expired_attempts_end() {
    let world = World::new();
    let denied = world.begin();
    world.provider.store().deny(denied.token()).unwrap();
    let refused = world.token(&world.flow.exchange(&denied.with_verifier("v")).unwrap());
    assert_eq!(refused, Err(Problem::TokenRejected(TokenFault::Denied)));

    let expired = world.begin();
    world.clock.advance(601);
    let shown = problem(run(world.provider.pending(expired.token())));
    assert_eq!(shown, Err(Problem::TokenRejected(TokenFault::Expired)));
    let late = world
        .provider
        .store()
        .authorise(expired.token(), &Secret::new("v"), "alice");
    assert_eq!(late, Err(TokenFault::Expired));
    let unknown = problem(run(world.provider.pending("unknown")));
    assert_eq!(unknown, Err(Problem::TokenRejected(TokenFault::Unknown)));
}

#[test]
fn temporary_credentials_belong_to_one_client() {
    let world = World::new();
    let authorised = world.agree(&world.begin());
    let stolen = world.token(
        &world
            .flow_of("other", "other secret")
            .exchange(&authorised)
            .unwrap(),
    );
    assert_eq!(stolen, Err(Problem::TokenRejected(TokenFault::Unknown)));
    let forged = world.token(
        &world
            .flow_of("client", "guess")
            .exchange(&authorised)
            .unwrap(),
    );
    assert_eq!(forged, Err(Problem::SignatureInvalid));
    let nobody = world.token(
        &world
            .flow_of("nobody", "guess")
            .exchange(&authorised)
            .unwrap(),
    );
    assert_eq!(nobody, Err(Problem::ConsumerKeyUnknown));
    assert!(
        world
            .token(&world.flow.exchange(&authorised).unwrap())
            .is_ok()
    );
}

#[test]
fn the_first_request_needs_a_callback() {
    let world = World::new();
    let ask = |adjust: &dyn Fn(Signer) -> Signer| {
        let signer = Signer::new(ClientCredentials::new("client", "client secret"))
            .with_clock(world.clock.clone());
        let header = adjust(signer)
            .authorization(&Request::new("POST", TEMPORARY))
            .unwrap();
        let request = Request::new("POST", TEMPORARY).with_authorization(&header);
        problem(run(world.provider.temporary_credentials(&request)).map(|_| ()))
    };
    assert_eq!(ask(&|signer| signer.with_callback("oob")), Ok(()));
    assert_eq!(ask(&|signer| signer.with_callback("myapp:/done")), Ok(()));
    assert_eq!(
        ask(&|signer| signer),
        Err(Problem::ParameterAbsent(vec!["oauth_callback"]))
    );
    for unusable in [
        "/relative",
        "OOB",
        "javascript:alert(1)",
        "data:text/html,x",
        "https://",
        "https://a@b/",
        "https://a/#f",
    ] {
        assert_eq!(
            ask(&|signer| signer.with_callback(unusable)),
            Err(Problem::CallbackInvalid),
            "{unusable}"
        );
    }
    let with_token = ask(&|signer| {
        signer
            .with_callback("oob")
            .with_token(TokenCredentials::new("t", "s"))
    });
    assert_eq!(
        with_token,
        Err(Problem::TokenRejected(TokenFault::NotWanted))
    );
    assert_eq!(
        Callback::parse("myapp:/done", CallbackRule::WebOnly),
        Err(Problem::CallbackInvalid)
    );
}

#[test]
fn registered_callbacks_and_realms_bind() {
    let client = Client::new("client secret")
        .with_callbacks([CALLBACK])
        .with_realms(["photos", "albums"]);
    let world = World::with(client, |signer| signer.with_realm("photos albums"));
    let other = world.temporary(
        &world
            .flow
            .begin("https://app.example.net/elsewhere")
            .unwrap(),
    );
    assert_eq!(other, Err(Problem::CallbackInvalid));

    let pending = world.begin();
    let shown = run(world.provider.pending(pending.token())).unwrap();
    assert_eq!(shown.realms, ["photos", "albums"]);
    let answer = world
        .token(&world.flow.exchange(&world.agree(&pending)).unwrap())
        .unwrap();
    let grant = world.flow.granted(&Answer::new(200, &answer)).unwrap();
    assert_eq!(grant.get("oauth_authorized_realms"), Some("photos albums"));
    let header = world
        .signer(grant.into_credentials())
        .authorization(&Request::new("GET", PHOTOS))
        .unwrap();
    let request = Request::new("GET", PHOTOS).with_authorization(&header);
    let access = run(world.provider.authenticate(&request, Legs::Three)).unwrap();
    assert_eq!(access.require_realm("photos"), Ok(()));
    assert_eq!(access.require_realm("contacts"), Err(Problem::RealmRefused));

    let greedy = World::with(
        Client::new("client secret").with_realms(["photos"]),
        |signer| signer.with_realm("photos contacts"),
    );
    assert_eq!(
        greedy.temporary(&greedy.flow.begin("oob").unwrap()),
        Err(Problem::RealmRefused)
    );
}

#[test]
fn who_names_no_realm_reaches_no_further_than_the_client_may() {
    let world = World::with(
        Client::new("client secret").with_realms(["photos"]),
        |signer| signer,
    );
    let pending = world.begin();
    let answer = world
        .token(&world.flow.exchange(&world.agree(&pending)).unwrap())
        .unwrap();
    let grant = world.flow.granted(&Answer::new(200, &answer)).unwrap();
    let signer = world.signer(grant.into_credentials());
    let header = signer.authorization(&Request::new("GET", PHOTOS)).unwrap();
    let request = Request::new("GET", PHOTOS).with_authorization(&header);
    let access = run(world.provider.authenticate(&request, Legs::Three)).unwrap();
    assert_eq!(access.require_realm("photos"), Ok(()));
    assert_eq!(access.require_realm("admin"), Err(Problem::RealmRefused));
}

#[test]
fn clients_can_be_bound_to_methods() {
    let world = World::with(
        Client::new("client secret").with_methods(["HMAC-SHA256"]),
        |signer| signer,
    );
    assert_eq!(
        world.temporary(&world.flow.begin("oob").unwrap()),
        Err(Problem::SignatureMethodRejected)
    );
    let world = World::with(
        Client::new("client secret").with_methods(["HMAC-SHA256"]),
        |signer| signer.with_method(pumphouse_oauth1::HmacSha256),
    );
    world.log_in();
}

#[test]
fn legs_are_demanded() {
    let world = World::new();
    let three = world.signer(world.log_in());
    let two = Signer::new(ClientCredentials::new("client", "client secret"))
        .with_clock(world.clock.clone());
    let header = |signer: &Signer| signer.authorization(&Request::new("GET", PHOTOS)).unwrap();
    assert_eq!(world.ask(&header(&two), Legs::Two), Ok("the program"));
    assert_eq!(world.ask(&header(&two), Legs::Any), Ok("the program"));
    assert_eq!(world.ask(&header(&three), Legs::Any), Ok("alice"));
    assert_eq!(
        world.ask(&header(&two), Legs::Three),
        Err(Problem::ParameterAbsent(vec!["oauth_token"]))
    );
    assert_eq!(
        world.ask(&header(&three), Legs::Two),
        Err(Problem::TokenRejected(TokenFault::NotWanted))
    );
}

#[test]
fn revoked_tokens_and_stale_requests_are_refused() {
    let world = World::new();
    let token = world.log_in();
    let signer = world.signer(token.clone());
    let header = signer.authorization(&Request::new("GET", PHOTOS)).unwrap();
    world.clock.advance(601);
    assert!(matches!(
        world.ask(&header, Legs::Three),
        Err(Problem::TimestampRefused { .. })
    ));
    world.provider.store().revoke(token.token());
    let header = signer.authorization(&Request::new("GET", PHOTOS)).unwrap();
    assert_eq!(
        world.ask(&header, Legs::Three),
        Err(Problem::TokenRejected(TokenFault::Unknown))
    );
}

#[test]
fn wrong_signatures_leave_no_nonce_behind() {
    let world = World::new();
    let good = Signer::new(ClientCredentials::new("client", "client secret"))
        .with_clock(world.clock.clone())
        .with_nonces(pumphouse_oauth1::nonce::FixedNonce("once".to_owned()));
    let bad = Signer::new(ClientCredentials::new("client", "guess"))
        .with_clock(world.clock.clone())
        .with_nonces(pumphouse_oauth1::nonce::FixedNonce("once".to_owned()));
    let header = |signer: &Signer| signer.authorization(&Request::new("GET", PHOTOS)).unwrap();
    assert_eq!(
        world.ask(&header(&bad), Legs::Two),
        Err(Problem::SignatureInvalid)
    );
    assert_eq!(world.ask(&header(&good), Legs::Two), Ok("the program"));
}

#[test]
fn secrets_want_tls() {
    let world = World::new();
    let http = |url: &str| url.replace("https:", "http:");
    let signer = Signer::new(ClientCredentials::new("client", "client secret"))
        .with_clock(world.clock.clone());
    let header = signer
        .with_callback("oob")
        .authorization(&Request::new("POST", &http(TEMPORARY)))
        .unwrap();
    let url = http(TEMPORARY);
    let request = Request::new("POST", &url).with_authorization(&header);
    let refused = problem(run(world.provider.temporary_credentials(&request)).map(|_| ()));
    assert_eq!(refused, Err(Problem::TransportInsecure));

    let plaintext =
        Signer::new(ClientCredentials::new("client", "client secret")).with_method(Plaintext);
    let url = http(PHOTOS);
    let request = Request::new("GET", &url);
    assert_eq!(
        plaintext.authorization(&request),
        Err(pumphouse_oauth1::SignError::PlaintextWithoutTls)
    );
    assert!(
        plaintext
            .authorization(&Request::new("GET", "http://localhost:8080/"))
            .is_ok()
    );
    let header = plaintext
        .with_plaintext_without_tls()
        .with_clock(world.clock.clone())
        .authorization(&request)
        .unwrap();
    let request = request.with_authorization(&header);
    let refused = problem(run(world.provider.authenticate(&request, Legs::Two)).map(|_| ()));
    assert_eq!(refused, Err(Problem::TransportInsecure));
}

#[test]
fn loopback_can_do_without_tls() {
    let clock = SetClock::new();
    let store = MemoryStore::new().with_clock(clock.clone());
    store.add_client("client", Client::new("secret"), ());
    let provider = Provider::new(store).unwrap().with_clock(clock.clone());
    let provider = provider.with_policy(
        Policy::new()
            .with_tls(TlsRule::Always)
            .with_loopback_exempt(),
    );
    let ask = |url: &str| {
        let signer = Signer::new(ClientCredentials::new("client", "secret"))
            .with_clock(clock.clone())
            .with_callback("oob");
        let header = signer.authorization(&Request::new("POST", url)).unwrap();
        let request = Request::new("POST", url).with_authorization(&header);
        problem(run(provider.temporary_credentials(&request)).map(|_| ()))
    };
    assert_eq!(ask("http://127.0.0.1:31337/oauth"), Ok(()));
    assert_eq!(ask("http://[::1]/oauth"), Ok(()));
    assert_eq!(
        ask("http://localhost.example.org/oauth"),
        Err(Problem::TransportInsecure)
    );
}

/// Keeps hashes of verifiers, and counts guesses.
struct Careful {
    inner: MemoryStore<&'static str>,
    guesses: AtomicU64,
}

impl Store for Careful {
    type Identity = &'static str;
    type Error = std::convert::Infallible;

    async fn find_access(
        &self,
        client_key: &str,
        token: Option<&str>,
    ) -> Result<Access<&'static str>, Self::Error> {
        self.inner.find_access(client_key, token).await
    }
    async fn find_temporary(
        &self,
        client_key: &str,
        token: &str,
    ) -> Result<TemporaryAccess, Self::Error> {
        self.inner.find_temporary(client_key, token).await
    }
    async fn find_pending(
        &self,
        token: &str,
    ) -> Result<pumphouse_oauth1::provider::PendingAccess, Self::Error> {
        self.inner.find_pending(token).await
    }
    async fn save_temporary(
        &self,
        temporary: pumphouse_oauth1::provider::NewTemporary,
    ) -> Result<(), Self::Error> {
        self.inner.save_temporary(temporary).await
    }
    async fn exchange(
        &self,
        exchange: pumphouse_oauth1::provider::Exchange,
    ) -> Result<Option<pumphouse_oauth1::provider::Issued>, Self::Error> {
        self.inner.exchange(exchange).await
    }
    async fn use_nonce(
        &self,
        nonce: pumphouse_oauth1::verify::NonceUse<'_>,
    ) -> Result<bool, Self::Error> {
        self.inner.use_nonce(nonce).await
    }
    fn verifier_matches(&self, kept: &Secret, given: &Secret) -> bool {
        *kept == Secret::new(pumphouse_oauth1::BodyHash::Sha256.of(given.expose().as_bytes()))
    }
    async fn wrong_verifier(&self, _client_key: &str, _token: &str) -> Result<(), Self::Error> {
        self.guesses.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
}

#[test]
fn verifiers_can_be_kept_hashed_and_guesses_counted() {
    let inner = MemoryStore::new();
    inner.add_client("client", Client::new("secret"), "the program");
    let provider = Provider::new(Careful {
        inner,
        guesses: AtomicU64::new(0),
    })
    .unwrap();
    let flow = Flow::new(
        ClientCredentials::new("client", "secret"),
        Endpoints::new(TEMPORARY, "https://a/", TOKEN),
    );
    let answer =
        run(provider.temporary_credentials(&request(&flow.begin("oob").unwrap()))).unwrap();
    let pending = flow.pending(&Answer::new(200, answer.body())).unwrap();
    let hash = Secret::new(pumphouse_oauth1::BodyHash::Sha256.of(b"123456"));
    provider
        .store()
        .inner
        .authorise(pending.token(), &hash, "alice")
        .unwrap();
    let wrong = flow.exchange(&pending.with_verifier("654321")).unwrap();
    assert_eq!(
        problem(run(provider.token_credentials(&request(&wrong))).map(|_| ())),
        Err(Problem::VerifierInvalid)
    );
    assert_eq!(provider.store().guesses.load(Ordering::Relaxed), 1);
    let right = flow.exchange(&pending.with_verifier("123456")).unwrap();
    assert!(run(provider.token_credentials(&request(&right))).is_ok());
}

/// HMAC-SHA1 that counts how often it was asked.
struct Counting(Arc<AtomicU64>);

impl SignatureMethod for Counting {
    fn name(&self) -> &str {
        "HMAC-SHA1"
    }
    fn sign(&self, base_string: &[u8], keys: &Keys<'_>) -> Result<String, MethodError> {
        HmacSha1.sign(base_string, keys)
    }
    fn verify(&self, base_string: &[u8], keys: &Keys<'_>, signature: &[u8]) -> bool {
        self.0.fetch_add(1, Ordering::Relaxed);
        HmacSha1.verify(base_string, keys, signature)
    }
}

#[test]
fn whoever_is_unknown_costs_as_much_as_whoever_is_known() {
    let asked = Arc::new(AtomicU64::new(0));
    let mut world = World::new();
    let policy = Policy::new()
        .without_methods()
        .with_method(Counting(Arc::clone(&asked)));
    world.provider = world.provider.with_policy(policy);
    let token = world.log_in();
    let header = |key: &str, token: TokenCredentials| {
        let signer = Signer::new(ClientCredentials::new(key, "client secret"))
            .with_clock(world.clock.clone());
        signer
            .with_token(token)
            .authorization(&Request::new("GET", PHOTOS))
            .unwrap()
    };
    let guess = || TokenCredentials::new("guess", "guess");
    let expected = [
        (header("client", token.clone()), Ok("alice")),
        (
            header("client", guess()),
            Err(Problem::TokenRejected(TokenFault::Unknown)),
        ),
        (
            header("other", token.clone()),
            Err(Problem::TokenRejected(TokenFault::Unknown)),
        ),
        (header("nobody", token), Err(Problem::ConsumerKeyUnknown)),
        (header("nobody", guess()), Err(Problem::ConsumerKeyUnknown)),
    ];
    for (header, verdict) in expected {
        let before = asked.load(Ordering::Relaxed);
        assert_eq!(world.ask(&header, Legs::Three), verdict);
        assert_eq!(asked.load(Ordering::Relaxed) - before, 1, "{verdict:?}");
    }
}

/// What is told to four who have no right signature: a stranger, a liar, one with the wrong method, one with a token of nobody.
fn refusals(provider: &Provider<MemoryStore<&'static str>>, clock: &SetClock) -> [Problem; 4] {
    let third = Client::new("third secret").with_methods(["HMAC-SHA256"]);
    provider
        .store()
        .add_client("third", third, "a third program");
    [
        ("nobody", "guess", ""),
        ("client", "guess", ""),
        ("third", "guess", ""),
        ("client", "client secret", "nobody's token"),
    ]
    .map(|(key, secret, token)| {
        let signer = Signer::new(ClientCredentials::new(key, secret))
            .with_token(TokenCredentials::new(token, "guess"))
            .with_clock(clock.clone());
        let header = signer.authorization(&Request::new("GET", PHOTOS)).unwrap();
        let request = Request::new("GET", PHOTOS).with_authorization(&header);
        problem(run(provider.authenticate(&request, Legs::Any)).map(|_| ())).unwrap_err()
    })
}

#[test]
fn uniform_refusals_do_not_tell_who_exists() {
    let world = World::new();
    assert_eq!(
        refusals(&world.provider, &world.clock),
        [
            Problem::ConsumerKeyUnknown,
            Problem::SignatureInvalid,
            Problem::SignatureMethodRejected,
            Problem::TokenRejected(TokenFault::Unknown),
        ]
    );
    let uniform = world.provider.with_uniform_refusals();
    let told = refusals(&uniform, &world.clock);
    assert!(
        told.iter()
            .all(|problem| *problem == Problem::SignatureInvalid),
        "{told:?}"
    );
}

#[test]
fn a_client_without_rsa_key_costs_the_same_work() {
    /// Hears whether it is given a key to verify with.
    struct Keyed(Arc<AtomicU64>);

    impl SignatureMethod for Keyed {
        fn name(&self) -> &str {
            "X-KEYED"
        }
        fn sign(&self, _: &[u8], _: &Keys<'_>) -> Result<String, MethodError> {
            Ok("signature".to_owned())
        }
        fn verify(&self, _: &[u8], keys: &Keys<'_>, _: &[u8]) -> bool {
            let keys = u64::from(keys.rsa_public_key().is_some());
            self.0.fetch_add(keys, Ordering::Relaxed);
            false
        }
    }

    let world = World::new();
    let keys_seen = Arc::new(AtomicU64::new(0));
    let policy = Policy::new().with_method(Keyed(Arc::clone(&keys_seen)));
    let provider = world.provider.with_policy(policy);
    for key in ["client", "nobody"] {
        let signer = Signer::new(ClientCredentials::new(key, "client secret"))
            .with_method(Keyed(Arc::clone(&keys_seen)))
            .with_clock(world.clock.clone());
        let header = signer.authorization(&Request::new("GET", PHOTOS)).unwrap();
        let request = Request::new("GET", PHOTOS).with_authorization(&header);
        assert!(run(provider.authenticate(&request, Legs::Two)).is_err());
    }
    assert_eq!(keys_seen.load(Ordering::Relaxed), 2);
}

#[test]
fn a_few_wrong_verifiers_end_the_attempt() {
    let world = World::new();
    let pending = world.begin();
    let authorised = world.agree(&pending);
    for _ in 0..5 {
        let guess = world
            .flow
            .exchange(&pending.with_verifier("guess"))
            .unwrap();
        assert_eq!(world.token(&guess), Err(Problem::VerifierInvalid));
    }
    let right = world.token(&world.flow.exchange(&authorised).unwrap());
    assert_eq!(right, Err(Problem::TokenRejected(TokenFault::Revoked)));
}
