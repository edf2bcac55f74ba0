//! Files that the script of pump.io's pages sends with a session (section 11.4).

use image::ImageFormat;
use pumphouse_testkit::{Browser, Call, Reply, TestServer};
use serde_json::{Value, json};

use crate::support::{mention, post_publicly};
use crate::uploads::picture;

/// What the page is told, in a text that is typed as HTML but holds no markup.
#[track_caller]
fn told(reply: &Reply) -> Value {
    assert_eq!(reply.status, 200, "{reply:?}");
    assert_eq!(reply.header("content-type"), "text/html; charset=utf-8");
    assert!(!reply.body.contains('<') && !reply.body.contains('&'));
    reply.json()
}

#[track_caller]
fn object(reply: &Reply) -> Value {
    let told = told(reply);
    assert_eq!(told["success"], true, "{told}");
    told["obj"].clone()
}

#[track_caller]
fn refused(reply: &Reply, text: &str) {
    assert_eq!(told(reply), json!({"success": false, "error": text}));
}

/// A file as the script sends it.
fn script(browser: &Browser, path: &str, media_type: &str, file: Vec<u8>) -> Call {
    browser
        .request("POST", path)
        .body("application/octet-stream", file)
        .header("x-mime-type", media_type)
        .header("x-requested-with", "XMLHttpRequest")
}

/// A form with one field.
fn form(browser: &Browser, path: &str, field: &str, file: &[u8]) -> Call {
    let head = format!(
        "--frontier\r\ncontent-disposition: form-data; name=\"{field}\"; filename=\"x.png\"\r\n\
         content-type: image/png\r\n\r\n"
    );
    let body = [head.as_bytes(), file, b"\r\n--frontier--\r\n"].concat();
    let call = browser.request("POST", path);
    call.body("multipart/form-data; boundary=frontier", body)
}

/// Width and height of a picture.
fn size(picture: &Value) -> (&Value, &Value) {
    (&picture["width"], &picture["height"])
}

async fn logged_in(server: &TestServer) -> Browser {
    server.user("alice").await;
    let mut browser = server.browser();
    browser.log_in("alice").await;
    browser
}

#[tokio::test]
async fn a_page_sends_a_file_as_it_is_or_in_a_form() {
    let server = TestServer::start().await;
    let browser = logged_in(&server).await;
    let file = picture(640, 480, ImageFormat::Png);
    let path =
        "/main/upload?title=A%20%3Cb%3E&description=%3Cscript%3Ex%3C/script%3E%3Cb%3Ecat%3C/b%3E";
    for call in [
        script(&browser, path, "image/png", file.clone()),
        form(&browser, path, "qqfile", &file),
    ] {
        let image = object(&call.send().await);
        assert_eq!(image["objectType"], "image");
        assert_eq!(image["author"]["id"], "acct:alice@pump.test");
        assert_eq!(image["displayName"], "A <b>");
        assert_eq!(image["content"], "<b>cat</b>");
        assert_eq!(size(&image["image"]), (&json!(320), &json!(240)));
        assert_eq!(size(&image["fullImage"]), (&json!(640), &json!(480)));
    }
}

#[tokio::test]
async fn what_stands_for_a_person_is_a_square_of_96_pixels() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let mut browser = server.browser();
    browser.log_in("alice").await;
    let path = "/main/upload-avatar";
    for (width, height) in [(640, 480), (200, 900), (50, 40), (96, 96)] {
        let file = picture(width, height, ImageFormat::Png);
        let call = script(&browser, path, "image/png", file);
        let image = object(&call.send().await);
        assert_eq!(size(&image["image"]), (&json!(96), &json!(96)));
        assert_eq!(size(&image["fullImage"]), (&json!(width), &json!(height)));
        let small = image["image"]["url"].as_str().unwrap();
        assert!(small.ends_with("_thumb.png"), "{small}");
        assert_eq!(alice.get(small).await.status, 200);
    }
    // It is shown when it was posted, and the profile says so.
    let file = picture(300, 300, ImageFormat::Jpeg);
    let call = script(&browser, path, "image/jpeg", file);
    let image = object(&call.send().await);
    alice.does(post_publicly(mention(&image))).await;
    let change = json!({"image": image["image"]});
    alice.put_json(&alice.path("profile"), &change).await.ok();
    let bob = server.user("bob").await;
    let profile = bob.get(&alice.path("profile")).await.ok();
    assert_eq!(size(&profile["image"]), (&json!(96), &json!(96)));
    let address = profile["image"]["url"].as_str().unwrap();
    let shown = bob.get(address).await;
    assert_eq!(
        (shown.status, shown.header("content-type")),
        (200, "image/jpeg")
    );
}

#[tokio::test]
async fn what_a_page_sends_wrongly_is_told_in_its_form_and_leaves_nothing() {
    let server = TestServer::start_with(|builder| builder.upload_limit(1_000)).await;
    let browser = logged_in(&server).await;
    let text = || {
        script(
            &browser,
            "/main/upload-avatar",
            "text/plain",
            b"hello".to_vec(),
        )
    };
    refused(
        &text().send().await,
        "What stands for a person is a picture.",
    );
    let large = vec![0; 1_001];
    let too_large = "The file is larger than 1000 bytes.";
    let call = script(&browser, "/main/upload", "text/plain", large.clone());
    refused(&call.send().await, too_large);
    let call = form(&browser, "/main/upload", "qqfile", &large);
    refused(&call.send().await, too_large);
    let call = form(&browser, "/main/upload", "other", b"hello");
    refused(
        &call.send().await,
        "The form has no file in a field 'qqfile'.",
    );
    let call = browser.request("POST", "/main/upload");
    let call = call.body("multipart/form-data; boundary=frontier", "--front");
    refused(&call.send().await, "The file did not arrive whole.");
    let call = script(&browser, "/main/upload", "image/png", Vec::new());
    refused(&call.send().await, "The file is empty.");

    // Only a person with a session sends files, and from no other site's page.
    let nobody = server.browser();
    let call = script(&nobody, "/main/upload", "text/plain", b"x".to_vec());
    call.send().await.refused(401, "Not logged in.");
    let foreign = text().header("sec-fetch-site", "cross-site").send().await;
    assert_eq!(foreign.status, 403);
    let mut browser = browser;
    let uploads = browser.get("/api/user/alice/uploads").await.ok();
    assert_eq!(uploads["totalItems"], 0);
}
