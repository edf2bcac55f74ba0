//! Accounts, profiles and registered applications (pump.io protocol, sections 2 and 4).

use pumphouse_testkit::{Caller, PASSWORD, TestServer};
use serde_json::json;

use crate::support::ids;

/// Quirk 88: paths of the server could be taken as names.
#[tokio::test]
async fn quirk_88_bad_nicknames_are_refused_and_make_nobody() {
    let server = TestServer::start().await;
    let client = server.client().await;
    let long = "x".repeat(65);
    for bad in [
        "", "a b", "a/b", "a?b", "ünï", "a\u{0}b", "a\r\nb", &long, "api", "API", "oauth", "main",
        "..", ".", "uploads", "static",
    ] {
        let account = json!({"nickname": bad, "password": PASSWORD});
        let reply = client.post_json("/api/users", &account).await;
        reply.refused(400, &format!("Bad nickname: '{bad}'"));
    }
    for account in [
        json!({"password": PASSWORD}),
        json!({"nickname": 7, "password": PASSWORD}),
        json!({"nickname": null, "password": PASSWORD}),
        json!([]),
        json!("alice"),
    ] {
        let reply = client.post_json("/api/users", &account).await;
        reply.refused(400, "Bad nickname: 'undefined'");
    }
    client
        .get("/api/user/main")
        .await
        .refused(404, "No such 'user' with id 'main'");
}

/// Quirk 88: two names could differ in letter case alone.
#[tokio::test]
async fn quirk_88_a_nickname_is_taken_in_any_letter_case() {
    let server = TestServer::start().await;
    let alice = server.user("Alice").await;
    let client = server.client().await;
    for taken in ["Alice", "alice", "ALICE"] {
        let account = json!({"nickname": taken, "password": PASSWORD});
        let reply = client.post_json("/api/users", &account).await;
        reply.refused(409, &format!("Already have a(n) 'user' with id '{taken}'"));
    }
    // People are found by their name as they wrote it.
    client
        .get("/api/user/alice")
        .await
        .refused(404, "No such 'user' with id 'alice'");
    let inbox = alice.get(&alice.path("inbox")).await.ok();
    assert_eq!(inbox["totalItems"], 6, "nothing was delivered twice");
}

#[tokio::test]
async fn two_who_want_one_name_at_once_do_not_both_get_it() {
    let server = TestServer::start().await;
    let client = server.client().await;
    let account = json!({"nickname": "alice", "password": PASSWORD});
    let (one, two) = tokio::join!(
        client.post_json("/api/users", &account),
        client.post_json("/api/users", &account)
    );
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
}

#[tokio::test]
async fn bad_passwords_are_refused_and_make_nobody() {
    let server = TestServer::start().await;
    let client = server.client().await;
    let long = "x1".repeat(600);
    for bad in [
        json!("short-1"),
        json!("onlyletters"),
        json!("12345678901"),
        json!("password1"),
        json!(""),
        json!(null),
        json!(12_345_678),
        json!(long),
    ] {
        let account = json!({"nickname": "alice", "password": bad});
        let reply = client.post_json("/api/users", &account).await;
        reply.refused(400, "Bad password");
    }
    let nobody = json!({"nickname": "alice"});
    client
        .post_json("/api/users", &nobody)
        .await
        .refused(400, "Bad password");
    client
        .get("/api/user/alice")
        .await
        .refused(404, "No such 'user' with id 'alice'");
    client.new_user("alice").await;
}

#[tokio::test]
async fn only_applications_make_accounts_and_forms_do_too() {
    let server = TestServer::start().await;
    let account = json!({"nickname": "alice", "password": PASSWORD});
    let nobody = server.anonymous().post_json("/api/users", &account).await;
    nobody.not_believed(400, "Missing required parameter");

    let client = server.client().await;
    let form = [("nickname", "bob"), ("password", PASSWORD)];
    let call = client.request("POST", "/api/users").form(&form);
    let bob = call.send().await.ok();
    assert_eq!(bob["profile"]["id"], "acct:bob@pump.test");
    // Another media type carries nothing.
    let call = client.request("POST", "/api/users");
    let reply = call.body("text/plain", account.to_string()).send().await;
    reply.refused(400, "Bad nickname: 'undefined'");
}

/// The parameters of a signature may stand among the fields of a form (section 3.2).
#[tokio::test]
async fn by_what_a_form_was_signed_is_no_property_of_a_user() {
    let server = TestServer::start().await;
    let client = server.client().await;
    let signed_inside = |caller: &Caller, method: &str, address: &str, nickname: &str| {
        let fields = [
            ("nickname", nickname),
            ("password", PASSWORD),
            ("colour", "green"),
        ];
        let call = caller.request(method, address).form(&fields);
        let header = call
            .signature()
            .replace("%3D", "=")
            .replace("%2B", "+")
            .replace("%2F", "/");
        let pairs = header.strip_prefix("OAuth ").unwrap().split(", ");
        let pairs = pairs.map(|pair| pair.split_once('=').unwrap());
        let parameters: Vec<_> = pairs
            .map(|(name, value)| (name, value.trim_matches('"')))
            .collect();
        let call = caller.request(method, address).unsigned();
        call.form(&[&fields[..], &parameters].concat())
    };
    for (address, nickname) in [("/api/users", "alice"), ("/main/register", "bob")] {
        let made = signed_inside(&client, "POST", address, nickname);
        let record = made.send().await.ok();
        assert_eq!(record["colour"], "green");
        assert!(!record.to_string().contains("oauth_"), "{record}");
    }
    let carol = client.new_user("carol").await;
    let changed = signed_inside(&carol, "PUT", "/api/user/carol", "carol");
    let record = changed.send().await.ok();
    assert_eq!(record["colour"], "green");
    for nickname in ["alice", "bob", "carol"] {
        let seen = carol.get(&format!("/api/user/{nickname}")).await.ok();
        assert!(!seen.to_string().contains("oauth_"), "{seen}");
    }
}

#[tokio::test]
async fn further_properties_are_kept_and_the_servers_own_are_not_taken() {
    let server = TestServer::start().await;
    let client = server.client().await;
    let account = json!({
        "nickname": "alice", "password": PASSWORD, "email": "alice@mail.test", "settings": {"a": 1},
        "colour": "green", "profile": {"id": "acct:evil@pump.test"}, "token": "mine", "secret": "mine",
        "published": "1999-01-01T00:00:00Z", "_uuid": "mine",
    });
    let record = client.post_json("/api/users", &account).await.ok();
    assert_eq!(record["token"].as_str().unwrap().len(), 22);
    assert_eq!(record["secret"].as_str().unwrap().len(), 43);
    let alice = client.with_token(pumphouse_oauth1::TokenCredentials::new(
        record["token"].as_str().unwrap(),
        record["secret"].as_str().unwrap(),
    ));
    let own = alice.get("/api/user/alice").await.ok();
    assert_eq!(own["colour"], "green");
    assert_eq!(own["email"], "alice@mail.test");
    assert_eq!(own["published"], "2027-01-15T08:00:00Z");
    assert_eq!(own["profile"]["id"], "acct:alice@pump.test");
    for private in ["_uuid", "password", "token", "secret", "_passwordHash"] {
        assert!(own.get(private).is_none(), "{private}");
    }
    // Quirk 44: others see neither.
    let bob = server.user("bob").await;
    let seen = bob.get("/api/user/alice").await.ok();
    assert_eq!(seen["colour"], "green");
    assert!(seen.get("email").is_none() && seen.get("settings").is_none());
}

#[tokio::test]
async fn a_new_inbox_holds_six_activities() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let inbox = alice.get(&alice.path("inbox")).await.ok();
    let verbs: Vec<_> = inbox["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["verb"].as_str().unwrap())
        .collect();
    assert_eq!(
        verbs,
        ["post", "create", "create", "create", "create", "join"]
    );
    assert_eq!(inbox["totalItems"], 6);
    assert_eq!(inbox["items"][0]["actor"]["objectType"], "service");
    let lists = alice.get(&alice.path("lists/person")).await.ok();
    let names: Vec<_> = lists["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|list| list["displayName"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["Coworkers", "Acquaintances", "Family", "Friends"]);
    let direct = alice.get(&alice.path("inbox/direct")).await.ok();
    assert_eq!(ids(&direct), [inbox["items"][0]["id"].as_str().unwrap()]);
}

#[tokio::test]
async fn a_profile_is_changed_by_its_owner_and_keeps_what_is_fixed() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let before = alice.get(&alice.path("profile")).await.ok();
    server.clock().advance(60);
    let change = json!({
        "displayName": "Alice A.", "summary": "<b>Me</b><script>x</script>",
        "location": {"objectType": "place", "displayName": "Here"},
        // Quirks 30, 42 and 67: none of these can be changed.
        "preferredUsername": "evil", "url": "https://evil.test/", "links": {"self": {"href": "https://evil.test/"}},
        "followers": {"url": "https://evil.test/"}, "published": "1999-01-01T00:00:00Z",
        "author": {"objectType": "person", "id": bob.id()},
    });
    let after = alice.put_json(&alice.path("profile"), &change).await.ok();
    assert_eq!(after["displayName"], "Alice A.");
    assert_eq!(after["summary"], "<b>Me</b>");
    assert_eq!(after["location"]["displayName"], "Here");
    assert_eq!(after["updated"], "2027-01-15T08:01:00Z");
    for fixed in [
        "id",
        "preferredUsername",
        "url",
        "links",
        "published",
        "author",
    ] {
        assert_eq!(after[fixed], before[fixed], "{fixed}");
    }
    assert_eq!(after["followers"]["url"], before["followers"]["url"]);
    assert_eq!(
        alice.get(&alice.path("profile")).await.ok()["displayName"],
        "Alice A."
    );
    let feed = alice.get(&alice.path("feed/minor")).await.ok();
    assert_eq!(feed["items"][0]["verb"], "update");

    let other = bob.put_json(&alice.path("profile"), &change).await;
    other.refused(401, "Not authorized");
    let id = json!({"id": "acct:evil@pump.test", "displayName": "x"});
    alice
        .put_json(&alice.path("profile"), &id)
        .await
        .refused(400, "No such 'person' with id 'acct:evil@pump.test'");
    let wrong = alice
        .put_json(&alice.path("profile"), &json!({"displayName": 7}))
        .await;
    assert!(
        wrong
            .refusal(400)
            .starts_with("Invalid JSON at displayName: ")
    );
    assert_eq!(
        alice.get(&alice.path("profile")).await.ok()["displayName"],
        "Alice A."
    );
}

#[tokio::test]
async fn applications_register_and_change_what_they_say_of_themselves() {
    let server = TestServer::start().await;
    let nobody = server.anonymous();
    let register = "/api/client/register";
    let first = json!({
        "type": "client_associate", "application_name": "One", "contacts": "a@b.test c@d.test",
        "redirect_uris": "https://app.test/a https://app.test/b",
    });
    let client = nobody.post_json(register, &first).await.ok();
    assert_eq!(
        client.as_object().unwrap().keys().collect::<Vec<_>>(),
        ["client_id", "client_secret", "expires_at"]
    );
    assert_eq!(client["expires_at"], 0);
    let form = [
        ("type", "client_update"),
        ("client_id", client["client_id"].as_str().unwrap()),
        ("client_secret", client["client_secret"].as_str().unwrap()),
        ("application_name", "Two"),
    ];
    let call = nobody.request("POST", register).form(&form);
    assert_eq!(call.send().await.ok(), client);

    let wrong = json!({
        "type": "client_update", "client_id": client["client_id"], "client_secret": "wrong",
        "application_name": "Evil",
    });
    nobody
        .post_json(register, &wrong)
        .await
        .refused(403, "Unauthorized");
    let unknown = json!({"type": "client_update", "client_id": "x", "client_secret": "wrong"});
    nobody
        .post_json(register, &unknown)
        .await
        .refused(403, "Unauthorized");
    for (body, text) in [
        (json!({}), "No registration type provided"),
        (json!([1]), "No registration type provided"),
        (json!({"type": 7}), "No registration type provided"),
        (json!({"type": "x"}), "Invalid registration type"),
        (
            json!({"type": "client_associate", "client_id": "x"}),
            "Only set client_id for update.",
        ),
        (
            json!({"type": "client_associate", "redirect_uris": [7]}),
            "redirect_uris must be space-separated URLs.",
        ),
        (
            json!({"type": "client_associate", "logo_url": {}}),
            "Invalid logo_url.",
        ),
    ] {
        nobody.post_json(register, &body).await.refused(400, text);
    }
    let call = nobody.request("POST", register);
    let broken = call.body("application/json", "{\"type\":").send().await;
    assert!(broken.refusal(400).starts_with("Invalid JSON: "));
    let call = nobody.request("POST", register);
    let other = call.body("text/plain", first.to_string()).send().await;
    other.refused(400, "No registration type provided");
}
