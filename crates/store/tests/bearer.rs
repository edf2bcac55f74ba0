//! Bearer tokens and authorization codes as the store keeps them.

use pumphouse_store::{
    ClientFields, Error, GivenCode, NewAuthorizationCode, NewObject, NewUser, Store, Transaction,
    UserKey,
};

/// A client and a user.
fn client_and_user(tx: &Transaction<'_>) -> Result<(i64, UserKey), Error> {
    let object = |id: &str, object_type: &str| {
        tx.insert_object(&NewObject {
            id,
            uuid: id,
            object_type,
            author: None,
            document: "{}",
            updated: 1,
        })
    };
    let generator = object("urn:client", "application")?;
    let client = tx.insert_client("client", "secret", generator, &ClientFields::default(), 1)?;
    let user = tx.insert_user(&NewUser {
        nickname: "alice",
        person: object("acct:alice@pump.test", "person")?,
        password_hash: "",
        properties: "{}",
        created: 1,
    })?;
    Ok((client, user))
}

#[tokio::test]
async fn a_fixed_token_speaks_for_whom_it_was_last_set_to_speak_for() {
    let directory = tempfile::tempdir().unwrap();
    let store = Store::open(directory.path()).unwrap();
    let (client, user) = store.write(client_and_user).await.unwrap();
    let token = [7; 32];
    for owner in [None, Some(user), Some(user)] {
        store
            .write(move |tx| tx.set_bearer_token(&token, client, owner, 1))
            .await
            .unwrap();
    }
    let found = |digest: [u8; 32]| store.read(|snapshot| snapshot.bearer(&digest)).unwrap();
    let bearer = found(token).unwrap();
    assert_eq!(bearer.client, client);
    assert_eq!(bearer.user.unwrap().key, user);
    assert!(found([8; 32]).is_none());
    store
        .write(move |tx| tx.delete_user(user, 2))
        .await
        .unwrap();
    assert!(found(token).is_none());
}

#[tokio::test]
async fn expired_codes_are_forgotten_but_still_end_their_token() {
    let directory = tempfile::tempdir().unwrap();
    let store = Store::open(directory.path()).unwrap();
    let (client, owner) = store.write(client_and_user).await.unwrap();
    let (code, token) = ([1; 32], [2; 32]);
    let exchange = || {
        store.write(move |tx| {
            let given = GivenCode {
                digest: &code,
                client,
                redirect_uri: None,
                challenge: None,
            };
            tx.exchange_authorization_code(&given, &token, 5)
        })
    };
    store
        .write(move |tx| {
            tx.insert_authorization_code(&NewAuthorizationCode {
                digest: code,
                client,
                owner,
                redirect_uri: None,
                challenge: None,
                expires: 10,
            })
        })
        .await
        .unwrap();
    assert!(exchange().await.unwrap());
    store.purge(10).await.unwrap();
    let bearer = || store.read(|snapshot| snapshot.bearer(&token)).unwrap();
    assert!(bearer().is_some());
    assert!(!exchange().await.unwrap());
    assert!(bearer().is_none());
}
