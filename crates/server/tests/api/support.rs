//! Activities and documents that many tests need.

use pumphouse_oauth1::TokenCredentials;
use pumphouse_testkit::{Browser, Caller, PASSWORD, Reply, TestServer};
use serde_json::{Value, json};

/// The collection that stands for everybody.
pub(crate) fn public() -> Value {
    json!({"objectType": "collection", "id": "http://activityschema.org/collection/public"})
}

/// A note, yet to be posted.
pub(crate) fn note(content: &str) -> Value {
    json!({"objectType": "note", "content": content})
}

/// An answer to something, yet to be posted.
pub(crate) fn comment(content: &str, parent: &Value) -> Value {
    json!({"objectType": "comment", "content": content, "inReplyTo": mention(parent)})
}

/// The activity that posts an object.
pub(crate) fn post(object: Value) -> Value {
    does("post", object)
}

/// The activity that posts an object for everybody.
pub(crate) fn post_publicly(object: Value) -> Value {
    addressed(post(object), "to", &[public()])
}

/// An activity with a verb.
#[expect(clippy::needless_pass_by_value, reason = "reads better in every call")]
pub(crate) fn does(verb: &str, object: Value) -> Value {
    json!({"verb": verb, "object": object})
}

/// The same activity with recipients.
pub(crate) fn addressed(mut activity: Value, field: &str, recipients: &[Value]) -> Value {
    activity[field] = recipients.into();
    activity
}

/// The same activity with a list or group as target.
pub(crate) fn with_target(mut activity: Value, target: &Value) -> Value {
    activity["target"] = mention(target);
    activity
}

/// Type and id of an object.
pub(crate) fn mention(object: &Value) -> Value {
    json!({"objectType": object["objectType"], "id": object["id"]})
}

/// The address of an object's document, of one of its feeds, or of an activity.
pub(crate) fn href(document: &Value) -> &str {
    document["links"]["self"]["href"].as_str().unwrap()
}

/// The ids of the items of a page.
pub(crate) fn ids(page: &Value) -> Vec<String> {
    let items = page["items"].as_array().unwrap();
    let id = |item: &Value| item["id"].as_str().unwrap().to_owned();
    items.iter().map(id).collect()
}

/// The ids in a list of recipients; none if there is no list.
pub(crate) fn recipients(activity: &Value, field: &str) -> Vec<String> {
    let list = activity[field].as_array().cloned().unwrap_or_default();
    let id = |recipient: &Value| recipient["id"].as_str().unwrap().to_owned();
    list.iter().map(id).collect()
}

/// Asks for temporary credentials.
pub(crate) async fn begin(client: &Caller, callback: &str) -> TokenCredentials {
    let call = client
        .request("POST", "/oauth/request_token")
        .callback(callback);
    credentials(&call.send().await)
}

/// The credentials in the answer of a token endpoint.
#[track_caller]
pub(crate) fn credentials(reply: &Reply) -> TokenCredentials {
    assert_eq!(reply.status, 200, "{reply:?}");
    TokenCredentials::new(
        reply.form_value("oauth_token").unwrap(),
        reply.form_value("oauth_token_secret").unwrap(),
    )
}

/// The page on which a person decides about temporary credentials.
pub(crate) fn authorize_page(temporary: &TokenCredentials) -> String {
    format!("/oauth/authorize?oauth_token={}", temporary.token())
}

/// A browser in which a person has logged in on the way to connect a program; and the question.
pub(crate) async fn ask(
    server: &TestServer,
    nickname: &str,
    temporary: &TokenCredentials,
) -> (Browser, Reply) {
    let mut browser = server.browser();
    browser.get(&authorize_page(temporary)).await;
    let fields = [
        ("oauth_token", temporary.token()),
        ("username", nickname),
        ("password", PASSWORD),
    ];
    let question = browser.submit("/oauth/authorize", &fields).await;
    assert_eq!(question.status, 200, "{question:?}");
    (browser, question)
}

/// Agrees, or not, to what a page asks.
pub(crate) async fn decide(
    browser: &mut Browser,
    temporary: &TokenCredentials,
    question: &Reply,
    deny: bool,
) -> Reply {
    let verifier = question.field("verifier").unwrap();
    let mut fields = vec![
        ("oauth_token", temporary.token()),
        ("verifier", verifier.as_str()),
    ];
    if deny {
        fields.push(("deny", "Deny"));
    }
    browser.submit(&authorize_page(temporary), &fields).await
}

/// Has a person agree; gives the verifier that the page shows.
pub(crate) async fn agree(
    server: &TestServer,
    nickname: &str,
    temporary: &TokenCredentials,
) -> String {
    let (mut browser, question) = ask(server, nickname, temporary).await;
    let page = decide(&mut browser, temporary, &question, false).await;
    assert_eq!(page.status, 200, "{page:?}");
    page.body
        .split_once("<td id=\"verifier\">")
        .and_then(|(_, rest)| rest.split('<').next())
        .unwrap()
        .to_owned()
}

/// Exchanges temporary credentials.
pub(crate) async fn exchange(
    client: &Caller,
    temporary: &TokenCredentials,
    verifier: &str,
) -> Reply {
    client
        .with_token(temporary.clone())
        .request("POST", "/oauth/access_token")
        .verifier(verifier)
        .send()
        .await
}

/// How many streams of a kind are open, on a server that serves its numbers.
pub(crate) async fn open_streams(server: &TestServer, kind: &str) -> u64 {
    let address = server.server().unwrap().metrics_address().unwrap();
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let numbers = http.get(format!("http://{address}/metrics"));
    let numbers = numbers.send().await.unwrap().text().await.unwrap();
    let name = format!("pumphouse_streams{{kind=\"{kind}\"}} ");
    let mut lines = numbers.lines();
    let value = lines.find_map(|line| line.strip_prefix(&name));
    value.map_or(0, |value| value.parse().unwrap())
}
