"""Customers scored and items paired for a company: read, solve, write back; three stretches, each set by set (CRM-17).

A run may happen twice: the same orders on the same day give the same rows.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from django.db import connection, transaction

from mainspring.engines.insight import abc, churn, data, rfm
from mainspring.kernel import database, preferences

from . import reading
from .models import BoughtTogether, CustomerInsight, InsightChange, Risk, Segment

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
    given, today = Settings.of(ctx.company_id), ctx.business_date
    days = max(reading.HISTORY_DAYS, given.window)
    found = reading.orders(ctx.company_id, today=today, days=days)
    progress(1, STEPS)
    rows = _customers(ctx, given, found)
    progress(2, STEPS)
    lines = reading.purchases(ctx.company_id, today=today, days=days)
    progress(3, STEPS)
    rules = _rules(ctx, given, lines)
    progress(4, STEPS)
    with transaction.atomic():
        database.rows("SELECT pg_advisory_xact_lock(%(space)s, %(key)s)", space=LOCK_SPACE, key=ctx.company_id)
        changed = _write_customers(ctx, rows)
        progress(5, STEPS)
        _write_rules(ctx, rules)
    progress(STEPS, STEPS)
    return {"customers": len(rows), "changed": changed, "rules": len(rules)}


# -- customers --------------------------------------------------------------------------------------------------------


def _customers(ctx, given: Settings, found: np.ndarray) -> list[tuple]:
    """Rows to write from the orders; customers without an order in the window have no row."""
    parties, place = np.unique(found[:, 0], return_inverse=True)
    orders = data.orders(place.reshape(-1), found[:, 1], found[:, 2], customers=len(parties))
    today = reading.day_number(ctx.business_date)
    value = rfm.value(orders, today=today, window=given.window, new_days=given.new_days)
    silence = churn.silence(orders, today=today)
    even = abc.xyz(abc.evenness(orders, today=today))
    margin = _margins(ctx, given, parties, value.amount)
    classes = abc.classes(margin if given.by_margin else value.amount, a=given.a, b=given.b)
    level = np.where(silence.risk >= given.high, 2, np.where(silence.risk >= given.raised, 1, 0))
    there = np.flatnonzero(value.segment >= 0)
    columns = [
        parties,
        value.orders,
        value.first,
        value.last,
        value.amount,
        margin,
        value.recency,
        value.frequency,
        value.monetary,
        value.segment,
        classes,
        even,
        silence.days,
        silence.usual_days,
        silence.pauses,
        silence.shorter,
        np.round(silence.share_all * 1_000_000).astype(np.int64),
        np.round(silence.risk * 1_000_000).astype(np.int64),
        level,
    ]
    return list(zip(*(column[there].tolist() for column in columns), strict=True))


def _margins(ctx, given: Settings, parties: np.ndarray, amount: np.ndarray) -> np.ndarray:
    """What was ordered in the window less the cost of what left in it, in cents."""
    cost = reading.margins(ctx.company_id, today=ctx.business_date, days=given.window)
    return amount - np.array([cost.get(party, 0) for party in parties.tolist()], dtype=np.int64)


STAGED = """
CREATE TEMP TABLE insight_staged (
    party_id bigint, orders int, first_on int, last_on int, revenue bigint, margin bigint, recency int, frequency int,
    monetary int, segment int, abc int, xyz int, silent_days int, usual_days int, pauses int, pauses_shorter int,
    share_all int, risk_share int, risk int) ON COMMIT DROP"""
TAKEN = f"""
CREATE TEMP TABLE insight_new ON COMMIT DROP AS
SELECT s.party_id, s.orders, DATE '{reading.EPOCH}' + s.first_on AS first_on,
       DATE '{reading.EPOCH}' + s.last_on AS last_on,
       s.revenue / 100.0 AS revenue, s.margin / 100.0 AS margin, s.recency, s.frequency, s.monetary,
       (%(segments)s::text[])[s.segment + 1] AS segment, (ARRAY['A', 'B', 'C'])[s.abc + 1] AS abc,
       (ARRAY['X', 'Y', 'Z'])[s.xyz + 1] AS xyz, s.silent_days, NULLIF(s.usual_days, -1) AS usual_days, s.pauses,
       s.pauses_shorter, s.share_all / 10000.0 AS share_all_pct, s.risk_share / 10000.0 AS risk_pct,
       (%(risks)s::text[])[s.risk + 1] AS risk,
       CASE WHEN w.segment = (%(segments)s::text[])[s.segment + 1] THEN w.segment_before
            ELSE COALESCE(w.segment, '') END AS segment_before,
       CASE WHEN w.segment = (%(segments)s::text[])[s.segment + 1] THEN w.segment_since
            ELSE %(today)s::date END AS segment_since,
       w.id IS NULL OR (w.segment, w.abc, w.risk) IS DISTINCT FROM
            ((%(segments)s::text[])[s.segment + 1], (ARRAY['A', 'B', 'C'])[s.abc + 1], (%(risks)s::text[])[s.risk + 1])
            AS is_change,
       COALESCE(w.segment, '') AS was
FROM insight_staged s JOIN parties_party p ON p.id = s.party_id
LEFT JOIN analytics_customerinsight w ON w.company_id = %(company)s AND w.party_id = s.party_id"""
VALUES = [
    "orders",
    "first_on",
    "last_on",
    "revenue",
    "margin",
    "recency",
    "frequency",
    "monetary",
    "segment",
    "abc",
    "xyz",
    "silent_days",
    "usual_days",
    "pauses",
    "pauses_shorter",
    "share_all_pct",
    "risk_pct",
    "risk",
    "segment_before",
    "segment_since",
]


def _write_customers(ctx, rows: list[tuple]) -> int:
    """Replace the company's rows by these and note what changed; how many customers changed."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DROP TABLE IF EXISTS insight_staged, insight_new, pairs_new"
        )  # of a run before in the same session
        cursor.execute(STAGED)
        with cursor.copy("COPY insight_staged FROM STDIN") as target:
            for row in rows:
                target.write_row(row)
    known = {"company": ctx.company_id, "today": ctx.business_date}
    database.execute(
        TAKEN,
        segments=[str(Segment(name)) for name in rfm.SEGMENTS],
        risks=[str(level) for level in (Risk.LOW, Risk.RAISED, Risk.HIGH)],
        **known,
    )
    changed = database.execute(
        f"""
        INSERT INTO {InsightChange._meta.db_table}
            (company_id, party_id, "on", segment_before, segment, abc, risk, revenue, created_at, updated_at, version,
             custom)
        SELECT %(company)s, party_id, %(today)s, was, segment, abc, risk, revenue, now(), now(), 1, '{{}}'
        FROM insight_new WHERE is_change
        ON CONFLICT (company_id, party_id, "on") DO UPDATE SET
            segment = EXCLUDED.segment, abc = EXCLUDED.abc, risk = EXCLUDED.risk, revenue = EXCLUDED.revenue""",
        **known,
    )
    table = CustomerInsight._meta.db_table
    database.execute(
        f"DELETE FROM {table} WHERE company_id = %(company)s AND party_id NOT IN (SELECT party_id FROM insight_new)",
        **known,
    )
    names = ", ".join(VALUES)
    database.execute(
        f"""
        INSERT INTO {table} (company_id, party_id, as_of, {names}, created_at, updated_at, version, custom)
        SELECT %(company)s, party_id, %(today)s, {names}, now(), now(), 1, '{{}}' FROM insight_new
        ON CONFLICT (company_id, party_id) DO UPDATE SET as_of = EXCLUDED.as_of, updated_at = now(),
            {", ".join(f"{name} = EXCLUDED.{name}" for name in VALUES)}""",
        **known,
    )
    database.analyze(CustomerInsight)
    return changed


# -- items ------------------------------------------------------------------------------------------------------------


def _rules(ctx, given: Settings, lines: np.ndarray) -> list[tuple]:
    """Rows to write of what is bought together."""
    from mainspring.engines.insight import association  # compiles: only where it is used

    if not len(lines):
        return []
    parties, customer = np.unique(lines[:, 0], return_inverse=True)
    items, item = np.unique(lines[:, 1], return_inverse=True)
    bought = data.purchases(customer.reshape(-1), item.reshape(-1), customers=len(parties), items=len(items))
    found = association.rules(
        bought,
        together_min=given.together_min,
        confidence_min=given.confidence_min,
        lift_min=given.lift_min,
    )
    today = ctx.business_date
    return [
        (ctx.company_id, a, b, buyers, together, *(round(share, 4) for share in shares), round(lift, 2), today)
        for a, b, buyers, together, *shares, lift in zip(
            items[found.item].tolist(),
            items[found.other].tolist(),
            found.buyers.tolist(),
            found.together.tolist(),
            (found.support * 100).tolist(),
            (found.confidence * 100).tolist(),
            found.lift.tolist(),
            strict=True,
        )
    ]


def _write_rules(ctx, rows: list[tuple]) -> None:
    """Replace the company's pairs; a pair that stays keeps its key, for people may have it open."""
    table = BoughtTogether._meta.db_table
    database.execute(
        "CREATE TEMP TABLE pairs_new (company_id bigint, item_id bigint, other_id bigint, buyers int, together int, "
        "support_pct numeric, confidence_pct numeric, lift numeric, as_of date) ON COMMIT DROP"
    )
    columns = "company_id, item_id, other_id, buyers, together, support_pct, confidence_pct, lift, as_of"
    with connection.cursor() as cursor, cursor.copy(f"COPY pairs_new ({columns}) FROM STDIN") as target:
        for row in rows:
            target.write_row(row)
    database.execute(
        f"""
        DELETE FROM {table} t WHERE company_id = %(company)s AND NOT EXISTS (
            SELECT FROM pairs_new n WHERE n.item_id = t.item_id AND n.other_id = t.other_id)""",
        company=ctx.company_id,
    )
    figures = ["buyers", "together", "support_pct", "confidence_pct", "lift", "as_of"]
    database.execute(
        f"""
        INSERT INTO {table} ({columns}, created_at, updated_at, version, custom)
        SELECT {columns}, now(), now(), 1, '{{}}' FROM pairs_new
        ON CONFLICT (company_id, item_id, other_id) DO UPDATE SET updated_at = now(),
            {", ".join(f"{name} = EXCLUDED.{name}" for name in figures)}"""
    )
    database.analyze(BoughtTogether)
