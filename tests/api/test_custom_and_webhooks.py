"""Fields an administrator adds (STU-01, Z01, Z02), and what other programs are told."""

import hashlib
import hmac
import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.core.exceptions import ValidationError

pytestmark = pytest.mark.django_db
ITEMS = "shop/shop-items/"


@pytest.fixture
def add(ctx):
    from mainspring.kernel import commands
    from mainspring.kernel.models import CustomField

    def make(label, kind="text", **values):
        return commands.create(CustomField, ctx, entity="shop.shopitem", label=label, kind=kind, **values)

    return make


def test_a_field_is_there_at_once_in_list_filter_pivot_and_formula(api, add, pump):
    add("Colour", "choice", choices=["red", "blue"])
    add("Margin", "number")
    add("Gross", "formula", formula="price * (1 + margin / 100)", digits=2)
    made = api(
        "post", ITEMS, {"code": "C", "name": "C", "price": "10", "custom": {"colour": "red", "margin": "25"}}
    ).data
    assert made["custom"] == {"colour": "red", "margin": "25", "gross": "12.50"}
    changed = api("patch", f"{ITEMS}{made['id']}/", {"price": "20"}, If_Match="*").data
    assert changed["custom"]["gross"] == "25.00"
    assert [r["code"] for r in api("get", f"{ITEMS}?custom.gross__gte=20&order=custom.gross").data["results"]] == ["C"]
    assert api("get", f"{ITEMS}?custom.colour=green").status_code in (200, 400)
    groups = api("get", f"{ITEMS}pivot/?dimensions=custom.colour&measures=custom.gross").data["groups"]
    assert {g["count"] for g in groups} == {1}
    refused = api("post", ITEMS, {"code": "D", "name": "D", "price": 1, "custom": {"colour": "green", "gross": 1}})
    assert {e["field"] for e in refused.data["errors"]} == {"custom.colour", "custom.gross"}


def test_a_used_field_is_neither_deleted_nor_retyped_but_renamed(add, ctx):
    from mainspring.kernel import commands

    margin = add("Margin", "number")
    add("Gross", "formula", formula="price * margin")
    for work in (lambda: commands.delete(margin, ctx), lambda: commands.change(margin, ctx, kind="text")):
        with pytest.raises(ValidationError, match="Gross"):
            work()
    renamed = commands.change(margin, ctx, label="Mark-up")
    assert (renamed.label, renamed.name, renamed.kind) == ("Mark-up", "margin", "number")
    with pytest.raises(ValidationError):
        commands.change(renamed, ctx, name="other")


def test_wrong_definitions_are_refused(add):
    add("Base", "number")
    for label, kind, values in (
        ("A", "formula", {"formula": "nothing * 2"}),
        ("B", "formula", {"formula": "__import__('os')"}),
        ("C", "formula", {"formula": "price +"}),
        ("D", "choice", {"choices": []}),
        ("E", "link", {"link_to": "no.such"}),
        ("Price", "number", {"name": "price"}),
        ("F", "formula", {"formula": "price.real"}),
    ):
        with pytest.raises(ValidationError):
            add(label, kind, **values)


def test_new_fields_are_hidden_from_portal_people_and_limited_tokens(api, api_for, add, person, admin, pump):
    add("Secret")
    api("patch", f"{ITEMS}{pump.pk}/", {"custom": {"secret": "x"}}, If_Match="*")
    portal = person("buyer", {"shop.shopitem": ("view", "company", {})}, portal=True)
    for calls in (api_for(portal), api_for(admin, scopes={"shop.shopitem": ["view"]})):
        assert calls("get", f"{ITEMS}{pump.pk}/").data["custom"] == {}
        assert calls("get", f"{ITEMS}?custom.secret=x").status_code == 400
        assert calls("get", f"{ITEMS}?order=custom.secret").status_code == 400
    assert api("get", f"{ITEMS}{pump.pk}/").data["custom"] == {"secret": "x"}


@pytest.fixture
def receiver():
    """A small server that keeps what it was sent; `answers` are its status codes in turn."""
    got: list = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            got.append((dict(self.headers), body))
            self.send_response(server.answers.pop(0) if server.answers else 200)
            self.end_headers()

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    server.got, server.answers = got, []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def test_a_webhook_is_signed_retried_and_sent_again(ctx, receiver, settings):
    from shop.models import ShopItem

    from mainspring.kernel import commands, webhooks
    from mainspring.kernel.models import WebhookDelivery, WebhookEndpoint

    settings.WEBHOOKS_TO_PRIVATE_NETWORKS = True
    url = f"http://127.0.0.1:{receiver.server_port}/hook?a=1"
    endpoint = commands.create(WebhookEndpoint, ctx, name="Shop", url=url, events="shop.shopitem.create")
    item = commands.create(ShopItem, ctx, code="W", name="W", price=1)
    commands.change(item, ctx, name="Not told")
    delivery = WebhookDelivery.objects.get()
    receiver.answers = [500]
    assert webhooks.deliver(delivery.pk) is False
    delivery.refresh_from_db()
    assert (delivery.outcome, delivery.attempts, delivery.status_code) == ("waiting", 1, 500)
    assert delivery.next_attempt_at is not None
    assert webhooks.deliver(delivery.pk) is True
    headers, body = receiver.got[-1]
    moment, sent = (part.partition("=")[2] for part in headers["Mainspring-Signature"].split(","))
    assert sent == hmac.new(endpoint.secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
    assert json.loads(body)["records"][0]["id"] == str(item.pk)

    commands.perform(WebhookDelivery.objects.get(), "replay", ctx)
    assert webhooks.deliver(delivery.pk) is True
    assert len(receiver.got) == 3


def test_webhooks_do_not_reach_into_our_own_network(ctx, settings):
    from mainspring.kernel import commands
    from mainspring.kernel.models import WebhookEndpoint

    settings.WEBHOOKS_TO_PRIVATE_NETWORKS = False
    for url in (
        "http://127.0.0.1/",
        "http://localhost:8000/",
        "http://169.254.169.254/x",
        "http://[::1]/",
        "ftp://x.org/",
    ):
        with pytest.raises(ValidationError):
            commands.create(WebhookEndpoint, ctx, name="Inside", url=url)
