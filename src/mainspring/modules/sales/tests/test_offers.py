"""A quotation before the customer: options, versions, the secret address, an acceptance that happens once (CRM-09)."""

import hashlib
import re
from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.test import Client

from mainspring.kernel import commands, errors, jobs, rates
from mainspring.kernel.models import Attachment, Company, Notification
from mainspring.modules.sales import offering, versions
from mainspring.modules.sales.models import OfferAnswer, OfferLink, Quotation, SalesOrder

from .test_quotations import offer
from .test_races import together


@pytest.fixture(autouse=True)
def fresh():
    rates.forget()


@pytest.fixture
def outside(world, monkeypatch):
    """A customer's browser: no sign-in; the business day of the stories."""
    monkeypatch.setattr(Company, "today", lambda company: date(2026, 3, 2))
    return Client()


def sent(world, *lines) -> Quotation:
    made = offer(world, lines=list(lines)) if lines else offer(world)
    return commands.perform(made, "send", world.ctx)


def link(world, quotation, name="Ona") -> tuple[OfferLink, str]:
    made = commands.perform(quotation, "invite", world.ctx, recipient=name, email="ona@acme.lt", days=14).outcome
    return made, f"/sales/offer/{made.token}/"


def with_options(world) -> Quotation:
    """A pump at 100, optional spare at 100, and two alternatives: 1 or 3 more."""
    pump = world.pump.pk
    return sent(
        world,
        {"item": pump, "quantity": 1, "description": "Pump"},
        {"item": pump, "quantity": 1, "description": "Spare", "option": "optional", "chosen": False},
        {"item": pump, "quantity": 1, "description": "Small", "option": "alternative", "option_group": "Set"},
        {"item": pump, "quantity": 3, "description": "Large", "option": "alternative", "option_group": "Set"},
    )


def test_options_count_only_when_chosen(world):
    """Totals with and without, and an order of what is chosen alone; tax 21 %."""
    quotation = with_options(world)
    assert [line.chosen for line in quotation.lines.all()] == [True, False, True, False]
    assert (quotation.net, quotation.total) == (200, 242)
    assert (quotation.total_least, quotation.total_most) == (242, 363)
    assert [line.net for line in quotation.lines.all()] == [100, 100, 100, 300]
    order = commands.perform(quotation, "accept", world.ctx).outcome
    assert [line.description for line in order.lines.all()] == ["Pump", "Small"]
    assert order.total == 242
    with pytest.raises(ValidationError):
        offer(world, lines=[{"item": world.pump.pk, "quantity": 1, "option": "alternative"}])


def test_the_customer_chooses_accepts_and_the_paper_is_kept(world, outside):
    quotation = with_options(world)
    made, address = link(world, quotation)
    assert made.digest == hashlib.sha256(made.token.encode()).hexdigest()
    page = outside.get(address)
    assert (page.status_code, page["X-Robots-Tag"]) == (200, "noindex, nofollow, noarchive")
    assert (page["Referrer-Policy"], page["Cache-Control"]) == ("no-referrer", "no-store, private")
    spare, _small, large = quotation.lines.all()[1:]
    answer = {"answer": "accept", "version": quotation.version, "name": "Ona Onaite", "option": spare.pk}
    wrong = outside.post(address, answer | {"name": " "})
    assert wrong.status_code == 422
    assert "it is your signature" in wrong.content.decode()
    undecided = outside.post(address, answer)
    assert "Choose one of" in undecided.content.decode()
    assert Quotation.objects.get(pk=quotation.pk).state == "sent"
    done = outside.post(address, answer | {"group-0": large.pk}, headers={"User-Agent": "Phone"})
    assert "Accepted by Ona Onaite" in done.content.decode()
    quotation.refresh_from_db()
    assert (quotation.state, quotation.net, quotation.total) == ("agreed", 500, 605)
    kept = OfferAnswer.objects.get()
    assert (kept.name, kept.network_address, kept.browser, kept.total) == ("Ona Onaite", "127.0.0.1", "Phone", 605)
    paper = Attachment.objects.get(record_id=str(quotation.pk))
    assert (kept.file_digest, len(kept.file_digest)) == (paper.digest, 64)
    told = Notification.objects.get(user=quotation.owner, kind="offer") if quotation.owner != world.ctx.user else None
    assert told is None or "accepted" in told.title
    order = commands.perform(quotation, "accept", world.ctx).outcome
    assert [line.description for line in order.lines.all()] == ["Pump", "Spare", "Large"]
    with pytest.raises(DatabaseError), transaction.atomic():
        OfferAnswer.objects.update(name="Somebody else")


def test_what_was_shown_before_a_change_cannot_be_accepted(world, outside):
    quotation = sent(world)
    _made, address = link(world, quotation)
    shown = quotation.version
    commands.change(quotation, world.ctx, note="Delivered on pallets")
    stale = outside.post(address, {"answer": "accept", "version": shown, "name": "Ona"})
    assert stale.status_code == 422
    assert not OfferAnswer.objects.exists()
    second = commands.perform(quotation, "revise", world.ctx).outcome
    quotation.refresh_from_db()
    page = outside.get(address).content.decode()
    assert "newer version" in page
    assert 'value="accept"' not in page
    old = outside.post(address, {"answer": "accept", "version": quotation.version, "name": "Ona"})
    assert old.status_code == 422
    assert Quotation.objects.get(pk=second.pk).state == "draft"
    assert not OfferAnswer.objects.exists()


@pytest.mark.parametrize("case", ["unknown", "revoked", "expired", "replaced", "long"])
def test_every_other_address_shows_nothing(world, outside, case, monkeypatch):
    quotation = sent(world)
    made, address = link(world, quotation)
    if case == "unknown":
        address = "/sales/offer/x/"
    elif case == "long":
        address = f"/sales/offer/{'a' * 300}/"
    elif case == "revoked":
        commands.perform(made, "revoke", world.ctx)
    elif case == "expired":
        monkeypatch.setattr(Company, "today", lambda company: date(2026, 3, 17))
    else:
        link(world, quotation)
    for answer in (outside.get(address), outside.post(address, {"answer": "accept", "name": "Ona", "version": 1})):
        assert answer.status_code == 404
        assert quotation.number not in answer.content.decode()


def test_the_address_is_made_on_its_page(world, outside):
    quotation = sent(world)
    seller = Client()
    seller.force_login(world.person("seller", "sales_manager"), backend="django.contrib.auth.backends.ModelBackend")
    page = f"/sales/quotations/{quotation.pk}/link/"
    for wrong in ({"days": "10"}, {"recipient": "Ona", "days": "-1"}, {"recipient": "Ona", "days": "ten"}):
        assert seller.post(page, wrong).status_code == 422
    assert not OfferLink.objects.exists()
    right = {"recipient": "Ona", "email": "ona@acme.lt", "days": "10"}
    Quotation.objects.filter(pk=quotation.pk).update(valid_until=date(2026, 3, 1))
    assert "expired on" in seller.post(page, right).content.decode()
    Quotation.objects.filter(pk=quotation.pk).update(valid_until=None)
    made = seller.post(page, right)
    assert made.status_code == 200
    address = re.search(r"/sales/offer/[^/]+/", made.content.decode())[0]
    assert quotation.number in outside.get(address).content.decode()


def test_many_tries_are_stopped(world, outside):
    quotation = sent(world)
    _made, address = link(world, quotation)
    codes = {outside.get("/sales/offer/guess/").status_code for _n in range(60)}
    assert codes == {404, 429}
    assert outside.get(address).status_code == 429


def test_a_customer_declines_or_asks(world, outside):
    quotation = sent(world)
    _made, address = link(world, quotation)
    assert outside.post(address, {"answer": "ask", "text": ""}).status_code == 422
    asked = outside.post(address, {"answer": "ask", "text": "Can it be blue?"})
    assert "Can it be blue?" in asked.content.decode()
    assert outside.post(address, {"answer": "nonsense"}).status_code == 404
    assert outside.post(address, {"answer": "decline", "version": "x", "reason": "r"}).status_code == 422
    quotation.refresh_from_db()
    outside.post(address, {"answer": "decline", "version": quotation.version, "reason": "Too dear"})
    quotation.refresh_from_db()
    assert (quotation.state, quotation.decline_reason) == ("declined", "Too dear")
    assert list(OfferAnswer.objects.order_by("pk").values_list("kind", flat=True)) == ["asked", "declined"]


def test_bad_signatures_are_refused(world):
    quotation = sent(world)
    made, _address = link(world, quotation)
    for signature in ("x", "data:image/png;base64,AAAA", "data:image/svg+xml;base64,PHN2Zz4=", "data:,x" * 50_000):
        with pytest.raises(ValidationError) as refusal:
            offering.accept(made, name="Ona", signature=signature, version=quotation.version, chosen=set())
        assert set(refusal.value.message_dict) == {"signature"}


def test_versions_are_compared_line_by_line(world):
    first = sent(world)
    second = commands.perform(first, "revise", world.ctx).outcome
    second = commands.change(
        second,
        world.ctx,
        lines=[
            {"id": second.lines.get().pk, "quantity": 3, "price": "95"},
            {"item": world.pump.pk, "quantity": 1, "description": "Spare"},
        ],
    )
    rows = versions.compare(first, second)
    assert [row["kind"] for row in rows] == ["changed", "added"]
    changed = [(old, new) for old, new, differs in rows[0]["cells"] if differs]
    assert changed == [("2 pcs", "3 pcs"), ("100.00", "95.00"), ("200.00", "285.00")]
    assert [v["record"].revision for v in versions.panel(second, world.ctx)["versions"]][:1] == [1]


def test_offers_nobody_answers_expire(world):
    quotation = sent(world)
    late = world.on("2026-04-02")
    assert offering.expire(world.on("2026-04-01")) == 0
    assert offering.expire(late) == 1
    quotation.refresh_from_db()
    assert quotation.state == "expired"
    renewed = commands.perform(quotation, "confirm_again", late, valid_until="2026-04-20")
    assert renewed.state == "sent"
    assert "sales.expire" in jobs.registry


def test_an_acceptance_makes_the_order_where_the_company_says_so(world, outside, monkeypatch):
    monkeypatch.setattr(offering.preferences, "get", lambda company, name: True)
    quotation = sent(world)
    _made, address = link(world, quotation)
    outside.post(address, {"answer": "accept", "version": quotation.version, "name": "Ona"})
    quotation.refresh_from_db()
    assert quotation.state == "accepted"
    assert SalesOrder.objects.get().net == quotation.net


def test_two_tabs_accept_once(committed_world, monkeypatch):
    """Double click, two tabs, two people: one acceptance, one paper; the others find it accepted."""
    world = committed_world
    monkeypatch.setattr(Company, "today", lambda company: date(2026, 3, 2))
    quotation = sent(world)
    made, _address = link(world, quotation)

    def accept():
        mine = OfferLink.objects.select_related("quotation__company", "quotation__party").get(pk=made.pk)
        return offering.accept(mine, name="Ona Onaite", signature="", version=quotation.version, chosen=set())

    found = together([accept] * 4)
    assert sum(isinstance(one, OfferAnswer) for one in found) == 1
    assert sum(isinstance(one, errors.Conflict) for one in found) == 3
    assert OfferAnswer.objects.count() == Attachment.objects.count() == 1
    assert Quotation.objects.get(pk=quotation.pk).total == Decimal(242)
