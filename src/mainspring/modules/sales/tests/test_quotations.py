"""Quotations: versions, expiry, discounts that need agreement (CRM-09, CRM-12, D10)."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from mainspring.kernel import commands, errors, printing
from mainspring.kernel.models import ApprovalRequest
from mainspring.modules.sales.models import Quotation, SalesOrder


def offer(world, ctx=None, **values):
    lines = values.pop("lines", [{"item": world.pump.pk, "quantity": 2}])
    return commands.create(Quotation, ctx or world.ctx, party=world.acme, lines=lines, **values)


def test_a_revision_keeps_the_version_before_it(world):
    first = commands.perform(offer(world), "send", world.ctx)
    second = commands.perform(first, "revise", world.ctx).outcome
    second = commands.change(second, world.ctx, lines=[{"id": second.lines.get().pk, "quantity": 2, "price": "95"}])
    first.refresh_from_db()
    assert (first.state, first.total, first.number) == ("superseded", 242, "QT2026-00001")
    assert (second.number, second.revision, second.revises, second.net) == ("QT2026-00001/2", 2, first, 190)
    with pytest.raises(errors.Conflict):
        commands.perform(first, "accept", world.ctx)
    order = commands.perform(commands.perform(second, "send", world.ctx), "accept", world.ctx).outcome
    assert order.net == 190
    assert order.lines.get().price == 95


def test_an_expired_offer_is_ordered_only_after_it_is_confirmed_again(world):
    """D10: valid to 1 April, ordered on the 2nd: refused; renewed, it is ordered at the old price."""
    sent = commands.perform(offer(world), "send", world.ctx)
    assert sent.valid_until == date(2026, 4, 1)
    late = world.on("2026-04-02")
    with pytest.raises(ValidationError, match="expired on 2026-04-01"):
        commands.perform(sent, "accept", late)
    assert not SalesOrder.objects.exists()
    sent = commands.perform(sent, "confirm_again", late, valid_until="2026-04-15")
    assert commands.perform(sent, "accept", late).outcome.net == 200
    assert commands.perform(offer(world), "send", world.ctx).is_expired(world.on("2026-04-01")) is False


def test_a_discount_over_the_limit_waits_for_the_manager(world):
    """CRM-12: 15 % off is asked for; the manager's approval sends it; the order made of it is not asked for again."""
    rep, boss = world.person("rep", "sales_rep"), world.person("manager", "sales_manager")
    world.acme.owner = rep
    world.acme.save()
    ctx = world.context(rep)
    quotation = offer(world, ctx, lines=[{"item": world.pump.pk, "quantity": 2, "discount_pct": "15"}])
    assert (quotation.discount_pct, quotation.over_discount_limit) == (15, True)
    with pytest.raises(errors.ApprovalRequired):
        commands.perform(quotation, "send", ctx)
    quotation.refresh_from_db()
    assert quotation.state == "draft"
    request = ApprovalRequest.objects.get()
    commands.perform(request, "approve", world.context(boss), comment="Fine")
    quotation.refresh_from_db()
    assert quotation.state == "sent"
    order = commands.perform(quotation, "accept", ctx).outcome
    assert order.over_discount_limit is False
    assert commands.perform(order, "confirm", ctx).state == "confirmed"


@pytest.mark.parametrize(
    ("terms", "discount"),
    [
        ({"lines": [{"price": "90"}]}, "10"),
        ({"lines": [{"price": "90", "discount_pct": "10"}]}, "19"),
        ({"lines": [{}], "discount": "10"}, "5"),
        ({"lines": [{"price": "120"}]}, "0"),
    ],
)
def test_every_way_to_give_money_away_counts_as_discount(world, terms, discount):
    """A lower price, a line discount and a document discount (M05) all count against the limit."""
    lines = [{"item": world.pump.pk, "quantity": 2, **given} for given in terms.pop("lines")]
    assert offer(world, lines=lines, **terms).discount_pct == Decimal(discount)


def test_totals_are_the_invoices_totals(world):
    """M02: three lines of 10.03 at 21 % make 6.32 tax when tax is rounded on the document."""
    quotation = offer(world, lines=[{"item": world.pump.pk, "quantity": 1, "price": "10.03"}] * 3)
    assert (quotation.net, quotation.tax, quotation.total) == (Decimal("30.09"), Decimal("6.32"), Decimal("36.41"))


def test_a_supplier_or_a_sleeping_customer_gets_no_offer(world):
    world.acme.is_customer = False
    world.acme.save()
    with pytest.raises(ValidationError, match="not a customer"):
        offer(world)


def test_a_price_follows_quantity_and_customer_until_somebody_types_one(world):
    """SAL-03: quantity breaks apply when the quantity changes; a typed price stays."""
    from mainspring.modules.pricing.models import Price

    commands.create(
        Price, world.ctx, price_list=world.prices, item=world.pump, unit=world.piece, minimum_quantity=10, price=80
    )
    quotation = offer(world)
    key = quotation.lines.get().pk
    quotation = commands.change(quotation, world.ctx, lines=[{"id": key, "quantity": 10}])
    assert quotation.lines.get().price == 80
    quotation = commands.change(quotation, world.ctx, lines=[{"id": key, "quantity": 10, "price": "77"}])
    quotation = commands.change(quotation, world.ctx, lines=[{"id": key, "quantity": 2}])
    assert (quotation.lines.get().price, quotation.lines.get().list_price) == (77, 100)


def test_everybody_reads_in_their_own_language_why_a_date_and_a_price_were_given(world):
    """The reasons are kept as data: whoever quoted, the reader's language counts, and nothing is asked to word them."""
    world.stocked(world.pump, 1, "60.00")
    with translation.override("lt"):
        quotation = commands.create(
            Quotation, world.ctx, party=world.acme, lines=[{"item": world.pump.pk, "quantity": "1"}]
        )
        commands.perform(quotation, "send", world.ctx)
        order = commands.perform(quotation, "accept", world.ctx).outcome
    read = {}
    for language in ("en", "lt", "zh-hans"):
        with translation.override(language), CaptureQueriesContext(connection) as asked:
            found = order.lines.get()
            read[language] = found.promise_reason, found.price_reason
        assert len(asked) == 1
    assert read["en"] == ("1 pcs from free stock.", "Standard: 100 EUR per pcs.")
    assert len({promise for promise, _price in read.values()}) == 3
    assert len({price for _promise, price in read.values()}) == 3


def test_what_is_printed_without_a_mark_is_what_was_approved(world):
    """D07, CRM-12: while it waits or is edited again the paper says that it is a draft."""

    def paper(quotation) -> dict:
        quotation.refresh_from_db()
        found = printing.layouts_of(Quotation)[""].data(quotation, world.ctx)
        return {"mark": found["mark"], "total": found["totals"][-1]["text"]}

    rep, boss = world.person("rep", "sales_rep"), world.person("boss2", "sales_manager")
    customer = world.customer("Ours", owner=rep)
    lines = [{"item": world.pump.pk, "quantity": 2, "discount_pct": "15"}]
    quotation = commands.create(Quotation, world.context(rep), party=customer.pk, lines=lines)
    with pytest.raises(errors.ApprovalRequired):
        commands.perform(quotation, "send", world.context(rep))
    assert paper(quotation)["mark"]
    asked = ApprovalRequest.objects.get(state="waiting")
    commands.change(
        quotation, world.context(rep), lines=[{"id": quotation.lines.get().pk, "quantity": 2, "discount_pct": "30"}]
    )
    asked.refresh_from_db()
    assert asked.state == "voided"
    assert paper(quotation)["mark"]
    with pytest.raises(errors.ApprovalRequired):
        commands.perform(quotation, "send", world.context(rep))
    commands.perform(ApprovalRequest.objects.get(state="waiting"), "approve", world.context(boss))
    printed = paper(quotation)
    assert printed["mark"] == ""
    approved = ApprovalRequest.objects.get(state="approved").snapshot
    assert Decimal(approved["header"]["total"]) == quotation.total == Decimal("169.40")
    with pytest.raises(ValidationError, match="no longer be edited"):
        commands.change(quotation, world.context(rep), lines=lines)
    assert paper(quotation) == printed
