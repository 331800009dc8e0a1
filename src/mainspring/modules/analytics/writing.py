"""What was worked out goes into the tables set by set: sent in binary form, compared there, differences written."""

import numpy as np
from django.db import connection

from mainspring.engines.insight import rfm
from mainspring.kernel import database

from .models import BoughtTogether, CustomerInsight, InsightChange, Risk, Segment
from .reading import EPOCH

BEGIN, END = b"PGCOPY\n\xff\r\n\x00" + bytes(8), b"\xff\xff"
"""What binary data of COPY begin and end with (PostgreSQL, COPY, binary format)."""

CUSTOMERS = f"""
CREATE TEMP TABLE insight_new ON COMMIT DROP AS
SELECT s.*, w.id AS known, COALESCE(w.segment, '') AS was, w.abc AS abc_was, w.risk AS risk_was,
       CASE WHEN w.segment = s.segment THEN w.segment_before ELSE COALESCE(w.segment, '') END AS segment_before,
       CASE WHEN w.segment = s.segment THEN w.segment_since ELSE %(today)s::date END AS segment_since
FROM (SELECT party_id, orders, DATE '{EPOCH}' + first::int AS first_on, DATE '{EPOCH}' + last::int AS last_on,
             revenue / 100.0 AS revenue, margin / 100.0 AS margin, recency, frequency, monetary,
             (%(segments)s::text[])[segment + 1] AS segment, (ARRAY['A', 'B', 'C'])[abc + 1] AS abc,
             (ARRAY['X', 'Y', 'Z'])[xyz + 1] AS xyz, silent_days, NULLIF(usual_days, -1) AS usual_days, pauses,
             pauses_shorter, ROUND(share_all / 10000.0, 1) AS share_all_pct, ROUND(risk / 10000.0, 1) AS risk_pct,
             (%(risks)s::text[])[level + 1] AS risk
      FROM insight_staged) s
JOIN parties_party p ON p.id = s.party_id
LEFT JOIN analytics_customerinsight w ON w.company_id = %(company)s AND w.party_id = s.party_id"""
FIGURES = [
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

PAIRS = """
CREATE TEMP TABLE pairs_new ON COMMIT DROP AS
SELECT s.*, w.id AS known
FROM (SELECT item_id, other_id, buyers, together, support / 10000.0 AS support_pct,
             confidence / 10000.0 AS confidence_pct, lift / 100.0 AS lift
      FROM pairs_staged) s
LEFT JOIN analytics_boughttogether w
  ON w.company_id = %(company)s AND w.item_id = s.item_id AND w.other_id = s.other_id"""
SHARES = ["buyers", "together", "support_pct", "confidence_pct", "lift"]


def customers(ctx, found: dict[str, np.ndarray]) -> int:
    """Make the company's rows these and note what changed; how many customers changed. Within a transaction."""
    _stage("insight_staged", found)
    database.execute(
        CUSTOMERS,
        company=ctx.company_id,
        today=ctx.business_date,
        segments=[str(Segment(name)) for name in rfm.SEGMENTS],
        risks=[str(level) for level in (Risk.LOW, Risk.RAISED, Risk.HIGH)],
    )
    database.execute("ANALYZE insight_new")
    changed = database.execute(
        f"""
        INSERT INTO {InsightChange._meta.db_table}
            (company_id, party_id, "on", segment_before, segment, abc, risk, revenue, created_at, updated_at, version,
             custom)
        SELECT %(company)s, party_id, %(today)s, was, segment, abc, risk, revenue, now(), now(), 1, '{{}}'
        FROM insight_new WHERE known IS NULL OR (was, abc_was, risk_was) IS DISTINCT FROM (segment, abc, risk)
        ON CONFLICT (company_id, party_id, "on") DO UPDATE SET
            segment = EXCLUDED.segment, abc = EXCLUDED.abc, risk = EXCLUDED.risk, revenue = EXCLUDED.revenue""",
        company=ctx.company_id,
        today=ctx.business_date,
    )
    _replace(CustomerInsight, "insight_new", ("party_id",), FIGURES, ctx)
    return changed


def pairs(ctx, found: dict[str, np.ndarray]) -> None:
    """Make the company's pairs these; a pair that stays keeps its key, for people may have it open."""
    _stage("pairs_staged", found)
    database.execute(PAIRS, company=ctx.company_id)
    database.execute("ANALYZE pairs_new")
    _replace(BoughtTogether, "pairs_new", ("item_id", "other_id"), SHARES, ctx)


def _stage(table: str, columns: dict[str, np.ndarray]) -> None:
    """A table of whole numbers for the transaction, filled in one message."""
    _drop_after_run(table)
    names = ", ".join(f"{name} bigint NOT NULL" for name in columns)
    database.execute(f"CREATE TEMP TABLE {table} ({names}) ON COMMIT DROP")
    parts = [("fields", ">i2")]
    for name in columns:
        parts += [(f"{name} length", ">i4"), (name, ">i8")]
    rows = np.empty(len(next(iter(columns.values()))), dtype=parts)
    rows["fields"] = len(columns)
    for name, values in columns.items():
        rows[f"{name} length"], rows[name] = 8, values
    with (
        connection.wrap_database_errors,
        connection.cursor() as cursor,
        cursor.copy(f"COPY {table} FROM STDIN (FORMAT BINARY)") as target,
    ):
        target.write(BEGIN + rows.tobytes() + END)
    database.execute(f"ANALYZE {table}")


def _drop_after_run(table: str) -> None:
    """Two runs may share a transaction."""
    database.execute(f"DROP TABLE IF EXISTS {table}, {table.replace('_staged', '_new')}")


def _replace(model, source: str, key: tuple[str, ...], names: list[str], ctx) -> None:
    """Make the company's rows of a model those of `source`, whose `known` is the row that is there; by differences."""
    table = model._meta.db_table
    known = {"company": ctx.company_id, "today": ctx.business_date}
    same = " AND ".join(f"n.{name} = t.{name}" for name in key)
    database.execute(
        f"DELETE FROM {table} t WHERE company_id = %(company)s AND NOT EXISTS (SELECT FROM {source} n WHERE {same})",
        company=ctx.company_id,
    )
    before, after = (", ".join(f"{row}.{name}" for name in ["as_of", *names]) for row in ("t", "n"))
    after = after.replace("n.as_of", "%(today)s::date", 1)
    database.execute(
        f"""
        UPDATE {table} t SET as_of = %(today)s, updated_at = now(), {", ".join(f"{name} = n.{name}" for name in names)}
        FROM {source} n WHERE t.id = n.known AND ({before}) IS DISTINCT FROM ({after})""",
        today=ctx.business_date,
    )
    columns = ", ".join([*key, *names])
    database.execute(
        f"""
        INSERT INTO {table} (company_id, as_of, {columns}, created_at, updated_at, version, custom)
        SELECT %(company)s, %(today)s, {columns}, now(), now(), 1, '{{}}' FROM {source} WHERE known IS NULL""",
        **known,
    )
    database.analyze(model)
