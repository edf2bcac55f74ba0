"""Clients and accounts, made over the wire as any program makes them."""

import requests
from requests_oauthlib import OAuth1Session

BASE = "http://pump.test"
PASSWORD = "correct h0rse battery"


def webfinger(nickname):
    return f"{nickname}@pump.test"


def register_client(name):
    """Registers a new client; gives the server's answer: client_id, client_secret, expires_at."""
    answer = requests.post(
        f"{BASE}/api/client/register",
        json={"type": "client_associate", "application_type": "native", "application_name": name},
    )
    assert answer.status_code == 200, answer.text
    registration = answer.json()
    assert set(registration) == {"client_id", "client_secret", "expires_at"}, registration.keys()
    assert registration["expires_at"] == 0
    return registration


def signed_by(registration):
    """A session that signs 2-legged, with the client's key and secret only."""
    return OAuth1Session(registration["client_id"], registration["client_secret"])


def post_user(client, nickname, password=PASSWORD):
    """Asks for an account; gives the response, whatever it is."""
    return client.post(f"{BASE}/api/users", json={"nickname": nickname, "password": password})


def create_account(client, nickname):
    """Makes an account; gives the user document, with the token pair for this client."""
    answer = post_user(client, nickname)
    assert answer.status_code == 200, answer.text
    user = answer.json()
    assert user["nickname"] == nickname
    assert user["profile"]["id"] == f"acct:{webfinger(nickname)}", user["profile"]["id"]
    assert user["token"] and user["secret"]
    return user
