//! The log-in, step by step and in one call.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::peer::{Peer, Reply, answer, form, json};
use pumphouse_client::{
    Acct, Callback, Client, ClientCredentials, Clock, CredentialStore, ErrorKind, FileStore,
    LoopbackListener, PendingAuthorization, Record, Registration, Session, TokenCredentials, Url,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

fn client() -> Client {
    Client::builder("Test.io").build().unwrap()
}

fn stored(directory: &tempfile::TempDir) -> Client {
    Client::builder("Test.io")
        .store(FileStore::at(directory.path().join("accounts")))
        .build()
        .unwrap()
}

async fn verifier(_: Url) -> Result<String, std::io::Error> {
    Ok(" verifier\n".to_owned())
}

async fn nobody(_: Url) -> Result<String, std::io::Error> {
    panic!("nobody may be asked")
}

async fn begin(client: &Client, account: &Acct) -> PendingAuthorization {
    client.begin(account, Callback::OutOfBand).await.unwrap()
}

#[tokio::test]
async fn every_step_asks_what_it_should() {
    let peer = Peer::start(crate::peer::pump).await;
    let session = client()
        .connect(&peer.acct("alice"), verifier)
        .await
        .unwrap();

    let registration = session.registration();
    assert_eq!(registration.key(), "the-key");
    assert_eq!(registration.secret().expose(), "the-hush");
    assert_eq!(registration.expires_at(), None);
    assert_eq!(session.token().token(), "token");
    assert_eq!(session.token().secret().expose(), "token-hush");

    assert_eq!(
        peer.paths(),
        [
            "GET /.well-known/host-meta.json",
            "POST /api/client/register",
            "POST /oauth/request_token",
            "POST /oauth/access_token",
            "GET /api/whoami",
            "GET /api/user/alice/profile",
        ]
    );
    let seen = peer.seen();
    let registered: serde_json::Value = serde_json::from_str(&seen[1].body).unwrap();
    assert_eq!(registered["application_name"], "Test.io");
    let signed = |n: usize| seen[n].header("authorization").unwrap_or_default();
    assert!(
        signed(2).contains(r#"oauth_callback="oob""#),
        "{}",
        signed(2)
    );
    assert!(
        signed(3).contains(r#"oauth_token="temporary""#),
        "{}",
        signed(3)
    );
    assert!(
        signed(3).contains(r#"oauth_verifier="verifier""#),
        "{}",
        signed(3)
    );
    // The redirect is followed with a signature of its own.
    assert!(signed(4).contains(r#"oauth_token="token""#) && signed(5).contains("token"));
    assert_ne!(signed(4), signed(5));
    assert!(seen.iter().all(|seen| {
        seen.header("user-agent").unwrap().starts_with("pumphouse/") && !seen.head.contains("hush")
    }));
}

#[tokio::test]
async fn with_all_four_given_nothing_is_registered() {
    let peer = Peer::start(crate::peer::pump).await;
    let session = client()
        .discover(&peer.acct("alice"))
        .await
        .unwrap()
        .registered_as(ClientCredentials::new("the-key", "the-hush"))
        .session(TokenCredentials::new("token", "token-hush"));
    let me = session.whoami().await.unwrap();
    assert_eq!(me.display_name.as_deref(), Some("Alice"));
    assert!(me.raw().contains(r#""mood":"sunny""#));
    assert!(!peer.paths().iter().any(|path| path.starts_with("POST")));
}

#[tokio::test]
async fn a_store_reconnects_without_a_request() {
    let peer = Peer::start(crate::peer::pump).await;
    let directory = tempfile::tempdir().unwrap();
    let account = peer.acct("alice");
    stored(&directory)
        .connect(&account, verifier)
        .await
        .unwrap();
    let asked = peer.seen().len();

    let client = stored(&directory);
    let session = client.connect(&account, nobody).await.unwrap();
    assert_eq!(session.token().token(), "token");
    assert_eq!(peer.seen().len(), asked);
    assert_eq!(
        client.accounts().await.unwrap(),
        std::slice::from_ref(&account)
    );

    // Another program has its own.
    let other = Client::builder("Other")
        .store(FileStore::at(directory.path().join("accounts")))
        .build()
        .unwrap();
    let error = other.session(&account).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotLoggedIn);

    assert!(client.log_out(&account).await.unwrap());
    assert!(!client.log_out(&account).await.unwrap());
    let error = client.session(&account).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotLoggedIn);
    // The registration is kept.
    let server = client.discover(&account).await.unwrap();
    assert!(server.recall().await.unwrap().is_some());
}

#[tokio::test]
async fn an_aborted_log_in_is_resumed_elsewhere() {
    let peer = Peer::start(crate::peer::pump).await;
    let directory = tempfile::tempdir().unwrap();
    let account = peer.acct("alice");
    let url = {
        let pending = begin(&stored(&directory), &account).await;
        pending.url().clone()
    };
    assert_eq!(
        url.as_str(),
        peer.url("/oauth/authorize?oauth_token=temporary")
    );
    let asked = peer.seen().len();

    let client = stored(&directory);
    let error = client.session(&account).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotLoggedIn);
    let pending = client.pending(&account).await.unwrap().unwrap();
    assert_eq!(pending.url(), &url);
    pending.finish("verifier").await.unwrap();
    assert_eq!(peer.paths()[asked..][0], "POST /oauth/access_token");
    assert!(client.pending(&account).await.unwrap().is_none());
    assert!(client.session(&account).await.is_ok());
}

#[tokio::test]
async fn every_step_survives_as_a_record() {
    let peer = Peer::start(crate::peer::pump).await;
    let save = |record: Record| serde_json::to_string(&record).unwrap();
    let load = |text: String| serde_json::from_str::<Record>(&text).unwrap();

    let client = client();
    let server = client.discover(&peer.acct("alice")).await.unwrap();
    let saved = save(server.register().await.unwrap().to_record());
    let registration = Registration::from_record(&client, &load(saved)).unwrap();
    let saved = save(
        registration
            .authorise(Callback::OutOfBand)
            .await
            .unwrap()
            .to_record(),
    );
    assert!(Session::from_record(&client, &load(saved.clone())).is_none());
    let pending = PendingAuthorization::from_record(&client, &load(saved)).unwrap();
    let saved = save(pending.finish("verifier").await.unwrap().to_record());
    let session = Session::from_record(&client, &load(saved)).unwrap();
    assert!(session.whoami().await.is_ok());
}

/// The address is the protocol's to make: what stands in it stays as it is, and the token is percent-encoded.
#[tokio::test]
async fn the_address_to_agree_on_keeps_its_query() {
    let peer = Peer::start(crate::peer::pump).await;
    let client = client();
    let pending = begin(&client, &peer.acct("alice")).await;
    let mut record = serde_json::to_value(pending.to_record()).unwrap();
    let page = peer.url("/agree?lang=a+b&c");
    record["endpoints"]["authorize"] = page.as_str().into();
    record["pending"]["id"] = "t o+k&en".into();
    let record: Record = serde_json::from_value(record).unwrap();
    let pending = PendingAuthorization::from_record(&client, &record).unwrap();
    assert_eq!(
        pending.url().as_str(),
        format!("{page}&oauth_token=t%20o%2Bk%26en")
    );
}

#[tokio::test]
async fn a_stale_log_in_is_begun_anew() {
    #[derive(Clone)]
    struct Hands(Arc<AtomicU64>);
    impl Clock for Hands {
        fn now(&self) -> u64 {
            self.0.load(Ordering::Relaxed)
        }
    }
    let peer = Peer::start(crate::peer::pump).await;
    let directory = tempfile::tempdir().unwrap();
    let hands = Hands(Arc::new(AtomicU64::new(1_795_000_000)));
    let client = Client::builder("Test.io")
        .store(FileStore::at(directory.path()))
        .clock(hands.clone())
        .build()
        .unwrap();
    let pending = begin(&client, &peer.acct("alice")).await;
    assert!(!pending.is_stale());
    hands.0.fetch_add(600, Ordering::Relaxed);
    assert!(pending.is_stale());
    let asked = peer.seen().len();
    client.connect(&peer.acct("alice"), verifier).await.unwrap();
    // The registration is recalled, the temporary credentials are not.
    assert_eq!(
        peer.paths()[asked..][..3],
        [
            "GET /.well-known/host-meta.json",
            "POST /oauth/request_token",
            "POST /oauth/access_token"
        ]
    );
}

#[tokio::test]
async fn a_server_that_forgot_the_program_is_told_again() {
    let peer = Peer::start(|seen| {
        let signed = seen.header("authorization").unwrap_or_default();
        if seen.path() == "/oauth/request_token" && signed.contains("old-key") {
            return answer(400, "text/plain", "Invalid Consumer Key");
        }
        crate::peer::pump(seen)
    })
    .await;
    let directory = tempfile::tempdir().unwrap();
    let client = stored(&directory);
    let server = client.discover(&peer.acct("alice")).await.unwrap();
    let old = server.registered_as(ClientCredentials::new("old-key", "hush"));
    old.session(TokenCredentials::new("t", "hush"))
        .save()
        .await
        .unwrap();
    assert!(client.log_out(&peer.acct("alice")).await.unwrap());

    let session = client.connect(&peer.acct("alice"), verifier).await.unwrap();
    assert_eq!(session.registration().key(), "the-key");
}

#[tokio::test]
async fn refusals_of_the_last_step_have_kinds() {
    for (status, text, kind) in [
        (
            401,
            "Invalid / expired Token",
            ErrorKind::TemporaryCredentialsRefused,
        ),
        (
            400,
            "Invalid / expired Token",
            ErrorKind::TemporaryCredentialsRefused,
        ),
        (
            401,
            "oauth_problem=token_used",
            ErrorKind::TemporaryCredentialsRefused,
        ),
        (
            401,
            "oauth_problem=verifier_invalid",
            ErrorKind::VerifierRefused,
        ),
        (401, "Invalid verifier", ErrorKind::VerifierRefused),
        (401, "oauth_problem=permission_denied", ErrorKind::Denied),
        (401, "Invalid signature", ErrorKind::SignatureRefused),
        (400, "Invalid Consumer Key", ErrorKind::ClientRefused),
        (401, "oauth_problem=timestamp_refused", ErrorKind::ClockSkew),
        (500, "internal error", ErrorKind::Server),
        (200, "<html>welcome</html>", ErrorKind::InvalidAnswer),
        (200, "oauth_token=only", ErrorKind::InvalidAnswer),
    ] {
        let peer = Peer::start(move |seen| match seen.path() {
            "/oauth/access_token" => answer(status, "text/plain", text),
            _ => crate::peer::pump(seen),
        })
        .await;
        let directory = tempfile::tempdir().unwrap();
        let client = stored(&directory);
        let pending = begin(&client, &peer.acct("alice")).await;
        let error = pending.finish("verifier").await.unwrap_err();
        assert_eq!(error.kind(), kind, "{text}: {error}");
        if status != 200 {
            assert_eq!(error.status().map(|status| status.as_u16()), Some(status));
            assert!(error.server_text().is_some(), "{text}");
        }
        assert!(!format!("{error:?}").contains("hush"));
        // Only a refusal by the person ends the log-in.
        let pending = client.pending(&peer.acct("alice")).await.unwrap();
        assert_eq!(pending.is_none(), kind == ErrorKind::Denied, "{text}");
    }
}

#[tokio::test]
async fn registrations_are_refused_in_every_way() {
    for (reply, kind, text) in [
        (
            (400, r#"{"error":"Invalid logo_url."}"#),
            ErrorKind::Refused,
            Some("Invalid logo_url."),
        ),
        ((200, r#"{"error":"no"}"#), ErrorKind::Refused, Some("no")),
        (
            (200, r#"{"client_id":"x"}"#),
            ErrorKind::InvalidAnswer,
            None,
        ),
        ((200, r#"{"client_id":"#), ErrorKind::InvalidAnswer, None),
        ((200, "<html>"), ErrorKind::InvalidAnswer, None),
        (
            (500, "<html><body><pre>oops</pre>"),
            ErrorKind::Server,
            Some("oops"),
        ),
    ] {
        let peer = Peer::start(move |seen| match seen.path() {
            "/api/client/register" => answer(reply.0, "application/json", reply.1),
            _ => crate::peer::pump(seen),
        })
        .await;
        let server = client().discover(&peer.acct("alice")).await.unwrap();
        let error = server.register().await.unwrap_err();
        assert_eq!(error.kind(), kind, "{reply:?}: {error}");
        assert_eq!(error.server_text(), text);
    }
}

#[tokio::test]
async fn a_callback_that_is_not_confirmed_is_refused() {
    let peer = Peer::start(|seen| match seen.path() {
        "/oauth/request_token" => form("oauth_token=t&oauth_token_secret=s"),
        _ => crate::peer::pump(seen),
    })
    .await;
    let begun = client()
        .begin(&peer.acct("alice"), Callback::OutOfBand)
        .await;
    assert_eq!(begun.unwrap_err().kind(), ErrorKind::InvalidAnswer);
}

#[tokio::test]
async fn an_account_of_somebody_else_is_not_kept() {
    let peer = Peer::start(|seen| match seen.path() {
        "/api/user/alice/profile" => json(r#"{"preferredUsername":"bob"}"#),
        _ => crate::peer::pump(seen),
    })
    .await;
    let directory = tempfile::tempdir().unwrap();
    let client = stored(&directory);
    let error = client
        .connect(&peer.acct("alice"), verifier)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::OtherAccount);
    assert!(error.to_string().contains("'bob'"), "{error}");
    let error = client.session(&peer.acct("alice")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotLoggedIn);
    // The temporary credentials are used up: nothing is left to go on with.
    assert!(client.pending(&peer.acct("alice")).await.unwrap().is_none());
}

#[tokio::test]
async fn a_log_in_that_was_refused_is_forgotten() {
    let peer = Peer::start(crate::peer::pump).await;
    let account = peer.acct("alice");
    let directory = tempfile::tempdir().unwrap();
    let client = stored(&directory);
    let refused = "/callback?oauth_token=temporary&oauth_problem=permission_denied";

    let listener = LoopbackListener::bind().await.unwrap();
    let callback = listener.callback();
    let pending = client
        .begin(&account, callback.clone().into())
        .await
        .unwrap();
    assert!(client.pending(&account).await.unwrap().is_some());
    let (verifier, _) = tokio::join!(listener.verifier(&pending, LONG), visit(&callback, refused));
    assert_eq!(verifier.unwrap_err().kind(), ErrorKind::Denied);
    assert!(client.pending(&account).await.unwrap().is_none());

    let ask = async |_: Url| Ok::<_, std::io::Error>(format!("http://127.0.0.1:1{refused}"));
    let error = client.connect(&account, ask).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Denied);
    assert!(client.pending(&account).await.unwrap().is_none());
}

#[tokio::test]
async fn pasted_addresses_are_compared() {
    let peer = Peer::start(crate::peer::pump).await;
    let callback: Url = "http://127.0.0.1:1/callback".parse().unwrap();
    let pending = client()
        .begin(&peer.acct("alice"), callback.into())
        .await
        .unwrap();
    let kind = |text: &str| pending.verifier_from_paste(text).unwrap_err().kind();
    let expected = pending.verifier_from_paste("v").unwrap();
    let pasted = "http://127.0.0.1:1/callback?oauth_token=temporary&oauth_verifier=v";
    assert_eq!(pending.verifier_from_paste(pasted).unwrap(), expected);
    assert_eq!(
        kind("http://127.0.0.1:1/callback?oauth_token=other&oauth_verifier=v"),
        ErrorKind::TokenMismatch
    );
    assert_eq!(
        kind("http://127.0.0.1:1/callback?oauth_token=temporary"),
        ErrorKind::InvalidInput
    );
    assert_eq!(
        kind("http://127.0.0.1:1/callback?oauth_token=temporary&oauth_problem=permission_denied"),
        ErrorKind::Denied
    );
    assert_eq!(kind("two words"), ErrorKind::InvalidInput);
    assert_eq!(kind("  "), ErrorKind::InvalidInput);
}

/// A browser's visit: the whole answer.
async fn visit(callback: &Url, target: &str) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", callback.port().unwrap()))
        .await
        .unwrap();
    let request = format!("GET {target} HTTP/1.1\r\nHost: x\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

async fn listening(peer: &Peer) -> (LoopbackListener, PendingAuthorization) {
    let listener = LoopbackListener::bind().await.unwrap();
    let pending = client()
        .begin(&peer.acct("alice"), listener.callback().into())
        .await
        .unwrap();
    (listener, pending)
}

const LONG: Duration = Duration::from_secs(20);

#[tokio::test]
async fn the_loopback_listener_takes_only_its_own_answer() {
    let peer = Peer::start(crate::peer::pump).await;
    let (listener, pending) = listening(&peer).await;
    let callback = listener.callback();
    let signed = peer.seen()[2].header("authorization").unwrap().to_owned();
    assert!(
        signed.contains("oauth_callback=\"http%3A%2F%2F127.0.0.1%3A"),
        "{signed}"
    );

    let waiting = tokio::spawn(async move { listener.verifier(&pending, LONG).await });
    // An idle connection, as browsers open them, keeps nobody out.
    let _idle = TcpStream::connect(("127.0.0.1", callback.port().unwrap()))
        .await
        .unwrap();
    assert!(
        visit(&callback, "/favicon.ico")
            .await
            .starts_with("HTTP/1.1 404")
    );
    let other = visit(&callback, "/callback?oauth_token=other&oauth_verifier=v").await;
    assert!(other.starts_with("HTTP/1.1 400"), "{other}");
    let nobody = visit(&callback, "/callback?oauth_problem=user_refused").await;
    assert!(nobody.starts_with("HTTP/1.1 400"), "{nobody}");
    let page = visit(
        &callback,
        "/callback?oauth_token=temporary&oauth_verifier=v",
    )
    .await;
    assert!(
        page.starts_with("HTTP/1.1 200") && page.contains("Thank you"),
        "{page}"
    );
    assert!(waiting.await.unwrap().is_ok());
}

#[tokio::test]
async fn the_loopback_listener_hears_a_refusal_and_gives_up_in_time() {
    let peer = Peer::start(crate::peer::pump).await;
    let (listener, pending) = listening(&peer).await;
    let callback = listener.callback();
    let waiting = tokio::spawn(async move { listener.verifier(&pending, LONG).await });
    let refused = "/callback?oauth_token=temporary&oauth_problem=permission_denied";
    assert!(visit(&callback, refused).await.contains("Not agreed"));
    assert_eq!(
        waiting.await.unwrap().unwrap_err().kind(),
        ErrorKind::Denied
    );

    let (listener, pending) = listening(&peer).await;
    let short = Duration::from_millis(50);
    let error = listener.verifier(&pending, short).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NoAuthorisation);
}

#[tokio::test]
async fn a_log_in_with_a_listener_is_resumed_on_its_port() {
    let peer = Peer::start(crate::peer::pump).await;
    let (listener, pending) = listening(&peer).await;
    let taken = LoopbackListener::bind_for(&pending).await.unwrap_err();
    assert_eq!(taken.kind(), ErrorKind::Browser);
    let callback = listener.callback();
    drop(listener);
    let again = LoopbackListener::bind_for(&pending).await.unwrap();
    assert_eq!(again.callback(), callback);

    let pasted = begin(&client(), &peer.acct("alice")).await;
    let error = LoopbackListener::bind_for(&pasted).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NothingPending);
}

#[tokio::test]
async fn no_step_prints_a_secret() {
    let peer = Peer::start(crate::peer::pump).await;
    let client = client();
    let pending = begin(&client, &peer.acct("alice")).await;
    let session = pending.finish("verifier").await.unwrap();
    let printed = format!(
        "{client:?} {:?} {pending:?} {session:?} {:?}",
        pending.registration(),
        session.to_record()
    );
    assert!(!printed.contains("hush"), "{printed}");
}

#[tokio::test]
async fn a_store_that_fails_is_told() {
    struct Broken;
    impl CredentialStore for Broken {
        fn read(
            &self,
            _: &pumphouse_client::RecordKey,
        ) -> pumphouse_client::Result<Option<Record>> {
            Ok(None)
        }
        fn update(
            &self,
            _: &pumphouse_client::RecordKey,
            _: &mut dyn FnMut(&mut Option<Record>),
        ) -> pumphouse_client::Result<()> {
            let cause = std::io::Error::other("no space left");
            Err(pumphouse_client::Error::custom(
                ErrorKind::Store,
                "could not write",
                cause,
            ))
        }
        fn accounts(&self, _: &str) -> pumphouse_client::Result<Vec<Acct>> {
            Ok(Vec::new())
        }
    }
    let peer = Peer::start(|seen| match seen.path() {
        "/never" => Reply::Hangup,
        _ => crate::peer::pump(seen),
    })
    .await;
    let client = Client::builder("Test.io").store(Broken).build().unwrap();
    let error = client
        .connect(&peer.acct("alice"), nobody)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Store);
}

#[tokio::test]
async fn sessions_and_log_ins_can_be_spawned() {
    let peer = Peer::start(crate::peer::pump).await;
    let account = peer.acct("alice");
    let session = tokio::spawn(async move {
        let ask = async |_: Url| Ok::<_, std::io::Error>("verifier".to_owned());
        client().connect(&account, ask).await
    });
    let session = session.await.unwrap().unwrap();
    let clone = session.clone();
    tokio::spawn(async move { clone.whoami().await })
        .await
        .unwrap()
        .unwrap();
}

/// As in 2013: a bare host and a nickname, `get_access` for the verifier, and what the getters gave.
#[tokio::test]
async fn a_host_a_nickname_and_a_way_to_ask_are_enough_as_in_2013() {
    let peer = Peer::start(crate::peer::pump).await;
    let (host, nickname) = (peer.address.to_string(), "alice");
    let account: Acct = format!("{nickname}@{host}").parse().unwrap();
    let mut asked = Vec::new();
    let get_access = async |url: Url| {
        asked.push(url);
        Ok::<_, std::io::Error>("verifier\r\n".to_owned())
    };
    let session = client().connect(&account, get_access).await.unwrap();
    let page = peer.url("/oauth/authorize?oauth_token=temporary");
    assert_eq!(asked.iter().map(Url::as_str).collect::<Vec<_>>(), [page]);

    let registration = session.registration();
    let (key, secret) = (registration.key(), registration.secret().expose());
    assert_eq!(
        (key, secret, registration.expires_at()),
        ("the-key", "the-hush", None)
    );
    let (token, token_secret) = (session.token().token(), session.token().secret().expose());
    let again = client().discover(&account).await.unwrap();
    let again = again
        .registered_as(ClientCredentials::new(key, secret))
        .session(TokenCredentials::new(token, token_secret));
    let me = again.whoami().await.unwrap();
    assert_eq!(me.preferred_username.as_deref(), Some(nickname));
    // A bare host is nobody's address.
    assert!(host.parse::<Acct>().is_err());
}
