"""PyPump 0.7 among people: following, addressing, lists and the profile."""

from pypump.exceptions import PyPumpException

from accounts import BASE, webfinger
from present_core import fresh
from steps import ok


def people(feed):
    return {person.webfinger for person in feed}


def contents(feed):
    """The contents of the objects on the first page of a feed of activities."""
    return [activity.obj.content for activity in feed.items(limit=20)]


def refused(action, *arguments):
    """The action raises the library's exception for a refusal; gives what the server said."""
    try:
        action(*arguments)
    except PyPumpException as refusal:
        return str(refusal)
    raise AssertionError(f"{action} was not refused")


def follow(session):
    alice, bob = session.pump("alice"), session.pump("bob")
    person = alice.Person(webfinger("bob"))
    assert (person.username, person.display_name, person.isme) == ("bob", "bob", False)
    assert person.url == f"{BASE}/bob" and person.object_type == "person"
    ok(f"looked up {person!r}")

    person.follow()
    assert people(fresh(alice).following) == {webfinger("bob")}
    assert people(fresh(bob).followers) == {webfinger("alice")}
    newest = next(fresh(bob).inbox.direct.items(limit=1))
    assert (newest.verb, newest.actor.webfinger, newest.obj.id) == ("follow", webfinger("alice"), "acct:bob@pump.test")
    ok("alice follows bob; both sides show it, and bob was told directly")
    ok(f"following twice is refused: {refused(alice.Person(webfinger('bob')).follow)}")

    bob.Note("To my followers").send()
    assert contents(fresh(alice).inbox.major)[0] == "To my followers"
    ok("a note of bob arrives in the inbox of alice")

    alice.Person(webfinger("bob")).unfollow()
    assert people(fresh(alice).following) == people(fresh(bob).followers) == set()
    bob.Note("To nobody any more").send()
    assert "To nobody any more" not in contents(fresh(alice).inbox.major)
    ok("alice stopped following: both sides show it, and the next note does not arrive")


def recipients(session):
    alice, bob, carol = (session.pump(nickname) for nickname in ("alice", "bob", "carol"))
    carol.Person(webfinger("alice")).follow()
    try:
        addressed_to_collections(alice, bob, carol)
        addressed_to_people(alice, bob, carol)
        addressed_in_secret(alice, bob, carol)
    finally:
        carol.Person(webfinger("alice")).unfollow()


def addressed_to_collections(alice, bob, carol):
    public = alice.Note("To everyone")
    public.to = alice.Public
    public.send()
    followers = alice.Note("To followers only")
    followers.cc = fresh(alice).followers
    followers.send()
    assert contents(fresh(carol).inbox.major)[:2] == ["To followers only", "To everyone"]
    assert "To followers only" not in contents(fresh(bob).inbox.major)
    seen_by_bob = contents(bob.Person(webfinger("alice")).outbox.major)
    assert "To everyone" in seen_by_bob and "To followers only" not in seen_by_bob
    ok("public and followers: carol, who follows, has both; bob can read only the public one")


def addressed_to_people(alice, bob, carol):
    private = alice.Note("To bob, copy to carol")
    private.to = alice.Person(webfinger("bob"))
    private.cc = [alice.Person(webfinger("carol"))]
    private.send()
    assert [address.id for address in private.to] == ["acct:bob@pump.test"]
    assert contents(fresh(bob).inbox.direct)[0] == private.content
    assert contents(fresh(carol).inbox)[0] == private.content
    assert private.content not in contents(fresh(carol).inbox.direct)
    ok("to and cc: bob has it directly, carol not directly")


def addressed_in_secret(alice, bob, carol):
    secret = alice.Note("To bob, blind copies")
    secret.to = alice.Person(webfinger("bob"))
    secret.bcc = [alice.Person(webfinger("carol"))]
    secret.send()
    assert [address.id for address in secret.bcc] == ["acct:carol@pump.test"]

    for pump in (bob, carol):
        page = pump.request(f"/api/user/{pump.client.nickname}/inbox/major")
        activity = next(item for item in page["items"] if item["object"]["id"] == secret.id)
        alone = pump.request(activity["links"]["self"]["href"])
        for seen in (activity, activity["object"], alone, alone["object"]):
            assert not {"bto", "bcc"} & set(seen), f"{pump.client.nickname} sees {set(seen)}"
    own = next(fresh(alice).outbox.major.items(limit=1))
    assert [address.id for address in own.obj.bcc] == ["acct:carol@pump.test"]
    ok("bcc: delivered, seen by alice who wrote it, and by nobody else")

    hidden = alice.Note("To carol, blind")
    hidden.bto = alice.Person(webfinger("carol"))
    hidden.send()
    assert contents(fresh(carol).inbox.direct)[0] == hidden.content
    activity = next(fresh(alice).outbox.major.items(limit=1))
    assert activity.obj.id == hidden.id
    for unreadable in (activity.links["self"], hidden.links["self"], hidden.links["replies"]):
        said = refused(bob.request, unreadable)
        assert "403" in said, said
    ok(f"bto: carol has it directly; bob can read neither the activity nor the note nor its comments: {said}")


def lists(session):
    alice, bob, carol = (session.pump(nickname) for nickname in ("alice", "bob", "carol"))
    names = {found.display_name for found in fresh(alice).lists}
    assert {"Friends", "Family", "Acquaintances", "Coworkers"} <= names, names
    ok(f"a new person has the lists {', '.join(sorted(names))}")

    bowlers = fresh(alice).lists.create("Bowlers", content="People who bowl")
    readers = fresh(alice).lists.create("Readers")
    assert (bowlers.display_name, bowlers.content, readers.display_name) == ("Bowlers", "People who bowl", "Readers")
    ok("created two lists, one without a description")

    bowlers.add(alice.Person(webfinger("bob")))
    bowlers.add(alice.Person(webfinger("carol")))
    assert people(bowlers.members) == {webfinger("bob"), webfinger("carol")}
    bowlers.remove(alice.Person(webfinger("carol")))
    assert people(bowlers.members) == {webfinger("bob")}
    ok("added two members and removed one")

    invitation = alice.Note("Bowling tonight")
    invitation.to = bowlers
    invitation.send()
    assert contents(fresh(bob).inbox.major)[0] == "Bowling tonight"
    assert "Bowling tonight" not in contents(fresh(carol).inbox.major)
    ok("a note to the list reaches its member only")

    bowlers.delete()
    readers.delete()
    assert {found.display_name for found in fresh(alice).lists} == names
    ok("deleted both lists")


def profile(session):
    alice, bob = session.pump("alice"), session.pump("bob")
    me = fresh(alice)
    me.display_name = "Alice of Pump"
    me.summary = "I <i>write</i> notes"
    me.location = alice.Place("Somewhere", longitude=73.5, latitude=45.25)
    me.update()
    assert (me.display_name, me.summary) == ("Alice of Pump", "I <i>write</i> notes")

    seen = bob.Person(webfinger("alice"))
    assert (seen.display_name, seen.summary) == ("Alice of Pump", "I <i>write</i> notes")
    assert seen.location.display_name == "Somewhere"
    assert (seen.location.longitude, seen.location.latitude) == (73.5, 45.25)
    assert seen.id == "acct:alice@pump.test" and seen.username == "alice"
    ok("alice changed her name, summary and place, and bob sees it")

    me.display_name = "alice"
    me.update()
    ok("and back")
