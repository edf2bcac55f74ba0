"""PyPump 0.7 and what is done with things written: liking, sharing, deleting and uploading."""

import os
import struct
import tempfile
import zlib

import requests

from accounts import webfinger
from present_core import fresh
from present_people import people, refused
from steps import ok


def public_note(session, content):
    """A note of alice for everyone, as alice has it and as bob finds it in her outbox."""
    alice, bob = session.pump("alice"), session.pump("bob")
    written = alice.Note(content)
    written.to = alice.Public
    written.send()
    found = next(bob.Person(webfinger("alice")).outbox.major.items(limit=1)).obj
    assert found.id == written.id
    return written, found


def like(session):
    bob = session.pump("bob")
    _written, found = public_note(session, "Like me")
    for do, undo in ((found.like, found.unlike), (found.favorite, found.unfavorite)):
        do()
        assert found.liked is True and people(found.likes) == {webfinger("bob")}
        assert [favourite.id for favourite in fresh(bob).favorites.items(limit=20)] == [found.id]
        ok(f"{do.__name__}: bob is among the likers, and the note among his favourites")
        ok(f"{do.__name__} again is refused: {refused(do)}")
        undo()
        assert found.liked is False and people(found.likes) == set()
        assert list(fresh(bob).favorites.items(limit=20)) == []
        ok(f"{undo.__name__}: neither any more")

    found.comment("Nice")
    answer = next(iter(found.comments))
    answer.like()
    assert answer.liked is True
    answer.unlike()
    ok("liked and unliked a comment")


def share(session):
    alice, bob = session.pump("alice"), session.pump("bob")
    alice.Person(webfinger("bob")).follow()
    written, found = public_note(session, "Share me")
    found.share()
    assert people(found.shares) == {webfinger("bob")}
    newest = next(fresh(alice).inbox.major.items(limit=1))
    assert (newest.verb, newest.actor.webfinger, newest.obj.id) == ("share", webfinger("bob"), written.id)
    ok("bob shared a note; his follower has it in her major inbox")

    found.unshare()
    assert people(found.shares) == set()
    alice.Person(webfinger("bob")).unfollow()
    ok("and took it back")


def delete(session):
    alice = session.pump("alice")
    written, found = public_note(session, "Delete me")
    remark = alice.Comment("Delete me too", in_reply_to=written)
    remark.send()
    remark.delete()
    assert remark.deleted and list(written.comments) == []
    ok("deleted a comment: the note shows it no more")

    ok(f"bob may not delete what alice wrote: {refused(found.delete)}")
    written.delete()
    assert written.deleted.tzinfo and written.content is None
    said = refused(alice.request, found.links["self"])
    assert "410" in said, said
    ok(f"alice deleted it; it is gone: {said}")


def upload(session):
    alice = session.pump("alice")
    picture = png(640, 480)
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "grey.png")
        with open(path, "wb") as file:
            file.write(picture)
        image = alice.Image(display_name="Grey", content="A grey <b>field</b>")
        image.to = alice.Public
        image.from_file(path)
        untitled = alice.Image().from_file(path)
    assert (image.display_name, image.content) == ("Grey", "A grey <b>field</b>")
    assert (image.thumbnail.width, image.thumbnail.height) == (320, 240)
    assert (image.original.width, image.original.height) == (640, 480)
    assert untitled.object_type == "image" and untitled.display_name is None
    ok(f"uploaded {image.url}: thumbnail {image.thumbnail}, original {image.original}")

    for pump in (alice, session.pump("bob")):
        file = requests.get(image.original.url, auth=pump.setup_oauth_client(image.original.url))
        assert file.status_code == 200 and file.headers["Content-Type"] == "image/png"
        assert file.content == picture
    ok("the file comes back byte for byte, to its author and to others")

    newest = [activity.obj for activity in fresh(alice).outbox.major.items(limit=2)]
    assert [found.id for found in newest] == [untitled.id, image.id]
    assert newest[1].thumbnail.url == image.thumbnail.url
    ok("both stand in the outbox")


def png(width, height):
    """A grey picture of this size."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = b"".join(b"\0" + b"\x80" * width for _ in range(height))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
