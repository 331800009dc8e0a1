"""Getting in: password and lockout, authenticator app, list of sessions, the company's OpenID Connect provider."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from cryptography.hazmat.primitives.asymmetric import rsa
from django.core.cache import cache
from django.test import Client

from mainspring.kernel.models import Company, Currency, Membership, Role, User

PASSWORD = "correct-horse-battery"


@pytest.fixture
def ona(db):
    cache.clear()
    euro = Currency.objects.get_or_create(code="EUR", defaults={"name": "Euro"})[0]
    company = Company.objects.create(code="ALFA", name="Alfa", base_currency=euro)
    user = User.objects.create_user("ona", "ona@example.com", PASSWORD)
    Membership.objects.create(user=user, role=Role.objects.get(code="auditor"), company=company)
    return user


def sign_in(password=PASSWORD, **headers) -> tuple[Client, object]:
    client = Client(headers=headers)
    answer = client.post("/accounts/login/", {"login": "ona", "password": password})
    return client, answer


def is_in(client) -> bool:
    return client.get("/").status_code == 200


def test_a_password_lets_in_and_eight_wrong_ones_lock_out(ona):
    client, answer = sign_in()
    assert (answer.status_code, is_in(client)) == (302, True)
    for _try in range(8):
        sign_in("wrong-horse")
    client, answer = sign_in()
    assert not is_in(client)
    assert answer.status_code != 302


def test_sessions_are_listed_and_the_others_can_be_ended(ona):
    desk, _answer = sign_in(user_agent="Desk browser")
    phone, _answer = sign_in(user_agent="Phone browser")
    assert is_in(phone)
    page = desk.get("/accounts/sessions/").content.decode()
    assert "Desk browser" in page
    assert "Phone browser" in page
    desk.post("/accounts/sessions/")
    assert is_in(desk)
    assert not is_in(phone)


def code_now(secret: str, step: int = 0) -> str:
    return totp.format_hotp_value(totp.hotp_value(secret, int(time.time()) // 30 + step))


def test_an_authenticator_app_is_asked_for_and_each_code_counts_once(ona):
    client, _answer = sign_in()
    assert "/reauthenticate/" in client.get("/accounts/2fa/totp/activate/")["Location"]
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    page = client.get("/accounts/2fa/totp/activate/")
    assert page.status_code == 200
    secret = client.session["mfa.totp.secret"]
    client.post("/accounts/2fa/totp/activate/", {"code": code_now(secret)})
    kept = Authenticator.objects.get(user=ona, type="totp")
    assert secret not in json.dumps(kept.data)  # encrypted where it lies

    later, answer = sign_in()
    assert "/2fa/authenticate/" in answer["Location"]
    assert not is_in(later)
    later.post("/accounts/2fa/authenticate/", {"code": "000000"})
    assert not is_in(later)
    cache.clear()  # the code of activation counts as used until its time is over
    code = code_now(secret)
    later.post("/accounts/2fa/authenticate/", {"code": code})
    assert is_in(later)

    other, _answer = sign_in()
    other.post("/accounts/2fa/authenticate/", {"code": code})
    assert not is_in(other)


class Provider(ThreadingHTTPServer):
    """A company's OpenID Connect provider: says who signs in there, signed with its key."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Answers)
        self.address = f"http://127.0.0.1:{self.server_address[1]}"
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.person = {"sub": "42", "email": "ona@example.com", "email_verified": True}
        self.challenges: list[str] = []

    def documents(self) -> dict:
        jwk = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
        now = int(time.time())
        claims = {**self.person, "iss": self.address, "aud": "mainspring", "iat": now, "exp": now + 60}
        return {
            "/.well-known/openid-configuration": {
                "issuer": self.address,
                "authorization_endpoint": f"{self.address}/authorize",
                "token_endpoint": f"{self.address}/token",
                "userinfo_endpoint": f"{self.address}/userinfo",
                "jwks_uri": f"{self.address}/jwks",
                "token_endpoint_auth_methods_supported": ["client_secret_post"],
            },
            "/jwks": {"keys": [{**jwk, "kid": "k1", "use": "sig", "alg": "RS256"}]},
            "/token": {
                "access_token": "a",
                "token_type": "Bearer",
                "id_token": jwt.encode(claims, self.key, "RS256", headers={"kid": "k1"}),
            },
            "/userinfo": self.person,
        }


class Answers(BaseHTTPRequestHandler):
    def do_GET(self):
        body = json.dumps(self.server.documents().get(urlsplit(self.path).path, {})).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        sent = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self.server.challenges.append(sent["code"][0])
        self.do_GET()

    def log_message(self, *args):
        pass


@pytest.fixture
def provider(settings):
    server = Provider()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    app = {
        "provider_id": "house",
        "name": "House account",
        "client_id": "mainspring",
        "secret": "s",
        "settings": {"server_url": server.address, "oauth_pkce_enabled": True},
    }
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [app]}}
    yield server
    server.shutdown()
    server.server_close()


def through(provider) -> Client:
    """Sign in by way of the provider's page."""
    client = Client()
    assert "House account" in client.get("/accounts/login/").content.decode()
    away = client.post("/accounts/oidc/house/login/")
    assert away["Location"].startswith(f"{provider.address}/authorize")
    asked = parse_qs(urlsplit(away["Location"]).query)
    assert asked["client_id"] == ["mainspring"]
    assert asked["code_challenge_method"] == ["S256"]
    client.get("/accounts/oidc/house/login/callback/", {"code": "c1", "state": asked["state"][0]})
    return client


def test_the_companys_provider_signs_in_who_has_an_account(ona, provider):
    assert is_in(through(provider))
    assert provider.challenges == ["c1"]
    provider.person = {"sub": "42", "email": "new-address@example.com", "email_verified": True}
    assert is_in(through(provider))  # the same person under a new address


@pytest.mark.parametrize(
    "person",
    [
        {"sub": "7", "email": "stranger@example.com", "email_verified": True},
        {"sub": "8", "email": "ona@example.com", "email_verified": False},
    ],
    ids=["no_account_here", "address_not_vouched_for"],
)
def test_nobody_else_gets_in_nor_makes_an_account(ona, provider, person):
    provider.person = person
    assert not is_in(through(provider))
    assert User.objects.count() == 1


def test_a_person_switched_off_does_not_get_in(ona, provider):
    ona.is_active = False
    ona.save()
    assert not is_in(through(provider))
