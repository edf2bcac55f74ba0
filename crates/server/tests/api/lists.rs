//! Lists: their names, and which are counted under which type (sections 5.1 and 6.8).

use pumphouse_testkit::{Caller, TestServer};
use serde_json::{Value, json};

use crate::support::{does, href, ids, mention};

/// A new list of a person.
async fn list(owner: &Caller, name: &str, member_type: &str) -> Value {
    let list =
        json!({"objectType": "collection", "displayName": name, "objectTypes": [member_type]});
    owner.does(does("create", list)).await["object"].clone()
}

/// Quirk 77: a gallery was counted and never shown.
#[tokio::test]
async fn quirk_77_what_is_counted_under_a_type_is_shown_there() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let lists = async |member_type: &str| {
        let path = alice.path(&format!("lists/{member_type}"));
        alice.get(&path).await.ok()
    };
    let upload = alice.request("POST", &alice.path("uploads"));
    upload.body("text/plain", "a file").send().await.ok();
    for (member_type, count) in [("person", 4), ("image", 0), ("anything", 0)] {
        let page = lists(member_type).await;
        assert_eq!(page["totalItems"], count, "{member_type}");
        assert_eq!(page["items"].as_array().unwrap().len(), count);
    }
    let pictures = list(&alice, "Pictures", "image").await;
    let page = lists("image").await;
    assert_eq!(page["totalItems"], 1);
    assert_eq!(ids(&page), [pictures["id"].as_str().unwrap()]);
    assert_eq!(lists("person").await["totalItems"], 4);
}

#[tokio::test]
async fn a_list_cannot_be_given_the_name_of_another() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let bowlers = list(&alice, "Bowlers", "person").await;
    let text = "Already have a list named 'Friends'";
    let renamed = |name: &str| {
        let mut renamed = mention(&bowlers);
        renamed["displayName"] = name.into();
        renamed
    };
    let reply = alice.tries(does("update", renamed("Friends"))).await;
    reply.refused(400, text);
    let reply = alice.put_json(href(&bowlers), &renamed("Friends")).await;
    reply.refused(400, text);
    assert_eq!(
        alice.get(href(&bowlers)).await.ok()["displayName"],
        "Bowlers"
    );
    // Its own name is no other's, and a name that is another person's or another type's is free.
    let kept = alice.put_json(href(&bowlers), &renamed("Bowlers")).await;
    assert_eq!(kept.ok()["displayName"], "Bowlers");
    list(&bob, "Skaters", "person").await;
    list(&alice, "Skaters", "image").await;
    let changed = alice.put_json(href(&bowlers), &renamed("Skaters")).await;
    assert_eq!(changed.ok()["displayName"], "Skaters");
    // The old name is free again, and the new one is not.
    list(&alice, "Bowlers", "person").await;
    let again =
        json!({"objectType": "collection", "displayName": "Skaters", "objectTypes": ["person"]});
    let reply = alice.tries(does("create", again)).await;
    reply.refused(400, "Already have a list named 'Skaters'");
}

#[tokio::test]
async fn the_number_beside_a_person_is_that_of_their_lists_of_people() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let counted = async |wanted: u32| {
        let person = alice.get(&alice.path("profile")).await.ok();
        assert_eq!(person["lists"]["totalItems"], wanted);
        let page = alice.get(person["lists"]["url"].as_str().unwrap()).await;
        let page = page.ok();
        assert_eq!(page["totalItems"], wanted);
        assert_eq!(page["items"].as_array().unwrap().len(), wanted as usize);
    };
    counted(4).await;
    let pictures = list(&alice, "Pictures", "image").await;
    counted(4).await;
    let bowlers = list(&alice, "Bowlers", "person").await;
    counted(5).await;
    // A list may come to be one of other things.
    let becomes = async |member_type: &str| {
        let mut changed = mention(&pictures);
        changed["objectTypes"] = json!([member_type]);
        alice.does(does("update", changed)).await;
    };
    becomes("person").await;
    counted(6).await;
    becomes("note").await;
    counted(5).await;
    alice.does(does("delete", mention(&pictures))).await;
    counted(5).await;
    alice.does(does("delete", mention(&bowlers))).await;
    counted(4).await;
}
