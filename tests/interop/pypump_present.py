"""The session of today: PyPump 0.7 registers, authorises, posts, comments, reads back and reconnects.

Each group is one function; `pypump_present.py GROUP…` runs those named, in this order, after the log-in
that all of them need. Without names it runs all.
"""

import sys

import resolver

resolver.install()

import pypump_patches  # noqa: E402  (imports connect only where the resolver lets them)
import present_core  # noqa: E402
import present_people  # noqa: E402
import present_writing  # noqa: E402
from steps import heading  # noqa: E402

LOG_IN = [present_core.account, present_core.authorise]
GROUPS = LOG_IN + [
    present_core.note,
    present_core.comment,
    present_core.read,
    present_core.reconnect,
    present_people.follow,
    present_writing.like,
    present_writing.share,
    present_people.recipients,
    present_people.lists,
    present_people.profile,
    present_writing.delete,
    present_writing.upload,
]


def chosen(names):
    known = {group.__name__: group for group in GROUPS}
    if unknown := set(names) - set(known):
        sys.exit(f"unknown groups: {' '.join(unknown)}; there are: {' '.join(known)}")
    return [group for group in GROUPS if group in LOG_IN or group.__name__ in names] if names else GROUPS


def main():
    pypump_patches.apply()
    session = present_core.Session()
    for group in chosen(sys.argv[1:]):
        heading(f"PyPump 0.7: {group.__name__}")
        group(session)


if __name__ == "__main__":
    main()
