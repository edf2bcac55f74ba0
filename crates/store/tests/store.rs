//! The store as its users see it: durable, grouped, and undone one by one.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::path::Path;

use pumphouse_store::{
    Arrival, Delivery, Edge, End, Error, ErrorKind, Inbox, NewActivity, NewObject, NewUser, Nonce,
    ObjectKey, Paging, Position, Store, Transaction, UserKey,
};

fn person(tx: &Transaction<'_>, name: &str) -> Result<(ObjectKey, UserKey), Error> {
    let person = tx.insert_object(&NewObject {
        id: &format!("acct:{name}@pump.test"),
        uuid: name,
        object_type: "person",
        author: None,
        document: "{}",
        updated: 1,
    })?;
    let user = tx.insert_user(&NewUser {
        nickname: name,
        person,
        password_hash: "",
        properties: "{}",
        created: 1,
    })?;
    Ok((person, user))
}

fn activity(tx: &Transaction<'_>, actor: ObjectKey, id: &str, major: bool) -> Result<i64, Error> {
    tx.insert_activity(&NewActivity {
        id,
        uuid: id,
        actor,
        major,
        document: "{}",
        published: 1,
    })
}

fn open(directory: &Path) -> Store {
    Store::open(directory).unwrap()
}

const ALL: Inbox = Inbox {
    major: None,
    direct: false,
};

fn paging(count: u32, position: Position) -> Paging {
    Paging { count, position }
}

#[tokio::test]
async fn inbox_pages_by_offset_before_and_since() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(directory.path());
    let user = store
        .write(|tx| {
            let (actor, user) = person(tx, "alice")?;
            for number in 0..10 {
                let key = activity(tx, actor, &format!("a{number}"), number % 2 == 0)?;
                let to: &[UserKey] = &[user];
                let (direct, others) = if number < 3 {
                    (to, &[][..])
                } else {
                    (&[][..], to)
                };
                tx.deliver(&Delivery {
                    activity: key,
                    major: number % 2 == 0,
                    direct,
                    others,
                })?;
            }
            Ok::<_, Error>(user)
        })
        .await
        .unwrap();
    let ids = |part: Inbox, paging: Paging| {
        let page = store
            .read(|snapshot| snapshot.inbox(user, part, paging))
            .unwrap();
        page.into_iter()
            .map(|(_, activity)| activity.id)
            .collect::<Vec<_>>()
            .join(" ")
    };
    let position = |id: &str| {
        let found = store
            .read(|snapshot| snapshot.inbox_position(user, ALL, id))
            .unwrap();
        found.unwrap()
    };
    assert_eq!(ids(ALL, paging(3, Position::Offset(1))), "a8 a7 a6");
    assert_eq!(
        ids(ALL, paging(3, Position::Before(position("a4")))),
        "a3 a2 a1"
    );
    assert_eq!(
        ids(ALL, paging(3, Position::Since(position("a4")))),
        "a7 a6 a5"
    );
    let major = Inbox {
        major: Some(true),
        direct: false,
    };
    assert_eq!(
        ids(major, paging(20, Position::Offset(0))),
        "a8 a6 a4 a2 a0"
    );
    let direct_minor = Inbox {
        major: Some(false),
        direct: true,
    };
    assert_eq!(ids(direct_minor, paging(20, Position::Offset(0))), "a1");
    let feeds = store.read(|snapshot| {
        let user = snapshot.user_by_key(user)?.unwrap();
        snapshot.feed_tallies(&user)
    });
    let feeds = feeds.unwrap();
    assert_eq!(
        (
            feeds.inbox,
            feeds.inbox_major,
            feeds.inbox_direct,
            feeds.inbox_direct_major
        ),
        (10, 5, 3, 2)
    );
    assert_eq!((feeds.outbox, feeds.outbox_major), (10, 5));
}

#[tokio::test]
async fn edges_are_counted_once_at_both_ends() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(directory.path());
    let (alice, bob) = store
        .write(|tx| {
            let (alice, _) = person(tx, "alice")?;
            let (bob, _) = person(tx, "bob")?;
            assert!(tx.add_edge(Edge::Follow, alice, bob)?);
            assert!(!tx.add_edge(Edge::Follow, alice, bob)?);
            Ok::<_, Error>((alice, bob))
        })
        .await
        .unwrap();
    store
        .read(|snapshot| {
            let first = paging(20, Position::Offset(0));
            let followers = snapshot.neighbours(Edge::Follow, End::Sources, bob, first)?;
            assert_eq!(followers.len(), 1);
            assert_eq!(followers[0].1.key, alice);
            assert_eq!(snapshot.object(bob)?.unwrap().tallies.followers, 1);
            assert_eq!(snapshot.object(alice)?.unwrap().tallies.following, 1);
            Ok::<_, Error>(())
        })
        .unwrap();
}

#[tokio::test]
async fn a_failed_write_takes_nothing_of_its_neighbours_with_it() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(directory.path());
    // Sent at once, so that they share commits.
    let mut running = tokio::task::JoinSet::new();
    for number in 0..200 {
        let store = store.clone();
        running.spawn(async move {
            let written: Result<(), Error> =
                store.write(move |tx| fail_sometimes(tx, number)).await;
            (number, written.is_ok())
        });
    }
    while let Some(done) = running.join_next().await {
        let (number, ok) = done.unwrap();
        let kept = store
            .read(|snapshot| snapshot.setting(&format!("n{number}")))
            .unwrap();
        assert_eq!(kept.is_some(), ok, "write {number}");
    }
    assert!(store.read(|snapshot| snapshot.user("x")).unwrap().is_none());
}

#[tokio::test]
async fn a_nonce_is_used_once_even_after_a_restart() {
    let directory = tempfile::tempdir().unwrap();
    let nonce = Nonce {
        timestamp: 1_000,
        client: "c",
        token: "t",
        nonce: "n",
    };
    let store = open(directory.path());
    assert!(store.use_nonce(&nonce).unwrap());
    assert!(!store.use_nonce(&nonce).unwrap());
    drop(store);
    let store = reopen(directory.path()).await;
    assert!(!store.use_nonce(&nonce).unwrap());
    store.purge(10_000_000_000).await.unwrap();
    assert!(store.use_nonce(&nonce).unwrap());
}

fn fail_sometimes(tx: &Transaction<'_>, number: u32) -> Result<(), Error> {
    tx.set_setting(&format!("n{number}"), "kept")?;
    match number % 6 {
        0 => {
            person(tx, "x")?;
            person(tx, "x").map(drop)
        }
        1 => panic!("a bug in a closure"),
        _ => Ok(()),
    }
}

/// The writing threads let go of the files a moment after the store is dropped.
async fn reopen(directory: &Path) -> Store {
    tokio::task::yield_now().await;
    open(directory)
}

#[tokio::test]
async fn two_servers_cannot_share_a_directory() {
    let directory = tempfile::tempdir().unwrap();
    let _first = open(directory.path());
    let second = Store::open(directory.path()).err().unwrap();
    assert_eq!(second.kind(), ErrorKind::InUse);
}

#[cfg(unix)]
#[tokio::test]
async fn the_data_directory_is_private() {
    use std::os::unix::fs::PermissionsExt;
    let parent = tempfile::tempdir().unwrap();
    let directory = parent.path().join("data");
    let _store = open(&directory);
    let mode = std::fs::metadata(&directory).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
}

#[tokio::test]
async fn arrivals_are_told_before_the_write_is_acknowledged_and_only_if_it_is_kept() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(directory.path());
    let mut arrivals = store.arrivals();
    let (actor, user) = store.write(|tx| person(tx, "alice")).await.unwrap();
    let refused: Result<(), Error> = store
        .write(move |tx| {
            activity(tx, actor, "undone", true)?;
            activity(tx, actor, "undone", true).map(drop)
        })
        .await;
    assert_eq!(refused.unwrap_err().kind(), ErrorKind::Conflict);
    let deliver = move |tx: &Transaction<'_>, key| {
        tx.deliver(&Delivery {
            activity: key,
            major: true,
            direct: &[],
            others: &[user],
        })
    };
    let key = store
        .write(move |tx| {
            let key = activity(tx, actor, "a", true)?;
            deliver(tx, key)?;
            Ok::<_, Error>(key)
        })
        .await
        .unwrap();
    let expected = Arrival {
        activity: key,
        outbox: Some(actor),
        inboxes: vec![user],
        groups: Vec::new(),
    };
    assert_eq!(*arrivals.try_recv().unwrap(), expected);
    let repeat = move |tx: &Transaction<'_>| {
        deliver(tx, key)?;
        // Any object can stand for a group here.
        tx.deliver_to_group(actor, key)?;
        tx.deliver_to_group(actor, key)
    };
    store.write(repeat).await.unwrap();
    // A delivery that is repeated reaches nobody.
    let to_group = arrivals.try_recv().unwrap();
    assert_eq!(
        (to_group.inboxes.len(), &to_group.groups),
        (0, &vec![actor])
    );
    assert!(arrivals.try_recv().is_err());
}

#[tokio::test]
async fn a_job_waits_for_its_time_and_until_it_is_finished() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(directory.path());
    let key = store
        .write(|tx| {
            tx.add_job("later", "{}", 20)?;
            tx.add_job("now", "{}", 10)
        })
        .await
        .unwrap();
    store.job_added().await;
    let due = |now| {
        let due = store.read(|snapshot| snapshot.due_jobs(now, 9)).unwrap();
        due.into_iter().map(|job| job.kind).collect::<Vec<_>>()
    };
    assert_eq!(due(9), [""; 0]);
    assert_eq!(due(10), ["now"]);
    assert_eq!(due(20), ["now", "later"]);
    store
        .write(move |tx| tx.postpone_job(key, 30, "no luck"))
        .await
        .unwrap();
    assert_eq!(due(20), ["later"]);
    let job = |store: &Store| {
        let job = store.read(|snapshot| snapshot.job(key)).unwrap();
        job.map(|job| (job.payload, job.attempts))
    };
    assert_eq!(job(&store), Some(("{}".to_owned(), 1)));
    store
        .write(move |tx| tx.advance_job(key, "[1]"))
        .await
        .unwrap();
    assert_eq!(job(&store), Some(("[1]".to_owned(), 0)));
    store.write(move |tx| tx.finish_job(key)).await.unwrap();
    assert_eq!(job(&store), None);
    assert!(
        store
            .read(|snapshot| snapshot.has_jobs_later_than(10))
            .unwrap()
    );
    assert!(
        !store
            .read(|snapshot| snapshot.has_jobs_later_than(20))
            .unwrap()
    );
}
