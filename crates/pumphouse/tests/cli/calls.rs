//! Any request, files, and the log-ins of another program.

use std::fs;

use crate::support::{Home, World, assert_transcript};

/// A picture of one dot.
pub(crate) const DOT: &[u8] = b"GIF89a\x01\0\x01\0\x80\0\0\xff\xff\xff\0\0\0!\xf9\x04\x01\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;";

#[tokio::test(flavor = "multi_thread")]
async fn any_request_can_be_sent() {
    let world = World::start().await;
    let alice = &world.alice;
    let users = world.url("/api/users?count=1");
    let note = r#"{"verb": "post", "object": {"objectType": "note", "content": "Hi"}}"#;
    let feed = "/api/user/alice/feed";
    let posted = alice.out(&["request", "post", feed, "--data", note]);
    let posted: serde_json::Value = serde_json::from_str(&posted).unwrap();
    assert_eq!(posted["object"]["content"], "Hi");
    fs::write(alice.path().join("note.json"), note).unwrap();
    for (data, input) in [("@note.json", ""), ("-", note)] {
        let posted = alice.run_with(&["request", "POST", feed, "-d", data], input);
        assert!(posted.out.contains("\"Hi\""), "{}", posted.text());
    }
    let whoami = alice.out(&["request", "GET", "/api/whoami"]);
    assert!(
        whoami.contains("\"preferredUsername\":\"alice\""),
        "{whoami}"
    );
    let as_client = ["request", "--as-client", "GET", &users];
    assert!(alice.out(&as_client).contains("\"nickname\""));

    let headers = alice.out(&["request", "-i", "GET", "/api/whoami"]);
    assert!(headers.starts_with("200 OK\n"), "{headers}");
    assert!(headers.contains("\n\n{"), "{headers}");
    let tagged = alice.out(&[
        "request",
        "-H",
        "Accept: application/activity+json",
        "GET",
        "/api/user/alice/profile",
    ]);
    assert!(tagged.contains("@context"), "{tagged}");
    assert_transcript!(
        "requests",
        [
            alice.run(&["request", "GET", "/api/user/bob/inbox"]),
            alice.run(&["request", "GET", "/api/nothing/here"]),
            alice.run(&["request", "--unsigned", "GET", "/api/whoami"]),
            alice.run(&["request", "GET", "https://elsewhere.invalid/api/whoami"]),
            alice.run(&["request", "GET", "nowhere"]),
            alice.run(&["request", "G T", "/"]),
            alice.run(&["request", "GET", "/", "-H", "no header"]),
            alice.run(&["request", "GET", "/", "-H", "Authorization: mine"]),
            alice.run(&["request", "POST", "/", "-d", "@missing"]),
            alice.run(&["request", "GET", "/", "--unsigned", "--as-client"]),
        ]
    );
}

/// Uploads a picture and gives its address.
fn upload(home: &Home) -> String {
    fs::write(home.path().join("dot.gif"), DOT).unwrap();
    let uploads = "/api/user/alice/uploads";
    let image = home.out(&["request", "POST", uploads, "--data", "@dot.gif"]);
    let image: serde_json::Value = serde_json::from_str(&image).unwrap();
    assert_eq!(image["objectType"], "image");
    let activity =
        serde_json::json!({"verb": "post", "object": {"objectType": "image", "id": image["id"]}});
    home.out(&[
        "request",
        "POST",
        "/api/user/alice/feed",
        "-d",
        &activity.to_string(),
    ]);
    let file = image.get("fullImage").unwrap_or(&image["image"]);
    file["url"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn files_are_fetched_once_and_under_names_that_harm_nobody() {
    let world = World::start().await;
    let alice = &world.alice;
    let url = upload(alice);
    let name = url.rsplit('/').next().unwrap().to_owned();
    let read = |path: &str| fs::read(alice.path().join(path)).unwrap();

    let fetched = alice.out(&["download", &url]);
    assert_eq!(fetched, format!("{name} ({} bytes)\n", DOT.len()));
    assert_eq!(read(&name), DOT);
    fs::write(alice.path().join("kept.gif"), "mine").unwrap();
    fs::create_dir(alice.path().join("pictures")).unwrap();
    alice.out(&["outbox", "--major"]);
    let by_number = alice.json(&["download", "1", "-o", "pictures"]);
    assert_eq!(by_number["path"], format!("pictures/{name}"));
    assert_eq!(by_number["media_type"], "image/gif");
    assert_eq!(read(&format!("pictures/{name}")), DOT);
    alice.out(&["post", "No picture"]);

    let there = alice.run(&["download", &url, "-o", "kept.gif"]);
    assert_eq!(read("kept.gif"), b"mine");
    let replaced = alice.run(&["download", &url, "-o", "kept.gif", "--force"]);
    assert_eq!(read("kept.gif"), DOT);
    insta::with_settings!({filters => filters()}, {
        insta::assert_snapshot!("downloads", crate::support::transcript(&[
            there,
            replaced,
            alice.run(&["download", "last"]),
            alice.run(&["download", "7"]),
            alice.run(&["download", &world.url("/uploads/alice/none.gif")]),
            alice.run(&["download", "a b"]),
        ]));
    });
    let nowhere = alice.run(&["download", &url, "-o", "no/such/x"]);
    let said = "error: could not write no/such/x: No such file or directory";
    assert!(nowhere.err.starts_with(said), "{}", nowhere.text());
    let mut files = fs::read_dir(alice.path()).unwrap();
    let is_part = |name: std::ffi::OsString| name.to_string_lossy().starts_with(".part-");
    assert!(!files.any(|file| is_part(file.unwrap().file_name())));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_address_of_what_has_a_file_stands_for_the_file() {
    let (world, there) = (World::start().await, World::start().await);
    let (alice, bob) = (&world.alice, &there.bob);
    fs::write(alice.path().join("dot.gif"), DOT).unwrap();
    let posted = alice.json(&["post", "--file", "dot.gif", "A dot", "--to", "public"]);
    let image = &posted["object"];
    for (place, home) in [
        (&image["id"], alice),
        (&image["url"], alice),
        (&posted["id"], alice),
        (&image["id"], bob),
        (&image["url"], bob),
        (&posted["url"], bob),
    ] {
        let place = place.as_str().unwrap();
        let fetched = home.json(&["download", place, "-o", "it.gif", "--force"]);
        assert_eq!(fetched["media_type"], "image/gif", "{place}");
        assert_eq!(fs::read(home.path().join("it.gif")).unwrap(), DOT);
    }
    let note = alice.json(&["post", "--to", "public", "No file"]);
    let note = note["object"]["url"].as_str().unwrap();
    let none = alice.run(&["download", note]);
    assert_eq!((none.status, none.out.as_str()), (2, ""));
    assert_eq!(none.err, format!("error: {note} has no file\n"));
    // What is no thing is a file.
    let users = world.url("/api/users");
    let fetched = alice.json(&["download", &users]);
    assert_eq!(fetched["path"], "users");
    let lost = alice.run(&["download", &world.url("/api/image/none")]);
    assert_eq!(lost.status, 4, "{}", lost.text());
}

fn filters() -> Vec<(&'static str, &'static str)> {
    let mut filters = crate::support::FILTERS.to_vec();
    filters.push((r"/uploads/alice/\S+\.gif", "/uploads/alice/FILE.gif"));
    filters
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_ins_of_pypump_are_taken_over() {
    let world = World::start().await;
    let alice = &world.alice;
    // What alice's own log-in consists of, as PyPump keeps it.
    let accounts = alice.path().join("config/pumphouse/accounts");
    let mut files = fs::read_dir(&accounts)
        .unwrap()
        .map(|it| it.unwrap().path());
    let file = files.find(|file| file.extension().is_some_and(|ending| ending == "json"));
    let file = file.unwrap();
    let kept: serde_json::Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    let record = &kept["records"][0];
    let name = |property: &str| format!("{}-{property}", alice.address);
    let pypump = serde_json::json!({
        name("client-key"): record["client"]["id"],
        name("client-secret"): record["client"]["secret"],
        name("client-expirey"): 0,
        name("oauth-access-token"): record["token"]["id"],
        name("oauth-access-secret"): record["token"]["secret"],
    });
    fs::remove_file(&file).unwrap();
    let missing = alice.run(&["import-pypump"]);
    let usual = alice.path().join("config/PyPump");
    fs::create_dir(&usual).unwrap();
    fs::write(usual.join("credentials.json"), pypump.to_string()).unwrap();
    let imported = alice.run(&["import-pypump"]);
    assert_eq!(alice.out(&["whoami"]).lines().next(), Some(&*alice.address));
    fs::write(alice.path().join("other.json"), "[1]").unwrap();
    let transcript = [
        missing,
        imported,
        alice.run(&["import-pypump"]),
        alice.run(&["import-pypump", "--json"]),
        alice.run(&["import-pypump", "other.json"]),
    ];
    let home = alice.path().to_str().unwrap();
    let text = crate::support::transcript(&transcript).replace(home, "~");
    insta::with_settings!({filters => crate::support::FILTERS.to_vec()}, {
        insta::assert_snapshot!("import-pypump", text);
    });
}
