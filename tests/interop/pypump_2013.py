"""The session of the 2013 manual, with the library of that year: connect, keep four strings, connect again."""

import pypump03_patches
import resolver

resolver.install()
pypump03_patches.apply()

from pypump import PyPump  # noqa: E402  (the library does not import without its patches)

import accounts  # noqa: E402
from accounts import PASSWORD, webfinger  # noqa: E402
from forms import Browser  # noqa: E402
from steps import heading, ok  # noqa: E402

NICKNAME = "evan"


def agree(url):
    """The person at the browser. The library always shows https, and this server is reached over http only."""
    return Browser().authorise(url.replace("https://", "http://", 1), NICKNAME, PASSWORD)


class Pump(PyPump):
    """A program of that time overrides get_access to ask its person for the verifier in its own way."""

    def get_access(self, url):
        return agree(url)


class NoQuestions(PyPump):
    def get_access(self, url):
        raise AssertionError(f"asked to authorise again at {url}")


def connect_for_the_first_time():
    pump = Pump(webfinger(NICKNAME), client_name="Test.io")
    key, secret, expiry = pump.get_registration()
    token, token_secret = pump.get_token()
    assert key and secret and expiry == 0
    assert token and token_secret
    ok("connected for the first time: got client key, secret, expiry (never), token and token secret")
    return {"key": key, "secret": secret, "token": token, "token_secret": token_secret}


def connect_with_a_callback():
    asked = []
    pump = PyPump(webfinger(NICKNAME), client_name="Callback.io", verifier_callback=asked.append)
    request_token, _secret = pump.get_token()
    assert len(asked) == 1 and request_token.decode() in asked[0], asked
    pump.verifier(agree(asked[0]))
    token, _secret = pump.get_token()
    assert token != request_token
    assert pump.Person(NICKNAME).webfinger == webfinger(NICKNAME)
    ok("connected in the callback style: verifier() given after the constructor has returned")


def connect_again(server, credentials):
    pump = NoQuestions(server, client_name="Test.io", **credentials)
    if "@" not in server:
        pump.set_nickname(NICKNAME)
    me = pump.Person(NICKNAME)
    assert me.id == f"acct:{webfinger(NICKNAME)}" and me.me, me.id
    ok(f"connected again as {me.webfinger} through {server!r} with the four strings alone")
    return pump


def post_and_read(pump, content):
    note = pump.Note(content)
    assert note.send()
    assert note.id and note.published.tzinfo and note.content == content
    ok(f"posted the note {note.id}")

    me = pump.Person(NICKNAME)
    for name, feed in (("outbox", me.outbox), ("major outbox", me.outbox.major), ("inbox", me.inbox)):
        newest = feed[0]
        assert (newest.verb, newest.obj.id, newest.obj.content) == ("post", note.id, content), newest
        assert newest.actor.webfinger == webfinger(NICKNAME)
        ok(f"read it back as the newest of the {name}: {newest!r}")

    seen = [activity.id for activity in me.outbox]
    assert len(seen) == len(set(seen)), "an activity came twice"
    ok(f"walked the outbox to its end: {len(seen)} activities, none twice")
    return note


def comment(pump, note):
    note.comment(pump.Comment("A comment of 2013"))
    assert [found.content for found in note.comments] == ["A comment of 2013"]
    ok("commented on it and read the comment back")


def main():
    heading("PyPump 0.3, the session of 2013")
    client = accounts.signed_by(accounts.register_client("Account maker"))
    accounts.create_account(client, NICKNAME)
    credentials = connect_for_the_first_time()
    connect_with_a_callback()
    post_and_read(connect_again("pump.test", credentials), "Hello from 2013")
    pump = connect_again(webfinger(NICKNAME), credentials)
    note = post_and_read(pump, "Hello again from 2013")
    comment(pump, note)


if __name__ == "__main__":
    main()
