"""Random requests: whatever HTTP allows and OAuth 1.0 has an opinion on. The same ones for the same seed."""

import string
from dataclasses import dataclass, replace

FORM = "application/x-www-form-urlencoded"
SIGNATURE_METHODS = (
    "HMAC-SHA1",
    "HMAC-SHA256",
    "HMAC-SHA512",
    "RSA-SHA1",
    "RSA-SHA256",
    "RSA-SHA512",
    "PLAINTEXT",
)
PLACEMENTS = ("header", "query", "body")

SCHEMES = ("http", "https", "HTTPS")
# Internationalised hosts stand here as they are sent: oauthlib would sign another spelling as it is, and this side refuses it.
NAMED_HOSTS = ("example.org", "EXAMPLE.Com", "xn--bcher-kva.example", "XN--BCHER-KVA.example")
HOSTS = (*NAMED_HOSTS, "127.0.0.1", "[::1]", "[2001:DB8::a]")
PORTS = ("", "", "", ":80", ":443", ":8080", ":65535", ":")
SEGMENTS = (
    *("photos", "r%20v", "%7Ejo", "~jo", "a%2fb", "%C3%A9", "é", "日本"),
    *("a+b", "b;v=1", "c:d@e", "", ".", "..", "!$'()*,"),
)
NAMES = ("a", "a", "b", "B", "a-b", "a_b", "a%20b", "a+b", "a%5B%5D", "c%C3%A9", "%61", "", "a3", "z~", "x%2B")
VALUES = (
    *("", "", "1", "2", "x+y", "x%20y", "x%2By", "%25", "100%2525", "a=b", "%3D%26", "r%C3%A9sum%C3%A9", "%e2%98%83"),
    *("%F0%9F%98%80", "~*!'()", "%7E%2A%21%27%28%29", "a;b", "a/b?c:@", "%5Bx%5D", "%00", "%0D%0A", "a,b$c", "oauth"),
)
REALMS = (None, None, "Photos", "http://example.org/", "a b, c=d", "é")
CALLBACKS = (None, None, None, "oob", "https://client.example/cb?x=1&y=2", "app://é/?+")
TEXTS = string.ascii_letters + string.digits + "-._~+/=&?* éß☃"

# What few clients send. Most of it is beyond oauthlib.
RARITY = 30
RARE_HOSTS = ("[2001:0db8:0:0:0:0:0:1]",)
RARE_SEGMENTS = ("item;",)
RARE_NAMES = ("realm",)
RARE_VALUES = ("[x]", "é", "%FF", "%zz")
RARE_REALMS = ('say "x"',)
RARE_CALLBACKS = ("https://client.example/cb?y=a%20b",)
RARE_TEXTS = TEXTS + "%%%%%" + string.digits
RARE_CONTENTS = (("image/png", b"\x89PNG\r\n\x1a\n\xff\xfe"), ("text/plain", b"hello"), ("application/json", b"true"))


@dataclass(frozen=True)
class Credentials:
    consumer_key: str
    consumer_secret: str
    token: str | None
    token_secret: str


@dataclass(frozen=True)
class Request:
    """A request as it travels."""

    method: str
    url: str
    headers: tuple
    body: bytes

    def header(self, name):
        return dict(self.headers).get(name, "")

    @property
    def path(self):
        return self.url.partition("?")[0]

    @property
    def query(self):
        return self.url.partition("?")[2]

    @property
    def is_form(self):
        return self.header("Content-Type").startswith(FORM)

    @property
    def form(self):
        return self.body.decode() if self.is_form else ""

    def with_authorization(self, value):
        others = tuple(pair for pair in self.headers if pair[0] != "Authorization")
        return replace(self, headers=(*others, ("Authorization", value)))


@dataclass(frozen=True)
class Plan:
    """A request, and how it is to be signed."""

    request: Request
    credentials: Credentials
    signature_method: str
    placement: str
    nonce: str
    timestamp: int
    realm: str | None
    callback: str | None
    verifier: str | None
    body_hash: bool
    without_version: bool
    without_nonce: bool


class Generator:
    def __init__(self, random, now):
        self.random = random
        self.now = now

    def plan(self):
        placement = self.random.choice(PLACEMENTS)
        return Plan(
            request=self._request(placement),
            credentials=self._credentials(),
            signature_method=self.random.choice(SIGNATURE_METHODS),
            placement=placement,
            nonce=self._text(string.ascii_letters + string.digits, 8, 40),
            timestamp=self.now + self.random.randint(-400, 400),
            realm=self._one_of(REALMS, RARE_REALMS),
            callback=self._one_of(CALLBACKS, RARE_CALLBACKS),
            verifier=self._any_text(1) if self._once_in(5) else None,
            body_hash=self._once_in(2),
            without_version=self._once_in(5),
            without_nonce=self._once_in(5),
        )

    def _once_in(self, times):
        return self.random.randrange(times) == 0

    def _one_of(self, usual, rare):
        return self.random.choice(rare if self._once_in(RARITY) else usual)

    def _text(self, alphabet, least, most):
        return "".join(self.random.choices(alphabet, k=self.random.randint(least, most)))

    def _any_text(self, least):
        return self._text(self._one_of((string.ascii_letters, TEXTS), (RARE_TEXTS,)), least, 30)

    def _request(self, placement):
        content_type, body = self._form() if placement == "body" else self._content()
        headers = [("Content-Type", content_type)] if content_type else []
        if self._once_in(RARITY):
            headers.append(("Authorization", "Basic dXNlcjpwYXNzd29yZA=="))
        with_body, without = ("POST", "PUT", "PATCH", "DELETE"), ("GET", "HEAD", "POST", "OPTIONS", "DELETE")
        # Parameters in the body of a GET are refused: hardly anything in between lets such a body pass.
        odd = ("POST",) if placement == "body" else ("GET",)
        method = self._one_of(with_body if content_type else without, odd)
        return Request(method, self._url(), tuple(headers), body)

    def _url(self):
        choose = self.random.choice
        host = self._one_of(HOSTS, RARE_HOSTS)
        path = "".join(f"/{self._one_of(SEGMENTS, RARE_SEGMENTS)}" for _ in range(self.random.randrange(4)))
        query = f"?{self._pairs()}" if self._once_in(2) else choose(("", "", "?"))
        return f"{choose(SCHEMES)}://{host}{choose(PORTS)}{path}{query}"

    def _pairs(self):
        """Of a query or form: repeated names, empty values, names without values, empty pieces."""
        pieces = []
        for _ in range(self.random.randrange(1, 6)):
            name = self._one_of(NAMES, RARE_NAMES)
            pieces.append(name if self._once_in(4) else f"{name}={self._one_of(VALUES, RARE_VALUES)}")
        return self.random.choice(("&", "&", "&&")).join(pieces)

    def _form(self):
        body = self._pairs() if self._once_in(2) else ""
        return self._one_of((FORM,), (f"{FORM}; charset=utf-8",)), body.encode()

    def _content(self):
        usual = (
            (None, b""),
            (None, b""),
            self._form(),
            ("application/json", '{"text": "Grüße", "n": [1, 2]}'.encode()),
            ("text/plain; charset=utf-8", b"Hello, [world]!\r\n"),
        )
        return self._one_of(usual, RARE_CONTENTS)

    def _credentials(self):
        token = self._any_text(1) if self._once_in(2) else None
        return Credentials(
            consumer_key=self._any_text(1),
            consumer_secret=self._any_text(0),
            token=token,
            token_secret=self._any_text(0) if token else "",
        )


def tampered(random, plan, signed):
    """A signed request with one byte changed that its signature covers."""
    parts = [_tamper_parameters]
    # PLAINTEXT covers nothing but the secrets.
    if plan.signature_method != "PLAINTEXT":
        parts += [_tamper_method, _tamper_url] + ([_tamper_body] if signed.body else [])
    return random.choice(parts)(random, plan, signed)


def _tamper_method(random, _plan, signed):
    return replace(signed, method=_with_other_letter(random, signed.method, 0))


def _tamper_url(random, _plan, signed):
    return replace(signed, url=_with_other_letter(random, signed.url, signed.url.index("://") + 3))


def _tamper_body(random, _plan, signed):
    index = random.randrange(len(signed.body))
    other = random.choice([byte for byte in b"abcdefgh" if byte != signed.body[index] | 0x20])
    return replace(signed, body=signed.body[:index] + bytes([other]) + signed.body[index + 1 :])


def _tamper_parameters(random, plan, signed):
    """In the signature, wherever it stands."""
    text = {"header": signed.header("Authorization"), "query": signed.url, "body": signed.body.decode()}[plan.placement]
    start = text.index("oauth_signature=") + len("oauth_signature=")
    start += plan.placement == "header"
    length = len(text[start:].split('"' if plan.placement == "header" else "&")[0])
    text = text[:start] + _with_other_letter(random, text[start : start + length], 0) + text[start + length :]
    if plan.placement == "header":
        return signed.with_authorization(text)
    return replace(signed, url=text) if plan.placement == "query" else replace(signed, body=text.encode())


def _with_other_letter(random, text, start):
    """Another letter, not the same one in another case: hexadecimal digits and host names have no case."""
    index = random.randrange(start, len(text))
    other = random.choice([letter for letter in "abcdefghXYZ" if letter.lower() != text[index].lower()])
    return text[:index] + other + text[index + 1 :]
