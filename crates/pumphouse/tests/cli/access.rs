//! How the program becomes known to a server, and a person logged in.

use crate::support::{FILTERS, World, transcript};

/// A snapshot without keys and tokens, too.
fn assert_without_keys(name: &str, text: &str) {
    let mut filters = FILTERS.to_vec();
    filters.extend([
        (r"(client (?:key|secret)) +\S+", "$1  KEY"),
        (r#"("client_(?:id|secret)"):"[^"]+""#, "$1:KEY"),
        (r"oauth_token=[\w-]+", "oauth_token=TOKEN"),
    ]);
    insta::with_settings!({filters => filters}, {
        insta::assert_snapshot!(name, text);
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registration_is_told() {
    let world = World::start().await;
    let (_, carol) = world.newcomer("carol").await;
    let account = carol.address.as_str();
    let nobody = account.replace("carol", "nobody-here");
    let outcomes = [
        carol.run(&["register", account]),
        carol.run(&["register", account]),
        carol.run(&["register", account, "--show-secret"]),
        carol.run(&["register", account, "--new", "--json"]),
        carol.run(&["register", account, "--show-secret", "--json"]),
        carol.run(&["register", &nobody]),
        carol.run(&["register", "carol"]),
        carol.run(&["register"]),
    ];
    let [first, second, ..] = &outcomes;
    let key = |text: &str| {
        let line = text.lines().find(|line| line.starts_with("client key"));
        line.map(str::to_owned)
    };
    assert_eq!(key(&first.out), key(&second.out));
    assert_without_keys("register", &transcript(&outcomes));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_in_is_told() {
    let world = World::start().await;
    let (mut person, carol) = world.newcomer("carol").await;
    let account = carol.address.as_str();
    let mut outcomes = vec![
        carol.run(&["login", "--resume", account]),
        carol.run(&["login", "--paste", account]),
        carol.run_with(&["login", "--resume", account], "wrong\n"),
    ];
    let url = outcomes[1].err.split_whitespace();
    let url = url.clone().find(|word| word.contains("oauth_token="));
    let verifier = person.agree(&url.unwrap().parse().unwrap()).await;
    outcomes.extend([
        carol.run_with(&["login", account], &format!("{verifier}\n")),
        carol.run(&["login", account]),
        carol.run(&["login", account, "--json"]),
        carol.run(&["login", "--resume", account]),
        carol.run(&["login", "--resume", "--restart", account]),
        carol.run(&["login", "carol"]),
        carol.run(&["login"]),
    ]);
    assert_without_keys("login", &transcript(&outcomes));
}
