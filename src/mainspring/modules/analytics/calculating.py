"""Customers scored and items paired for a company: read, solve, write back; three stretches, each set by set (CRM-17).

A run may happen twice: the same orders on the same day give the same rows.
"""

from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from django.db import transaction

from mainspring.engines.insight import abc, churn, data, rfm
from mainspring.kernel import database, preferences

from . import reading, writing

LOCK_SPACE = 7317
STEPS = 6


@dataclass(frozen=True)
class Settings:
    """The company's settings, as the engine takes them."""

    window: int
    new_days: int
    by_margin: bool
    a: float
    b: float
    raised: float
    high: float
    together_min: int
    confidence_min: float
    lift_min: float

    @staticmethod
    def of(company_id: int) -> "Settings":
        value = lambda name: preferences.get(company_id, f"analytics.{name}")  # noqa: E731
        a = float(value("abc_a_pct")) / 100
        return Settings(
            window=value("window_days"),
            new_days=value("new_days"),
            by_margin=value("abc_by") == "margin",
            a=a,
            b=max(float(value("abc_b_pct")) / 100, a),
            raised=float(value("risk_raised_pct")) / 100,
            high=float(value("risk_high_pct")) / 100,
            together_min=value("together_min"),
            confidence_min=float(value("confidence_min_pct")) / 100,
            lift_min=float(value("lift_min")),
        )


def recalculate(ctx, progress: Callable = lambda done, total: None) -> dict:
    """Work out everything anew for the context's company as of its business date; how much there is."""
    found = customers(ctx, lambda done: progress(done, STEPS))
    return found | pairs(ctx, lambda done: progress(done + STEPS // 2, STEPS))


def customers(ctx, progress: Callable = lambda done: None) -> dict:
    """Score all customers; {customers, changed}. Those without an order in the window have no row."""
    given = Settings.of(ctx.company_id)
    ordered = reading.orders(ctx.company_id, today=ctx.business_date, days=_days(given))
    progress(1)
    rows = _scored(ctx, given, *ordered)
    progress(2)
    with _alone(ctx):
        changed = writing.customers(ctx, rows)
    progress(3)
    return {"customers": len(rows["party_id"]), "changed": changed}


def pairs(ctx, progress: Callable = lambda done: None) -> dict:
    """Find what is bought together; {rules}."""
    given = Settings.of(ctx.company_id)
    bought = reading.purchases(ctx.company_id, today=ctx.business_date, days=_days(given))
    progress(1)
    rows = _rules(given, *bought)
    progress(2)
    with _alone(ctx):
        writing.pairs(ctx, rows)
    progress(3)
    return {"rules": len(rows["item_id"])}


def _days(given: Settings) -> int:
    return max(reading.HISTORY_DAYS, given.window)


@contextmanager
def _alone(ctx):
    """A transaction in which no other run of the company writes."""
    with transaction.atomic():
        database.rows("SELECT pg_advisory_xact_lock(%(space)s, %(key)s)", space=LOCK_SPACE, key=ctx.company_id)
        yield


def _scored(ctx, given: Settings, party, day, amount) -> dict[str, np.ndarray]:
    """Columns to write of the customers with an order in the window; shares and risk in millionths."""
    parties, customer = data.numbered(party)
    orders = data.orders(customer, day, amount, customers=len(parties))
    today = reading.day_number(ctx.business_date)
    value = rfm.value(orders, today=today, window=given.window, new_days=given.new_days)
    silence = churn.silence(orders, today=today)
    margin = value.amount - _costs(ctx, given, parties)
    columns = {
        "party_id": parties,
        "orders": value.orders,
        "first": value.first,
        "last": value.last,
        "revenue": value.amount,
        "margin": margin,
        "recency": value.recency,
        "frequency": value.frequency,
        "monetary": value.monetary,
        "segment": value.segment,
        "abc": abc.classes(margin if given.by_margin else value.amount, a=given.a, b=given.b),
        "xyz": abc.xyz(abc.evenness(orders, today=today)),
        "silent_days": silence.days,
        "usual_days": silence.usual_days,
        "pauses": silence.pauses,
        "pauses_shorter": silence.shorter,
        "share_all": _millionths(silence.share_all),
        "risk": _millionths(silence.risk),
        "level": np.where(silence.risk >= given.high, 2, np.where(silence.risk >= given.raised, 1, 0)),
    }
    there = np.flatnonzero(value.segment >= 0)
    return {name: values[there] for name, values in columns.items()}


def _costs(ctx, given: Settings, parties: np.ndarray) -> np.ndarray:
    """What left for each of these customers (their keys rise) in the window cost, in cents."""
    who, cost = reading.costs(ctx.company_id, today=ctx.business_date, days=given.window)
    found = np.zeros(len(parties), dtype=np.int64)
    place = np.searchsorted(parties, who)
    there = place < len(parties)
    there[there] = parties[place[there]] == who[there]
    found[place[there]] = cost[there]
    return found


def _rules(given: Settings, party, item) -> dict[str, np.ndarray]:
    """Columns to write of what is bought together; shares in millionths, lift in hundredths."""
    from mainspring.engines.insight import association  # compiles: only where it is used

    parties, customer = data.numbered(party)
    items, bought = data.numbered(item)
    found = association.rules(
        data.purchases(customer, bought, customers=len(parties), items=len(items)),
        together_min=given.together_min,
        confidence_min=given.confidence_min,
        lift_min=given.lift_min,
    )
    return {
        "item_id": items[found.item],
        "other_id": items[found.other],
        "buyers": found.buyers,
        "together": found.together,
        "support": _millionths(found.support),
        "confidence": _millionths(found.confidence),
        "lift": np.round(found.lift * 100).astype(np.int64),
    }


def _millionths(shares: np.ndarray) -> np.ndarray:
    return np.round(shares * 1_000_000).astype(np.int64)
