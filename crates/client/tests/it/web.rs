//! Log-ins of web applications, changed registrations, and credentials of other programs.

use pumphouse_client::{
    Application, Client, Endpoints, ErrorKind, FileStore, MemoryStore, WebLogins,
};

use crate::peer::{Peer, answer, json};
use crate::person::RealServer;
use crate::real::log_in;

const CALLBACK: &str = "http://127.0.0.1:9/callback";

#[tokio::test]
async fn a_web_application_logs_people_in_by_its_callback() {
    let server = RealServer::start().await;
    let mut alice = server.person("alice").await;
    let callback: pumphouse_client::Url = CALLBACK.parse().unwrap();
    let application = Application::web("App").with_redirect_uri(callback.clone());
    let client = Client::builder(application).store(MemoryStore::new());
    let logins = WebLogins::new(client.build().unwrap(), callback);
    let query = |back: String| back.split_once('?').unwrap().1.to_owned();

    let begun = logins.begin(&server.acct("alice")).await.unwrap();
    let back = query(alice.agree(begun.url()).await);
    // Somebody else's browser, and a second time, are refused.
    let other = logins.begin(&server.acct("alice")).await.unwrap();
    let stolen = logins.finish(other.ticket(), &back).await.unwrap_err();
    assert_eq!(stolen.kind(), ErrorKind::TokenMismatch);
    let nobody = logins.finish("guess", &back).await.unwrap_err();
    assert_eq!(nobody.kind(), ErrorKind::NothingPending);
    let session = logins.finish(begun.ticket(), &back).await.unwrap();
    session.whoami().await.unwrap();
    let again = logins.finish(begun.ticket(), &back).await.unwrap_err();
    assert_eq!(again.kind(), ErrorKind::NothingPending);
    assert!(!format!("{begun:?} {logins:?}").contains(begun.ticket()));

    let begun = logins.begin(&server.acct("alice")).await.unwrap();
    let back = query(alice.refuse(begun.url()).await);
    let refused = logins.finish(begun.ticket(), &back).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Denied);
}

#[tokio::test]
async fn a_registration_is_changed_and_its_tokens_stay_good() {
    let server = RealServer::start().await;
    let (session, _) = log_in(&server, "alice").await;
    let renamed = Application::native("New name").with_contact("me@example.com");
    let client = Client::builder(renamed).build().unwrap();
    let at_server = client.server(session.account(), session.endpoints().clone());
    let registration = at_server.registered_as(session.registration().credentials().clone());
    let updated = registration.update().await.unwrap();
    assert_eq!(updated.key(), registration.key());
    let session = updated.session(session.token().clone());
    let posted = session.note("x").send().await.unwrap();
    let generator = posted.generator.as_ref().unwrap();
    assert_eq!(generator.display_name.as_deref(), Some("New name"));
}

#[tokio::test]
async fn a_changed_expiry_is_taken_over_and_kept() {
    let peer = Peer::start(|seen| {
        let update: serde_json::Value = serde_json::from_str(&seen.body).unwrap();
        match update["type"].as_str() {
            Some("client_update") => json(
                r#"{"client_id":"the-key","client_secret":"the-hush","expires_at":4000000000}"#,
            ),
            _ => crate::peer::pump(seen),
        }
    })
    .await;
    let client = Client::builder("Test.io").store(MemoryStore::new());
    let client = client.build().unwrap();
    let base = peer.url("/").parse().unwrap();
    let server = client.server(&peer.acct("alice"), Endpoints::well_known(&base));
    let registration = server.register().await.unwrap();
    assert_eq!(registration.expires_at(), None);
    let updated = registration.update().await.unwrap();
    assert_eq!(updated.expires_at(), Some(4_000_000_000));
    let kept = server.recall().await.unwrap().unwrap();
    assert_eq!(kept.expires_at(), Some(4_000_000_000));
}

#[tokio::test]
async fn no_error_of_a_changed_registration_repeats_its_secret() {
    let peer = Peer::start(|seen| answer(400, "text/plain", &seen.body)).await;
    let registration = crate::session::session(&peer).registration().clone();
    let error = registration.update().await.unwrap_err();
    assert!(
        !format!("{error} {error:?}").contains("the-hush"),
        "{error:?}"
    );
    let peer = Peer::start(|_| json(r#"{"error":"no the-hush"}"#)).await;
    let registration = crate::session::session(&peer).registration().clone();
    let error = registration.update().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Refused);
    assert!(
        !format!("{error} {error:?}").contains("the-hush"),
        "{error:?}"
    );
}

#[tokio::test]
async fn the_log_ins_of_pypump_are_taken_over() {
    let server = RealServer::start().await;
    let (session, _) = log_in(&server, "alice").await;
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("credentials.json");
    let (alice, token) = (session.account(), session.token());
    let registration = session.registration();
    let kept = serde_json::json!({
        format!("{alice}-client-key"): registration.key(),
        format!("{alice}-client-secret"): registration.secret().expose(),
        format!("{alice}-client-expirey"): 0,
        format!("{alice}-oauth-access-token"): token.token(),
        format!("{alice}-oauth-access-secret"): token.secret().expose(),
    });
    std::fs::write(&file, kept.to_string()).unwrap();
    let store = FileStore::at(directory.path().join("accounts"));
    let client = Client::builder("Test.io").store(store).build().unwrap();
    let imported = client.import_pypump(&file).await.unwrap();
    assert_eq!(imported, std::slice::from_ref(alice));
    let again = client.session(alice).await.unwrap();
    again.whoami().await.unwrap();
    // What is logged in is left alone, and so is PyPump's file.
    assert!(client.import_pypump(&file).await.unwrap().is_empty());
    assert_eq!(std::fs::read_to_string(&file).unwrap(), kept.to_string());
    let missing = client.import_pypump(directory.path().join("none")).await;
    assert_eq!(missing.unwrap_err().kind(), ErrorKind::Store);
}

#[cfg(feature = "blocking")]
#[test]
fn programs_without_async_wait() {
    use pumphouse_client::blocking::Blocking;

    let blocking = Blocking::new().unwrap();
    let (server, session) = blocking.wait(async {
        let server = RealServer::start().await;
        let (session, _) = log_in(&server, "alice").await;
        (server, session)
    });
    for text in ["one", "two"] {
        blocking.wait(session.note(text).send()).unwrap();
    }
    let notes = blocking.iter(session.outbox().major().items().limit(2).stream());
    let notes: Vec<_> = notes
        .map(|it| it.unwrap().object.unwrap().content.unwrap())
        .collect();
    assert_eq!(notes, ["two", "one"]);
    drop(server);
}
