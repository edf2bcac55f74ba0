"""oauthlib as a peer, with random requests: what it signs is verified here, what is signed here it verifies.

PUMPHOUSE_OAUTH1_PEER names the program that answers for this side (crates/oauth1/examples/peer.rs).
OAUTHLIB_SEED repeats a run, OAUTHLIB_REQUESTS says how many requests each direction must get right.
"""

import base64
import json
import os
import secrets
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from random import Random
from urllib.parse import quote, unquote

import oauthlib
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from oauthlib.oauth1 import (
    SIGNATURE_TYPE_AUTH_HEADER,
    SIGNATURE_TYPE_BODY,
    SIGNATURE_TYPE_QUERY,
    Client,
    RequestValidator,
    SignatureOnlyEndpoint,
)

from oauthlib_requests import FORM, PLACEMENTS, SIGNATURE_METHODS, Generator, Plan, tampered
from steps import heading, ok

SIGNATURE_TYPES = {
    "header": SIGNATURE_TYPE_AUTH_HEADER,
    "query": SIGNATURE_TYPE_QUERY,
    "body": SIGNATURE_TYPE_BODY,
}


@dataclass(frozen=True)
class Defect:
    """Something that oauthlib does wrong: requests that the condition fits it refuses, or understands differently."""

    name: str
    reason: str
    when_signing: Callable[[Plan], bool] = lambda plan: False
    when_verifying: Callable[[Plan], bool] = lambda plan: False


def forms(plan):
    return plan.request.query + "&" + plan.request.form


def is_computed(plan):
    return plan.signature_method != "PLAINTEXT"


def is_in_form(plan):
    return plan.placement != "header"


def read_to_verify(plan):
    # Of a form that it cannot read it knows nothing, which does not matter to PLAINTEXT.
    needs_form = is_computed(plan) or plan.placement == "body"
    return forms(plan) if needs_form else plan.request.query


def has_raw_characters(form):
    return any(character in form for character in "[é")


def changes_when_decoded(*values):
    return any(unquote(value) != value for value in values if value)


def is_decoded_twice(plan):
    values = (plan.credentials.token, plan.callback, plan.verifier)
    # PLAINTEXT signs none of these, but its signature is the secrets, percent-encoded.
    shared = (quote(plan.credentials.consumer_secret, safe="~"), quote(plan.credentials.token_secret, safe="~"))
    signed = values if is_computed(plan) else shared
    return is_in_form(plan) and changes_when_decoded(plan.credentials.consumer_key, *signed)


def names(form):
    return [piece.partition("=")[0] for piece in form.split("&")]


def loses_invalid_utf8(plan):
    # What it puts parameters into, it writes anew as it has understood it.
    query = plan.request.query if plan.placement != "query" else ""
    form = plan.request.form if plan.placement != "body" else ""
    return "%FF" in query + form


# The only requests on which the two sides disagree, and must. Numbers are the sections of RFC 5849 that decide.
DEFECTS = (
    Defect(
        "raw-characters",
        "brackets or non-ASCII characters in a query or form raise ValueError, or lose the form (3.4.1.3.1)",
        when_signing=lambda plan: has_raw_characters(forms(plan)),
        when_verifying=lambda plan: has_raw_characters(read_to_verify(plan)),
    ),
    Defect(
        "malformed-escape",
        "a percent sign without hexadecimal digits raises ValueError, or loses the form (3.4.1.3.1)",
        when_signing=lambda plan: "%zz" in forms(plan),
        when_verifying=lambda plan: "%zz" in read_to_verify(plan),
    ),
    Defect(
        "invalid-utf8",
        "bytes that are not UTF-8 become U+FFFD, and are signed as that (3.6)",
        when_signing=lambda plan: is_computed(plan) and loses_invalid_utf8(plan),
        when_verifying=lambda plan: is_computed(plan) and "%FF" in forms(plan),
    ),
    Defect(
        "double-decoding",
        "protocol parameters in a query or form are percent-decoded twice (3.4.1.3.1)",
        when_signing=lambda plan: is_computed(plan) and is_decoded_twice(plan),
        when_verifying=is_decoded_twice,
    ),
    Defect(
        "realm-unescaped",
        "a quotation mark in the realm is not escaped, and breaks the header (3.5.1)",
        when_signing=lambda plan: plan.placement == "header" and '"' in (plan.realm or ""),
    ),
    Defect(
        "realm-parameter",
        "a parameter named realm is dropped from the query when the header has a realm (3.4.1.3.1)",
        when_verifying=lambda plan: (
            is_computed(plan)
            and plan.placement == "header"
            and plan.realm is not None
            and "realm" in names(forms(plan))
        ),
    ),
    Defect(
        "content-type-parameters",
        "a form whose Content-Type has a charset raises ValueError (3.4.1.3.1)",
        when_signing=lambda plan: plan.request.header("Content-Type").startswith(f"{FORM};"),
    ),
    Defect(
        "get-with-form",
        "a form in a GET or HEAD request raises ValueError (3.4.1.3.1)",
        when_signing=lambda plan: plan.request.method in ("GET", "HEAD") and plan.request.is_form,
    ),
    Defect(
        "form-like-body",
        "text that happens to read like a form raises ValueError whatever its Content-Type (3.4.1.3.1)",
        when_signing=lambda plan: plan.request.body in (b"hello", b"true"),
    ),
    Defect(
        "binary-body",
        "a body that is not UTF-8 raises UnicodeDecodeError",
        when_signing=lambda plan: plan.request.body.startswith(b"\x89PNG"),
    ),
    Defect(
        "other-authorization",
        "an Authorization header of another scheme raises ValueError when the parameters stand elsewhere (3.5)",
        when_signing=lambda plan: is_computed(plan) and is_in_form(plan) and bool(plan.request.header("Authorization")),
        when_verifying=lambda plan: is_in_form(plan) and bool(plan.request.header("Authorization")),
    ),
    Defect(
        "ipv6-rewritten",
        "IPv6 hosts are signed in their shortest form instead of as sent (3.4.1.2)",
        when_signing=lambda plan: is_computed(plan) and ":0:0:" in plan.request.url,
        when_verifying=lambda plan: is_computed(plan) and ":0:0:" in plan.request.url,
    ),
    Defect(
        "empty-path-parameter",
        "a semicolon at the end of the path is dropped (3.4.1.2)",
        # The URL that it writes anew lacks the semicolon, too.
        when_signing=lambda plan: is_computed(plan) and plan.placement != "query" and plan.request.path.endswith(";"),
        when_verifying=lambda plan: is_computed(plan) and plan.request.path.endswith(";"),
    ),
    Defect(
        "plaintext-nonce",
        "PLAINTEXT without nonce and timestamp, which may be left out there, is refused (3.1)",
        when_verifying=lambda plan: not is_computed(plan) and plan.without_nonce,
    ),
)


class Keys:
    """An RSA key pair for this run."""

    def __init__(self):
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        self.public = public.decode()


class Pumphouse:
    """This side: answers one line of JSON with another."""

    def __init__(self, program, keys):
        self.keys = keys
        self.process = subprocess.Popen(
            [program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )

    def close(self):
        self.process.stdin.close()
        assert self.process.wait(timeout=10) == 0, "the peer program failed"

    def sign(self, plan):
        question = asdict(plan) | self._asked("sign", plan.request, plan.credentials)
        answer = self._ask(question | {"rsa_key": self.keys.private})
        if "authorization" in answer:
            return plan.request.with_authorization(answer["authorization"])
        if "url" in answer:
            return replace(plan.request, url=answer["url"])
        return replace(plan.request, body=base64.b64decode(answer["body"]))

    def verifies(self, request, plan, now):
        """The problem if it does not verify, and None if it does."""
        question = self._asked("verify", request, plan.credentials)
        answer = self._ask(question | {"rsa_key": self.keys.public, "now": now})
        return None if answer["verified"] else answer["problem"]

    def _asked(self, what, request, credentials):
        question = asdict(request) | asdict(credentials) | {"ask": what, "request": None, "credentials": None}
        return question | {"body": base64.b64encode(request.body).decode()}

    def _ask(self, question):
        self.process.stdin.write(json.dumps(question) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        assert "error" not in answer, f"{answer} to {question}"
        return answer


class Validator(RequestValidator):
    """Knows exactly one client and one token, and takes every well-formed nonce."""

    enforce_ssl = False
    dummy_client = "dummy"

    def __init__(self, plan, keys):
        super().__init__()
        self.plan = plan
        self.keys = keys

    def check_client_key(self, client_key):
        return True

    def check_nonce(self, nonce):
        return True

    def validate_client_key(self, client_key, request):
        return client_key == self.plan.credentials.consumer_key

    def validate_timestamp_and_nonce(self, *_args, **_named):
        return True

    def get_client_secret(self, client_key, request):
        return self.plan.credentials.consumer_secret

    def get_access_token_secret(self, client_key, token, request):
        return self.plan.credentials.token_secret

    def get_rsa_key(self, client_key, request):
        return self.keys.public


class Oauthlib:
    """The other side. Whatever goes wrong in it is a ValueError, or a no."""

    def __init__(self, keys):
        self.keys = keys

    def sign(self, plan):
        request, credentials = plan.request, plan.credentials
        client = Client(
            credentials.consumer_key,
            client_secret=credentials.consumer_secret,
            resource_owner_key=credentials.token,
            resource_owner_secret=credentials.token_secret,
            callback_uri=plan.callback,
            signature_method=plan.signature_method,
            signature_type=SIGNATURE_TYPES[plan.placement],
            rsa_key=self.keys.private,
            verifier=plan.verifier,
            realm=plan.realm,
            nonce=plan.nonce,
            timestamp=str(plan.timestamp),
        )
        body = request.body.decode() if request.body or request.is_form else None
        url, headers, body = client.sign(request.url, request.method, body, dict(request.headers))
        return replace(request, url=url, headers=tuple(headers.items()), body=(body or "").encode())

    def verifies(self, request, plan):
        """The reason if it does not verify, and None if it does."""
        endpoint = SignatureOnlyEndpoint(Validator(plan, self.keys))
        body = request.body.decode() if request.is_form else None
        valid, understood = endpoint.validate_request(request.url, request.method, body, dict(request.headers))
        return None if valid else f"refused, {understood and understood.validator_log}"


class Tally:
    """What one direction has come to."""

    def __init__(self, direction):
        self.direction = direction
        self.agreed = Counter()
        self.excepted = Counter()
        self.tampered = 0

    def count(self, plan, defects, disagreement):
        """The two sides must disagree exactly where a known defect makes them.

        Two defects may cancel each other: a form that cannot be read is no form of the wrong Content-Type.
        """
        if disagreement is None:
            assert len(defects) != 1, f"{self.direction}: {defects} did not show, so it is no exception: {plan}"
            self.agreed[plan.signature_method, plan.placement] += 1
        else:
            assert defects, f"{self.direction}: {disagreement}: {plan}"
            self.excepted.update(defects)
            self.excepted["all"] += 1

    def report(self):
        assert len(self.agreed) == len(SIGNATURE_METHODS) * len(PLACEMENTS), f"too few kinds: {self.agreed}"
        total = self.agreed.total()
        by_method, by_place = Counter(), Counter()
        for (method, place), count in self.agreed.items():
            by_method[method] += count
            by_place[place] += count
        kinds = [", ".join(f"{kind} {count}" for kind, count in sorted(by.items())) for by in (by_method, by_place)]
        ok(f"{total} requests {self.direction} ({'; '.join(kinds)})")
        if self.tampered:
            ok(f"{self.tampered} of them were refused with one byte changed")
        for defect in DEFECTS:
            if count := self.excepted[defect.name]:
                ok(f"excepted {count} by {defect.name}: {defect.reason}")
        ok(f"{self.excepted['all']} excepted altogether, some for several reasons")


def signed_by_oauthlib(generator, pumphouse, other, wanted):
    tally = Tally("signed by oauthlib, verified here")
    while tally.agreed.total() < wanted:
        plan = generator.plan()
        defects = [defect.name for defect in DEFECTS if defect.when_signing(plan)]
        try:
            signed = other.sign(plan)
            disagreement = pumphouse.verifies(signed, plan, generator.now)
        except ValueError as error:
            disagreement = f"oauthlib raised {error!r}"
        tally.count(plan, defects, disagreement)
        if disagreement is None:
            changed = tampered(generator.random, plan, signed)
            assert pumphouse.verifies(changed, plan, generator.now), f"accepted {changed} in place of {signed}"
            tally.tampered += 1
    tally.report()


def signed_here(generator, pumphouse, other, wanted):
    tally = Tally("signed here, verified by oauthlib")
    while tally.agreed.total() < wanted:
        plan = generator.plan()
        defects = [defect.name for defect in DEFECTS if defect.when_verifying(plan)]
        signed = pumphouse.sign(plan)
        try:
            disagreement = other.verifies(signed, plan)
        except ValueError as error:
            disagreement = f"oauthlib raised {error!r}"
        tally.count(plan, defects, disagreement)
    tally.report()


def main():
    seed = int(os.environ.get("OAUTHLIB_SEED") or secrets.randbits(32))
    wanted = int(os.environ.get("OAUTHLIB_REQUESTS") or 2000)
    heading(f"oauthlib {oauthlib.__version__} as a peer, OAUTHLIB_SEED={seed}")
    keys = Keys()
    generator = Generator(Random(seed), int(time.time()))
    pumphouse = Pumphouse(os.environ["PUMPHOUSE_OAUTH1_PEER"], keys)
    signed_by_oauthlib(generator, pumphouse, Oauthlib(keys), wanted)
    signed_here(generator, pumphouse, Oauthlib(keys), wanted)
    pumphouse.close()


if __name__ == "__main__":
    main()
