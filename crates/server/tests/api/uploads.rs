//! Files: what is made of them, who gets them, and what is refused (section 7.6).

use std::fs;
use std::io::Cursor;
use std::path::Path;

use image::ImageFormat;
use pumphouse_testkit::{Browser, Caller, Reply, TestServer};
use serde_json::{Value, json};

use crate::support::{addressed, does, ids, mention, post, post_publicly};

/// A grey picture.
pub(crate) fn picture(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
    let grey = image::RgbImage::from_pixel(width, height, image::Rgb([128; 3]));
    let mut file = Cursor::new(Vec::new());
    grey.write_to(&mut file, format).unwrap();
    file.into_inner()
}

async fn tries_upload(caller: &Caller, media_type: &str, file: impl Into<Vec<u8>>) -> Reply {
    caller
        .request("POST", &caller.path("uploads"))
        .body(media_type, file)
        .send()
        .await
}

async fn upload(caller: &Caller, media_type: &str, file: impl Into<Vec<u8>>) -> Value {
    tries_upload(caller, media_type, file).await.ok()
}

async fn text_upload(caller: &Caller) -> (Value, String) {
    let object = upload(caller, "text/plain", "hello").await;
    let address = object["fileUrl"].as_str().unwrap().to_owned();
    (object, address)
}

/// All files under a directory.
fn files(directory: &Path) -> usize {
    let entries = fs::read_dir(directory).unwrap();
    entries
        .map(|entry| entry.unwrap().path())
        .map(|path| if path.is_dir() { files(&path) } else { 1 })
        .sum()
}

#[tokio::test]
async fn a_large_picture_gets_a_thumbnail() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let file = picture(640, 480, ImageFormat::Png);
    let object = upload(&alice, "image/png", file.clone()).await;
    assert_eq!(object["objectType"], "image");
    assert_eq!(object["author"]["id"], alice.id());
    assert_eq!(object["links"]["self"]["href"], object["id"]);
    let (thumbnail, whole) = (&object["image"], &object["fullImage"]);
    assert_eq!(
        (&thumbnail["width"], &thumbnail["height"]),
        (&json!(320), &json!(240))
    );
    assert_eq!(
        (&whole["width"], &whole["height"]),
        (&json!(640), &json!(480))
    );
    let address = whole["url"].as_str().unwrap();
    let name = address
        .strip_prefix("https://pump.test/uploads/alice/2027/1/15/")
        .and_then(|name| name.strip_suffix(".png"))
        .unwrap();
    assert_eq!(name.len(), 22);
    let thumbnail = thumbnail["url"].as_str().unwrap();
    assert_eq!(thumbnail, address.replace(".png", "_thumb.png"));

    let got = alice.get(address).await;
    assert_eq!((got.status, got.header("content-type")), (200, "image/png"));
    assert_eq!(got.header("content-length"), file.len().to_string());
    assert_eq!(got.body, String::from_utf8_lossy(&file));
    assert_eq!(got.header("x-content-type-options"), "nosniff");
    assert_eq!(
        got.header("content-security-policy"),
        "sandbox; default-src 'none'"
    );
    assert_eq!(got.header("content-disposition"), "");
    let got = alice.get(thumbnail).await;
    assert_eq!((got.status, got.header("content-type")), (200, "image/png"));

    let small = upload(&alice, "image/png", picture(320, 200, ImageFormat::Png)).await;
    assert_eq!(small["image"]["width"], 320);
    assert_eq!(small["fullImage"], Value::Null);
}

/// Quirk 15: kept, and what is said with the upload is no longer lost.
#[tokio::test]
async fn quirk_15_an_upload_is_posted_whole_and_titled_then_or_later() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let mut object = upload(&alice, "image/png", picture(9, 9, ImageFormat::Png)).await;
    object["displayName"] = "Grey".into();
    object["content"] = "A <b>field</b><script>x</script>".into();
    let posted = alice.does(post_publicly(object.clone())).await;
    assert_eq!(posted["object"]["id"], object["id"]);
    assert_eq!(posted["object"]["displayName"], "Grey");
    assert_eq!(posted["object"]["content"], "A <b>field</b>");
    let again = alice.tries(post_publicly(object.clone())).await;
    again.refused(400, "Already posted");

    let mut changed = posted["object"].clone();
    changed["displayName"] = "Greyer".into();
    changed["license"] = "https://creativecommons.org/publicdomain/zero/1.0/".into();
    let updated = alice.does(does("update", changed)).await;
    assert_eq!(updated["object"]["displayName"], "Greyer");
    let seen = bob.get(object["id"].as_str().unwrap()).await.ok();
    assert_eq!(seen["displayName"], "Greyer");
    assert_eq!(
        seen["license"],
        "https://creativecommons.org/publicdomain/zero/1.0/"
    );
    assert_eq!(seen["image"], object["image"]);

    let other = upload(&alice, "image/png", picture(9, 9, ImageFormat::Png)).await;
    let stolen = bob.tries(post(mention(&other))).await;
    stolen.refused(
        400,
        &format!("Can't post {}: not author.", other["id"].as_str().unwrap()),
    );
    // Type and id suffice.
    let posted = alice.does(post(mention(&other))).await;
    assert_eq!(posted["object"]["image"], other["image"]);
}

#[tokio::test]
async fn a_file_is_for_whom_its_object_is_for() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let carol = server.user("carol").await;
    let (object, address) = text_upload(&alice).await;
    let statuses = async || {
        let mut statuses = Vec::new();
        for caller in [
            &alice,
            &bob,
            &carol,
            &carol.two_legged(),
            &server.anonymous(),
        ] {
            let reply = caller.get(&address).await;
            let expected = if reply.status == 200 {
                "hello"
            } else {
                "Not allowed"
            };
            assert_eq!(reply.body, expected);
            statuses.push(reply.status);
        }
        statuses
    };
    assert_eq!(statuses().await, [200, 403, 403, 403, 403]);
    alice
        .does(addressed(post(object), "to", &[bob.person()]))
        .await;
    assert_eq!(statuses().await, [200, 200, 403, 403, 403]);

    let mut browser: Browser = server.browser();
    browser.log_in("bob").await;
    assert_eq!(browser.get(&address).await.status, 200);
    let refused = server.browser().get(&address).await;
    refused.refused_page(403, "Not allowed");

    let (object, address) = text_upload(&alice).await;
    alice.does(post_publicly(object)).await;
    assert_eq!(server.anonymous().get(&address).await.status, 200);
    assert_eq!(carol.two_legged().get(&address).await.status, 200);
    for unknown in [
        "/uploads/alice/2027/1/15/x.png",
        "/uploads/../pumphouse.sqlite",
    ] {
        assert_eq!(alice.get(unknown).await.status, 404, "{unknown}");
    }
}

#[tokio::test]
async fn parts_are_given_and_what_is_known_is_not_sent_again() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let (_, address) = text_upload(&alice).await;
    let got = alice.get(&address).await;
    assert_eq!(got.header("accept-ranges"), "bytes");
    let tag = got.header("etag").to_owned();
    let since = got.header("last-modified").to_owned();
    let ask = |name: &'static str, value: String| {
        alice.request("GET", &address).header(name, &value).send()
    };
    let part = ask("range", "bytes=1-3".to_owned()).await;
    assert_eq!((part.status, part.body.as_str()), (206, "ell"));
    assert_eq!(part.header("content-range"), "bytes 1-3/5");
    assert_eq!(ask("range", "bytes=9-".to_owned()).await.status, 416);
    for no_range in ["foo", "bytes=", "bytes=3-1", "bytes=a-b", "lines=1-2"] {
        let whole = ask("range", no_range.to_owned()).await;
        assert_eq!(
            (whole.status, whole.body.as_str()),
            (200, "hello"),
            "{no_range}"
        );
    }
    for (version, status) in [(&tag, 206), (&since, 206), (&"\"other\"".to_owned(), 200)] {
        let call = alice.request("GET", &address).header("range", "bytes=1-3");
        let reply = call.header("if-range", version).send().await;
        assert_eq!(reply.status, status, "{version}");
    }
    for (name, value) in [("if-none-match", tag), ("if-modified-since", since)] {
        let known = ask(name, value).await;
        assert_eq!((known.status, known.body.as_str()), (304, ""), "{name}");
    }
    let head = alice.request("HEAD", &address).send().await;
    assert_eq!((head.status, head.header("content-length")), (200, "5"));
}

/// Quirk 68: files that are no media could never be downloaded.
#[tokio::test]
async fn quirk_68_what_a_browser_would_run_is_saved_and_not_shown() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let svg = "<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'><script/></svg>";
    for (declared, content, found, key) in [
        ("image/svg+xml", svg, "image/svg+xml", "image"),
        ("image/png", "<html><script>", "text/html", "fileUrl"),
        ("application/x-odd", "odd", "application/x-odd", "fileUrl"),
    ] {
        let object = upload(&alice, declared, content).await;
        let address = object[key].as_str().or(object[key]["url"].as_str());
        let got = alice.get(address.unwrap()).await;
        assert_eq!((got.status, got.body.as_str()), (200, content));
        assert_eq!(got.header("content-type"), found);
        assert_eq!(got.header("content-disposition"), "attachment");
        assert_eq!(
            got.header("content-security-policy"),
            "sandbox; default-src 'none'"
        );
        assert_eq!(got.header("x-content-type-options"), "nosniff");
        if key == "fileUrl" {
            assert_eq!(
                (&object["objectType"], &object["mimeType"]),
                (&json!("file"), &json!(found))
            );
        }
    }
}

/// Quirk 69: pictures of other types were a fault of the server.
#[tokio::test]
async fn quirk_69_other_pictures_sounds_and_films() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let webp = upload(&alice, "image/webp", picture(9, 9, ImageFormat::WebP)).await;
    assert!(webp["image"]["url"].as_str().unwrap().ends_with(".webp"));
    // Said to be something else, or nothing at all.
    let jpeg = upload(&alice, "text/plain", picture(9, 9, ImageFormat::Jpeg)).await;
    assert!(jpeg["image"]["url"].as_str().unwrap().ends_with(".jpg"));
    let bmp = upload(&alice, "image/bmp", "BM\x46\0\0\0\0\0\0\0").await;
    assert_eq!(
        (&bmp["objectType"], &bmp["mimeType"]),
        (&json!("file"), &json!("image/bmp"))
    );
    for (declared, object_type, extension) in [
        ("audio/ogg", "audio", ".ogg"),
        ("video/ogg", "video", ".ogv"),
    ] {
        let object = upload(&alice, declared, [&b"OggS\0\x02"[..], &[0; 30]].concat()).await;
        assert_eq!(object["objectType"], object_type);
        let address = object["stream"]["url"].as_str().unwrap();
        assert!(address.ends_with(extension));
        let got = alice.get(address).await;
        assert_eq!(
            (
                got.header("content-type"),
                got.header("content-disposition")
            ),
            (declared, "")
        );
    }
}

#[tokio::test]
async fn a_file_within_json() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let send = async |document: Value| alice.post_json(&alice.path("uploads"), &document).await;
    let object = send(json!({"mimeType": "text/plain", "data": "aGVsbG8"}))
        .await
        .ok();
    let got = alice.get(object["fileUrl"].as_str().unwrap()).await;
    assert_eq!(got.body, "hello");
    send(json!({"data": "aGVsbG8"}))
        .await
        .refused(400, "No mime type");
    send(json!({"mimeType": "text/plain"}))
        .await
        .refused(400, "No data");
}

#[tokio::test]
async fn what_is_refused_leaves_nothing() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let refusal = async |media_type, file: &[u8]| {
        let reply = tries_upload(&alice, media_type, file).await;
        (reply.status, reply.refusal(reply.status))
    };
    let (status, text) = refusal("image/png", b"\x89PNG\r\n\x1a\nbroken").await;
    assert!(
        status == 400 && text.starts_with("The picture cannot be read"),
        "{status} {text}"
    );
    assert_eq!(
        refusal("text/plain", b"").await,
        (400, "The file is empty.".to_owned())
    );
    for form in [
        "multipart/form-data; boundary=x",
        "application/x-www-form-urlencoded",
    ] {
        assert_eq!(refusal(form, b"a=b").await.0, 415);
    }
    let limit = 32 * 1024 * 1024;
    let too_large = format!("The file is larger than {limit} bytes.");
    assert_eq!(
        refusal("text/plain", &vec![b'x'; limit + 1]).await,
        (413, too_large)
    );

    let to_alice = bob
        .request("POST", &alice.path("uploads"))
        .body("text/plain", "hello");
    to_alice.send().await.refused(401, "Not authorized");
    let unsigned = alice
        .request("POST", &alice.path("uploads"))
        .body("text/plain", "hello")
        .unsigned();
    unsigned
        .send()
        .await
        .not_believed(400, "Missing required parameter");
    for directory in ["uploads", "incoming"] {
        assert_eq!(files(&server.directory().join(directory)), 0, "{directory}");
    }
    let page = alice.get(&alice.path("uploads")).await.ok();
    assert_eq!((&page["totalItems"], ids(&page).len()), (&json!(0), 0));
}

#[tokio::test]
async fn uploads_are_listed_for_their_owner() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let (first, _) = text_upload(&alice).await;
    let (second, _) = text_upload(&alice).await;
    let page = alice.get(&alice.path("uploads")).await.ok();
    assert_eq!(page["displayName"], "Uploads by alice");
    assert_eq!(page["totalItems"], 2);
    let id = |object: &Value| object["id"].as_str().unwrap().to_owned();
    assert_eq!(ids(&page), [id(&second), id(&first)]);
    let older = alice
        .get(page["links"]["prev"]["href"].as_str().unwrap())
        .await;
    assert_eq!(ids(&older.ok()), [""; 0]);
    let other = bob.get(&alice.path("uploads")).await;
    other.refused(401, "Not authorized");
}

#[tokio::test]
async fn the_files_of_what_is_deleted_are_removed() {
    let mut server = TestServer::start().await;
    let alice = server.user("alice").await;
    let object = upload(&alice, "image/png", picture(400, 9, ImageFormat::Png)).await;
    let address = object["fullImage"]["url"].as_str().unwrap().to_owned();
    alice.does(post_publicly(object.clone())).await;
    alice.does(does("delete", mention(&object))).await;
    assert_eq!(alice.get(&address).await.status, 410);
    let page = alice.get(&alice.path("uploads")).await.ok();
    assert_eq!(page["totalItems"], 0);

    let directory = server.directory().join("uploads");
    assert_eq!(files(&directory), 2);
    server.restart().await;
    let mut patience = 200;
    while files(&directory) > 0 {
        patience -= 1;
        assert!(patience > 0, "the files are still there");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert_eq!(alice.get(&address).await.status, 404);
}

#[tokio::test]
async fn an_upload_can_be_titled_or_deleted_before_it_is_posted() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    bob.does(does("follow", alice.person())).await;
    let (object, _) = text_upload(&alice).await;
    let mut titled = mention(&object);
    titled["displayName"] = "Hello".into();
    let updated = alice.does(does("update", titled)).await;
    assert_eq!(updated["object"]["displayName"], "Hello");
    let told = bob.get(&bob.path("inbox")).await.ok();
    assert!(!ids(&told).contains(&updated["id"].as_str().unwrap().to_owned()));
    alice.does(does("delete", mention(&object))).await;
    let reply = alice.tries(post(object)).await;
    reply.refused(410, "Deleted");
}

#[tokio::test]
async fn a_server_can_take_none() {
    let server = TestServer::start_with(|builder| builder.upload_limit(0)).await;
    let alice = server.user("alice").await;
    let refused = tries_upload(&alice, "text/plain", "hello").await;
    assert_eq!(refused.refusal(403), "This server takes no uploads.");
    assert_eq!(files(&server.directory().join("uploads")), 0);
}
