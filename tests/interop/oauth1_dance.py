"""requests-oauthlib against the three OAuth endpoints: the whole dance, and everything that must be refused."""

from urllib.parse import parse_qs, urlsplit

import resolver

resolver.install()

import requests  # noqa: E402  (connects only where the resolver lets it)
from oauthlib.oauth1 import Client  # noqa: E402
from requests_oauthlib import OAuth1Session  # noqa: E402
from requests_oauthlib.oauth1_session import TokenRequestDenied  # noqa: E402

import accounts  # noqa: E402
from accounts import BASE, PASSWORD  # noqa: E402
from forms import Browser  # noqa: E402
from steps import heading, ok  # noqa: E402

NICKNAME = "olga"
CALLBACK = "http://127.0.0.1:1/cb"
FEED = f"{BASE}/api/user/{NICKNAME}/feed"
INBOX = f"{BASE}/api/user/{NICKNAME}/inbox"


class Dance:
    """One log-in, step by step."""

    def __init__(self, registration):
        self.key, self.secret = registration["client_id"], registration["client_secret"]
        self.session = OAuth1Session(self.key, self.secret, callback_uri=CALLBACK)

    def ask(self):
        temporary = self.session.fetch_request_token(f"{BASE}/oauth/request_token")
        assert temporary["oauth_callback_confirmed"] == "true", temporary.keys()
        self.temporary = temporary
        return self.session.authorization_url(f"{BASE}/oauth/authorize")

    def agree(self, url):
        return Browser().authorise(url, NICKNAME, PASSWORD)

    def finish(self):
        return self.session.fetch_access_token(f"{BASE}/oauth/access_token")

    def finish_with(self, temporary, verifier):
        """Tries to redeem temporary credentials in a session of their own."""
        session = OAuth1Session(
            self.key,
            self.secret,
            resource_owner_key=temporary["oauth_token"],
            resource_owner_secret=temporary["oauth_token_secret"],
            verifier=verifier,
        )
        return session.fetch_access_token(f"{BASE}/oauth/access_token")


class Signer:
    """Signs single requests with whatever nonce, timestamp and method are asked for."""

    def __init__(self, registration, token):
        self.credentials = {
            "client_key": registration["client_id"],
            "client_secret": registration["client_secret"],
            "resource_owner_key": token["oauth_token"],
            "resource_owner_secret": token["oauth_token_secret"],
        }

    def headers(self, method, url, **changed):
        _url, headers, _body = Client(**(self.credentials | changed)).sign(url, method)
        return headers


def refused(response):
    """The response refuses the request in plain words; gives those words."""
    said = f"{response.status_code} {response.text[:300]!r}"
    assert response.status_code in (400, 401), f"not refused: {said}"
    assert 0 < len(response.text) < 300 and "<html" not in response.text.lower(), said
    return said


def denied(attempt, *arguments):
    """The token request is refused; gives what the server said."""
    try:
        token = attempt(*arguments)
    except TokenRequestDenied as denial:
        return refused(denial.response)
    raise AssertionError(f"got a token: {token.keys()}")


def whole_dance(dance):
    url = dance.ask()
    early = denied(dance.finish_with, dance.temporary, "too-early")
    ok(f"temporary credentials are worth nothing before the person agrees: {early}")

    landed = dance.agree(url)
    assert landed.startswith(f"{CALLBACK}?"), landed
    answer = dance.session.parse_authorization_response(landed)
    assert answer["oauth_token"] == dance.temporary["oauth_token"]
    verifier = parse_qs(urlsplit(landed).query)["oauth_verifier"][0]
    ok("the browser landed on the callback with the token and a verifier")

    token = dance.finish()
    whoami = dance.session.get(f"{BASE}/api/whoami", allow_redirects=False)
    assert whoami.status_code == 302, whoami.text
    profile = dance.session.get(whoami.headers["Location"])
    assert profile.json()["id"] == f"acct:{accounts.webfinger(NICKNAME)}"
    ok("token credentials fetched; whoami leads to the person")

    again = denied(dance.finish_with, dance.temporary, verifier)
    ok(f"redeeming the same temporary credentials again is refused: {again}")
    return token


def wrong_verifier(registration):
    dance = Dance(registration)
    dance.agree(dance.ask())
    said = denied(dance.finish_with, dance.temporary, "not-the-verifier")
    ok(f"a wrong verifier is refused: {said}")


def wrong_callback(registration):
    session = OAuth1Session(
        registration["client_id"], registration["client_secret"], callback_uri="javascript:alert(1)"
    )
    said = denied(session.fetch_request_token, f"{BASE}/oauth/request_token")
    ok(f"a callback that is no http address is refused: {said}")


def nonces_and_timestamps(signer):
    note = {"verb": "post", "object": {"objectType": "note", "content": "Once"}}
    headers = signer.headers("POST", FEED) | {"Content-Type": "application/json"}
    assert requests.post(FEED, json=note, headers=headers).status_code == 200
    said = refused(requests.post(FEED, json=note, headers=headers))
    inbox = requests.get(INBOX, headers=signer.headers("GET", INBOX)).json()
    posted = [item for item in inbox["items"] if item["object"].get("content") == "Once"]
    assert len(posted) == 1, f"the replayed note stands {len(posted)} times"
    ok(f"a replayed nonce is refused, and posts nothing: {said}")

    for timestamp, name in (("1000000000", "stale"), ("4102444800", "future"), ("soon", "meaningless")):
        said = refused(requests.get(FEED, headers=signer.headers("GET", FEED, timestamp=timestamp)))
        ok(f"a {name} timestamp is refused: {said}")


def methods_and_credentials(signer):
    said = refused(requests.get(FEED, headers=signer.headers("GET", FEED, signature_method="PLAINTEXT")))
    assert "Invalid Signature Method" in said, f"not the network's words for it: {said}"
    ok(f"PLAINTEXT over http is refused: {said}")
    for part in ("client_key", "client_secret", "resource_owner_key", "resource_owner_secret"):
        said = refused(requests.get(FEED, headers=signer.headers("GET", FEED, **{part: "wrong"})))
        ok(f"a wrong {part} is refused: {said}")


def tampering(registration, signer):
    headers = signer.headers("GET", f"{FEED}?count=1")
    assert requests.get(f"{FEED}?count=1", headers=headers).status_code == 200
    headers = signer.headers("GET", f"{FEED}?count=1")
    said = refused(requests.get(f"{FEED}?count=200", headers=headers))
    ok(f"a tampered query is refused: {said}")
    said = refused(requests.post(FEED, headers=signer.headers("GET", FEED)))
    ok(f"a tampered method is refused: {said}")

    url, form = f"{BASE}/api/users", {"nickname": "signedname", "password": PASSWORD}
    client = Client(registration["client_id"], registration["client_secret"])
    _url, headers, _body = client.sign(
        url, "POST", form, {"Content-Type": "application/x-www-form-urlencoded"}
    )
    said = refused(requests.post(url, data=form | {"nickname": "othername"}, headers=headers))
    profile = f"{BASE}/api/user/othername/profile"
    assert requests.get(profile, headers=signer.headers("GET", profile)).status_code == 404
    ok(f"a tampered form is refused, and makes no account: {said}")


def main():
    heading("requests-oauthlib, the OAuth 1.0 dance")
    registration = accounts.register_client("Dancer")
    maker = accounts.register_client("Account maker")
    accounts.create_account(accounts.signed_by(maker), NICKNAME)
    token = whole_dance(Dance(registration))
    wrong_verifier(accounts.register_client("Guesser"))
    wrong_callback(registration)
    signer = Signer(registration, token)
    nonces_and_timestamps(signer)
    methods_and_credentials(signer)
    tampering(registration, signer)


if __name__ == "__main__":
    main()
