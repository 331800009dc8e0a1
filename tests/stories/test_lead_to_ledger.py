"""The whole chain on one system, told by the people whose work it is: what the books and the shelves say in the end."""

from datetime import date
from decimal import Decimal

import pytest

from mainspring.kernel import checks, numbering
from mainspring.modules.accounting import queries as books
from mainspring.modules.purchasing import queries as purchasing
from mainspring.modules.stock import queries as shelves
from mainspring.story.walk import Story


@pytest.fixture
def story(db):
    numbering.forget()
    yield Story(date(2026, 3, 2), say=None)
    numbering.forget()


def test_from_lead_to_ledger(story):
    steps = story.walk()
    cast, titles = story.cast, [step.title for step in steps]
    balance = {row["role"]: row["balance"] for row in books.trial_balance(cast.ctx())}
    value = sum(row["value"] for row in shelves.stock_value(cast.ctx()))
    story.order.refresh_from_db()
    assert "15 % is above the limit: the quotation waits for approval" in titles
    assert (story.order.state, story.make.state) == ("closed", "closed")
    assert all(order.__class__.objects.get(pk=order.pk).state == "closed" for order in story.purchases)
    assert balance["stock"] == value
    assert (balance.get("wip", 0), balance.get("grni", 0), purchasing.grni_unmatched(cast.ctx())) == (0, 0, [])
    assert balance["exchange_gain"] < 0  # dollars received are worth more than when they were invoiced
    assert sum(balance.values()) == Decimal(0)
    assert all(sum(p["debit"] - p["credit"] for p in step.postings) == 0 for step in steps)
    on_hand = {code: shelves.on_hand(cast.ctx(), item, cast.site) for code, item in cast.items.items()}
    assert (on_hand["BIKE"], on_hand["HELMET"]) == (1, 1)  # one came back; six helmets less five
    dossier = next(step for step in steps if step.title.startswith("The dossier"))
    assert any(story.quotation.number in note for note in dossier.notes)
    assert not [finding for result in checks.run() for finding in result.findings]


def test_the_story_can_be_told_twice(story):
    story.walk()
    assert Story(date(2026, 3, 2), say=None).cast.code != story.cast.code
