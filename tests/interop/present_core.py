"""The core of the PyPump 0.7 session: from no account to a note, commented on and read back."""

import operator
import os
import stat
from urllib.parse import parse_qsl, urlsplit

from pypump import Client, JSONStore, PyPump, WebPump

import accounts
from accounts import BASE, PASSWORD, webfinger
from forms import Browser
from steps import ok

CALLBACK = "http://127.0.0.1:1/cb"


class Session:
    """The connections of this run: alice, bob and carol, each logged in when first asked for."""

    def __init__(self):
        self._pumps = {}

    def pump(self, nickname):
        if nickname not in self._pumps:
            self._pumps[nickname] = connect(nickname, lambda url: Browser().authorise(url, nickname, PASSWORD))
        return self._pumps[nickname]


def connect(nickname, verifier_callback):
    """Connects as a program does; the credentials are kept in PyPump's own file on disk."""
    client = Client(webfinger=webfinger(nickname), type="native", name="Interop")
    return PyPump(client=client, verifier_callback=verifier_callback, verify_requests=False)


def no_questions(url):
    raise AssertionError(f"asked to authorise again at {url}")


def account(_session):
    client = accounts.signed_by(accounts.register_client("Account maker"))
    for nickname in ("alice", "bob", "carol"):
        user = accounts.create_account(client, nickname)
        ok(f"{user['profile']['id']} has an account")

    for nickname, password, status in (("alice", PASSWORD, 409), ("no spaces", PASSWORD, 400), ("dave", "short", 400)):
        answer = accounts.post_user(client, nickname, password)
        assert answer.status_code == status and answer.json()["error"], answer.text
        ok(f"no account for {nickname!r} with {password!r}: {status} {answer.json()['error']}")


def authorise(session):
    alice = session.pump("alice")
    assert alice.client.key and alice.client.secret and alice.client.expirey == 0
    assert alice.me.isme and alice.me.id == "acct:alice@pump.test", alice.me.id
    assert alice.me.url == f"{BASE}/alice" and alice.me.display_name == "alice"
    ok("alice registered a client, agreed in the browser, pasted the verifier, and is herself")

    mode = stat.S_IMODE(os.stat(JSONStore.get_filename()).st_mode)
    kept = JSONStore.load(webfinger("alice"), None)
    assert mode == 0o600, oct(mode)
    assert kept["client-key"] == alice.client.key and kept["oauth-access-token"]
    ok("her credentials are on disk")
    web_log_in()


def web_log_in():
    """The flow of a web application: redirect out, come back with the verifier in the address."""

    def pump():
        client = Client(webfinger=webfinger("carol"), type="web", name="Interop web", redirect=[CALLBACK])
        return WebPump(client=client, callback=CALLBACK, verify_requests=False)

    landed = Browser().authorise(pump().url, "carol", PASSWORD)
    assert landed.startswith(f"{CALLBACK}?"), landed
    answer = dict(parse_qsl(urlsplit(landed).query))
    returned = pump()
    assert not returned.logged_in
    assert answer["oauth_token"] == returned.store["oauth-request-token"], landed
    returned.verifier(answer["oauth_verifier"])
    assert returned.logged_in
    ok("carol logged in through a web application, which asked /api/whoami")


def note(session):
    alice = session.pump("alice")
    sent = alice.Note("Hello <b>world</b>", display_name="Greeting")
    sent.to = alice.Public
    sent.send()
    assert sent.id.startswith(f"{BASE}/api/note/") and sent.links["self"] == sent.id, sent.id
    assert sent.url.startswith(f"{BASE}/alice/note/"), sent.url
    assert (sent.content, sent.display_name, sent.liked) == ("Hello <b>world</b>", "Greeting", False)
    assert sent.published.tzinfo and sent.updated.tzinfo and sent.deleted is None
    assert sent.author.webfinger == webfinger("alice") and str(sent) == "note by alice@pump.test"
    for feed in ("likes", "replies", "shares"):
        assert sent.links[feed] == f"{sent.id}/{feed}", sent.links
    ok(f"posted {sent.url}")

    plain = alice.Note("Nothing but content")
    plain.send()
    assert plain.id != sent.id and plain.display_name is None
    assert [address.id for address in plain.cc] == [f"{BASE}/api/user/alice/followers"]
    ok("posted a note without title or addressees: it went to the followers")

    odd = alice.Note("Ünïcödé ☃ 𝄞 & <script>alert(1)</script>done")
    odd.send()
    assert odd.content.startswith("Ünïcödé ☃ 𝄞") and "<script" not in odd.content, odd.content
    ok(f"posted a note that had to be scrubbed: {odd.content}")


def comment(session):
    alice = session.pump("alice")
    parent = alice.Note("What do you think?")
    parent.send()
    parent.comment("First thought")
    second = alice.Comment("Second thought", in_reply_to=parent)
    second.send()
    assert second.id.startswith(f"{BASE}/api/comment/") and second.in_reply_to.id == parent.id
    ok(f"commented twice on {parent.id}")

    assert [found.content for found in parent.comments] == ["Second thought", "First thought"]
    ok("read the comments of the note, newest first")

    second.comment("A thought about a thought")
    replies = list(second.comments)
    assert [(reply.content, reply.author.webfinger) for reply in replies] == [
        ("A thought about a thought", webfinger("alice"))
    ]
    ok("commented on a comment")


def read(session):
    alice = session.pump("alice")
    written = alice.Note("To be read back")
    written.to = alice.me
    written.send()
    written.comment("And this too")

    for feed in ("outbox", "outbox.major", "inbox", "inbox.major", "inbox.direct", "inbox.direct.major"):
        check_post(alice, feed, "To be read back", times=1)
    for feed in ("outbox.minor", "inbox.minor", "inbox.direct.minor"):
        check_post(alice, feed, "To be read back", times=0)
    for feed in ("outbox", "outbox.minor", "inbox", "inbox.minor"):
        check_post(alice, feed, "And this too", times=1)
    for feed in ("outbox.major", "inbox.major", "inbox.direct.major"):
        check_post(alice, feed, "And this too", times=0)
    pages(alice)


def fresh(pump):
    """The person anew: PyPump keeps what it has once read of a feed for as long as the object lives."""
    return pump.Person(pump.client.webfinger)


def check_post(pump, feed, content, times):
    newest = operator.attrgetter(feed)(fresh(pump)).items(limit=20)
    found = [activity for activity in newest if activity.verb == "post" and activity.obj.content == content]
    assert len(found) == times, f"{content!r} stands {len(found)} times in {feed}"
    for activity in found:
        assert activity.actor.webfinger == activity.obj.author.webfinger == pump.client.webfinger
        assert activity.generator.display_name == "Interop"
        assert f"{pump.client.nickname} posted a " in str(activity), str(activity)
    ok(f"{content!r} is {'in' if times else 'not in'} {feed}")


def pages(alice):
    """More than two pages of twenty, walked forwards, backwards and by slices."""
    sent = []
    for number in range(45):
        sent.append(alice.Note(f"Page filler {number}"))
        sent[-1].send()
    newest_first = [written.id for written in reversed(sent)]

    def outbox():
        return fresh(alice).outbox.major

    everything = list(outbox())
    ids = [activity.id for activity in everything]
    assert [activity.obj.id for activity in everything][:45] == newest_first
    assert len(ids) == len(set(ids)) == len(outbox())
    ok(f"walked all {len(ids)} activities of the major outbox: each once, newest first")

    assert [activity.id for activity in outbox().items(limit=30)] == ids[:30]
    assert [activity.id for activity in outbox().items(before=ids[4], limit=25)] == ids[5:30]
    assert [activity.id for activity in outbox().items(since=ids[25], limit=25)] == ids[24::-1]
    assert [activity.id for activity in outbox()[5:15]] == ids[5:15]
    assert outbox()[0].id == ids[0]
    ok("read parts of it: by limit, before, since and slice")


def reconnect(session):
    before = session.pump("alice")
    again = connect("alice", no_questions)
    assert again.client.key == before.client.key and again.me.isme
    again.Note("I am back").send()
    assert next(fresh(again).outbox.items(limit=1)).obj.content == "I am back"
    ok("alice connected again with what was kept on disk, asked nobody, and posted")
