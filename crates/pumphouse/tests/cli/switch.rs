//! Which account is meant.

use crate::support::{World, assert_transcript};

#[tokio::test(flavor = "multi_thread")]
async fn the_account_that_was_switched_to_is_used_until_it_is_logged_out() {
    let world = World::start().await;
    let home = &world.alice;
    let bob = world.bob.address.as_str();
    // Bob logs in at Alice's place, too.
    let accounts = "config/pumphouse/accounts";
    for file in std::fs::read_dir(world.bob.path().join(accounts)).unwrap() {
        let file = file.unwrap();
        if file.file_name().to_string_lossy().starts_with("bob") {
            let place = home.path().join(accounts).join(file.file_name());
            std::fs::copy(file.path(), place).unwrap();
        }
    }
    assert_transcript!(
        "switch",
        [
            home.run(&["whoami"]),
            home.run(&["switch", "nobody@nowhere.invalid"]),
            home.run(&["switch", bob]),
            home.run(&["accounts"]),
            home.run(&["whoami"]),
            home.run(&["whoami", "--account", &home.address]),
            home.run(&["logout"]),
            home.run(&["whoami"]),
        ]
    );
}
