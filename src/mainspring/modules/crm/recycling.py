"""When what is held goes back to its pool, and the nightly return: by follow-up, deal, level and contract (K02, K03).

Modules above say what they know of customers by SQL, so that all of them are asked at once:

    recycling.deals("sales.orders", "SELECT party_id, ordered_on AS day, total_base AS amount FROM sales_salesorder …")
    recycling.contracts("contracts", "SELECT party_id, ends_on AS day FROM …")     # day null: no end
    recycling.approvals("sales.orders", "SELECT d.party_id FROM … kernel_approvalrequest …")

Each statement may use %(company)s and %(today)s.
"""

from collections import Counter, defaultdict
from contextlib import contextmanager
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from mainspring.kernel import commands, database, notifications
from mainspring.kernel.models import User
from mainspring.modules.parties.models import Party

from . import admitting, pooling
from .models import HELD, Lead

AT_ONCE = 20_000
"""Records returned in one transaction."""

_deals: dict[str, str] = {}
_contracts: dict[str, str] = {}
_approvals: dict[str, str] = {}


def deals(name: str, sql: str) -> None:
    """Deals with customers: rows of (party_id, day, amount in the company's currency)."""
    _deals[name] = sql


def contracts(name: str, sql: str) -> None:
    """Contracts with customers: rows of (party_id, day): lives through that day, or without end when it is null."""
    _contracts[name] = sql


def approvals(name: str, sql: str) -> None:
    """Customers about whom something waits for approval: rows of (party_id)."""
    _approvals[name] = sql


deals(
    "crm.opportunities",
    "SELECT party_id, GREATEST(created_at::date, stage_since) AS day, "
    "CASE WHEN state = 'won' THEN amount_base ELSE 0 END AS amount "
    "FROM crm_opportunity WHERE company_id = %(company)s AND state <> 'lost'",
)
approvals(
    "crm.customers",
    "SELECT record_id::bigint AS party_id FROM kernel_approvalrequest "
    "WHERE state = 'waiting' AND entity = 'parties.party' "
    "UNION ALL SELECT o.party_id FROM crm_opportunity o JOIN kernel_approvalrequest r ON r.identity_id = o.id "
    "WHERE r.state = 'waiting'",
)


def _union(parts: dict[str, str], empty: str) -> str:
    return " UNION ALL ".join(f"({sql})" for sql in parts.values()) or empty


HELD_ONES = "c.state = 'held' AND c.owner_id IS NOT NULL"
SOME = "{0}party_id = ANY(%(parties)s::bigint[])"
OF_OWNER = (
    "{0}party_id IN (SELECT o.party_id FROM crm_poolcustomer o "
    "WHERE o.owner_id = %(owner)s AND o.state = 'held' AND o.company_id = %(company)s)"
)


def _clocks(only: str = "", *, held: bool = True) -> str:
    """Held customers with the days their pool counts and the day they go back; `blocked` says what keeps them.

    only  of these customers, so that no deal of another is read: SOME or OF_OWNER
    held  False: those that wait too
    """
    here, among = only.format("c.") or "true", only.format("") or "true"
    return f"""
    WITH deal AS (
        SELECT party_id, max(day) AS day, sum(amount) FILTER (WHERE day > %(today)s - 730) AS amount
        FROM ({_union(_deals, "SELECT NULL::bigint, NULL::date, 0 WHERE false")}) AS d (party_id, day, amount)
        WHERE {among} GROUP BY party_id),
    contract AS (
        SELECT party_id, bool_or(day IS NULL OR day >= %(today)s) AS lives, max(day) AS ended
        FROM ({_union(_contracts, "SELECT NULL::bigint, NULL::date WHERE false")}) AS c (party_id, day)
        WHERE {among} GROUP BY party_id),
    approval AS (
        SELECT DISTINCT party_id FROM ({_union(_approvals, "SELECT NULL::bigint WHERE false")}) AS a (party_id)
        WHERE {among}),
    clock AS (
        SELECT c.id, c.party_id, c.owner_id, c.pool_id, c.reminded_at, pool.remind_days, deal.day AS last_deal,
            COALESCE(deal.amount, 0) AS worth, contract.ended, contract.lives, approval.party_id AS waits,
            GREATEST(c.touched_at, c.claimed_at, CASE WHEN c.touched_at IS NULL AND c.claimed_at IS NULL
                                                 THEN c.since END) AS touched,
            COALESCE(c.claimed_at, c.since) AS taken,
            CASE WHEN r.id IS NULL THEN pool.recycle_days ELSE r.recycle_days END AS follow_days,
            CASE WHEN r.id IS NULL THEN pool.deal_days ELSE r.deal_days END AS deal_days,
            CASE WHEN r.id IS NULL THEN pool.contract_days ELSE r.contract_days END AS contract_days
        FROM crm_poolcustomer c JOIN crm_leadpool pool ON pool.id = c.pool_id
        LEFT JOIN crm_levelrule r ON r.pool_id = c.pool_id AND r.level = c.level
        LEFT JOIN deal ON deal.party_id = c.party_id
        LEFT JOIN contract ON contract.party_id = c.party_id
        LEFT JOIN approval ON approval.party_id = c.party_id
        WHERE c.company_id = %(company)s AND {HELD_ONES if held else "true"} AND {here} AND pool.active),
    rule AS (
        SELECT clock.*,
            touched + make_interval(days => follow_days) AS by_follow_up,
            GREATEST(last_deal::timestamptz, taken) + make_interval(days => deal_days) AS by_deal,
            CASE WHEN ended >= taken::date THEN ended::timestamptz + make_interval(days => contract_days) END
                AS by_contract
        FROM clock),
    due AS (
        SELECT rule.*, LEAST(by_follow_up, by_deal, by_contract) AS back,
            CASE LEAST(by_follow_up, by_deal, by_contract) WHEN by_follow_up THEN 'no_follow_up'
                 WHEN by_deal THEN 'no_deal' ELSE 'contract' END AS cause,
            CASE WHEN lives THEN 'contract' WHEN waits IS NOT NULL THEN 'approval' ELSE '' END AS blocked
        FROM rule)
    """


def clock_of(party: Party, company_id: int, today) -> dict | None:
    """How the clock of one held customer stands: back, cause, blocked and the days counted; None when none runs."""
    found = database.rows(_clocks(SOME) + "SELECT * FROM due", parties=[party.pk], company=company_id, today=today)
    return found[0] if found else None


# -- the return -------------------------------------------------------------------------------------------------------


def recycle_leads(ctx, now: datetime) -> int:
    """Return to their pools the leads nobody followed up; the number returned; few statements for any number."""
    found = database.rows(DUE_LEADS.format(only=""), company=ctx.company_id, held=list(HELD), now=now)
    keys = [row["id"] for row in found]
    with _telling(ctx, "/crm/leads/?state=open", _leads_went_back) as counts:
        for first in range(0, len(keys), AT_ONCE):
            _some_leads(ctx, now, keys[first : first + AT_ONCE], counts)
    return counts.total()


def recycle_customers(ctx, now: datetime) -> int:
    """Return to their pools the customers whose owner did not follow up, made no deal or lost the contract.

    All clocks are read once; those of each part again under the locks of its customers.
    """
    if not admitting.customer_pools.get(ctx.company_id):
        return 0
    due = database.rows(
        _clocks() + "SELECT party_id FROM due WHERE back < %(now)s AND blocked = '' ORDER BY party_id",
        company=ctx.company_id,
        today=ctx.business_date,
        now=now,
    )
    keys = [row["party_id"] for row in due]
    with _telling(ctx, "/crm/pool-customers/?state=waiting", _customers_went_back) as counts:
        for first in range(0, len(keys), AT_ONCE):
            _some_customers(ctx, now, keys[first : first + AT_ONCE], counts)
    return counts.total()


DUE_LEADS = """
SELECT lead.id, lead.owner_id, lead.pool_id
FROM crm_lead lead JOIN crm_leadpool pool ON pool.id = lead.pool_id
WHERE lead.company_id = %(company)s AND lead.state = ANY(%(held)s) AND pool.recycle_days IS NOT NULL
  AND lead.merged_into_id IS NULL
  AND COALESCE(lead.touched_at, lead.claimed_at) < %(now)s - make_interval(days => pool.recycle_days)
  AND NOT EXISTS (SELECT 1 FROM kernel_approvalrequest r WHERE r.identity_id = lead.id AND r.state = 'waiting')
  {only}
"""
"""Held leads whose owner was silent for the days of their pool."""

BACK_TO_POOLS = f"""
WITH RECURSIVE {pooling.ABOVE},
    kinds AS (
        SELECT DISTINCT l.company_id, l.territory_id, l.source, l.interest_id,
            CASE WHEN (SELECT count(value_min) > 0 FROM crm_leadpool) THEN l.value END AS value
        FROM crm_lead l WHERE l.id = ANY(%(keys)s)),
    best AS MATERIALIZED (
        SELECT lead.*, (
            SELECT pool.id FROM above JOIN crm_leadpool pool ON pool.territory_id = above.id
            WHERE above.root = lead.territory_id AND {pooling.TAKES_LEAD}
            ORDER BY pool.priority, above.distance, pool.code LIMIT 1) AS pool_id
        FROM kinds AS lead)
UPDATE crm_lead lead SET former_owner_id = lead.owner_id, owner_id = NULL, released_at = %(now)s, claimed_at = NULL,
    next_on = NULL, state = 'open', version = lead.version + 1, updated_at = %(now)s,
    pool_id = COALESCE(best.pool_id, lead.pool_id)
FROM best
WHERE lead.id = ANY(%(keys)s) AND best.company_id = lead.company_id AND best.territory_id = lead.territory_id
  AND best.source = lead.source AND best.interest_id IS NOT DISTINCT FROM lead.interest_id
  AND (best.value IS NULL OR best.value = lead.value)
"""
"""The pool of each is looked for once for all leads that are alike in what pools ask for."""


def _some_leads(ctx, now: datetime, leads: list, counts: Counter) -> None:
    with commands.batch(Lead, ctx, "recycle") as inner:
        due = database.rows(
            DUE_LEADS.format(only="AND lead.id = ANY(%(leads)s) ORDER BY lead.id FOR UPDATE OF lead SKIP LOCKED"),
            company=ctx.company_id,
            held=list(HELD),
            now=now,
            leads=leads,
        )
        if due:
            pooling.log(inner, "lead", due, cause="no_follow_up", now=now)
            with database.many_rows(Lead):
                database.execute(BACK_TO_POOLS, keys=[row["id"] for row in due], now=now)
    counts.update(row["owner_id"] for row in due)


def _some_customers(ctx, now: datetime, parties: list[int], counts: Counter) -> None:
    with commands.batch(Party, ctx, "recycle") as inner:
        locked = database.rows(
            "SELECT id FROM parties_party WHERE id = ANY(%(parties)s) AND merged_into_id IS NULL "
            "AND owner_id IS NOT NULL ORDER BY id FOR UPDATE SKIP LOCKED",
            parties=parties,
        )
        # Sets are joined with sets: the planner takes what the filters leave of them for a few rows.
        database.execute("SET LOCAL enable_nestloop = off")
        due = database.rows(
            _clocks(SOME) + "SELECT party_id AS id, owner_id, pool_id, cause FROM due "
            "WHERE back < %(now)s AND blocked = '' ORDER BY id",
            company=ctx.company_id,
            today=ctx.business_date,
            now=now,
            parties=[row["id"] for row in locked],
        )
        database.execute("SET LOCAL enable_nestloop = on")
        if due:
            with database.many_rows(Party):
                pooling.to_pool(inner, due, now=now)
    counts.update(row["owner_id"] for row in due)


@contextmanager
def _telling(ctx, href: str, title):
    """Former owners hear once how many of theirs went back, however many parts it took; yields {owner: count}."""
    counts: Counter[int] = Counter()
    try:
        yield counts
    finally:
        alike = defaultdict(list)
        for person in User.objects.filter(pk__in=counts):
            alike[counts[person.pk]].append(person)
        for count, people in alike.items():
            notifications.notify(people, ctx, kind="lead", title=title(count), href=href)


def _leads_went_back(count: int):
    return ngettext_lazy(
        "%(count)d lead went back to the pool", "%(count)d leads went back to the pool", "count"
    ) % {"count": count}  # fmt: skip


def _customers_went_back(count: int):
    return ngettext_lazy(
        "%(count)d customer went back to the pool", "%(count)d customers went back to the pool", "count"
    ) % {"count": count}  # fmt: skip


# -- before it goes back ----------------------------------------------------------------------------------------------


def going_back(company_id: int, today, now: datetime, *, owner=None, unreminded: bool = False) -> list[dict]:
    """Held customers that go back within their pool's days of warning: party_id, owner_id, back, cause."""
    if not admitting.customer_pools.get(company_id):
        return []
    return database.rows(
        _clocks(OF_OWNER if owner is not None else "")
        + """
        SELECT id, party_id, owner_id, back, cause FROM due
        WHERE blocked = '' AND back < %(now)s + make_interval(days => remind_days)
          AND (NOT %(unreminded)s OR reminded_at IS NULL OR reminded_at < touched)
        ORDER BY back, id""",
        company=company_id,
        today=today,
        now=now,
        owner=getattr(owner, "pk", None),
        unreminded=unreminded,
    )


def remind(ctx) -> int:
    """Tell owners, in the app and by mail, which customers go back soon; each once until it is followed up."""
    now = timezone.now()
    found = going_back(ctx.company_id, ctx.business_date, now, unreminded=True)
    by_owner = defaultdict(list)
    for row in found:
        by_owner[row["owner_id"]].append(row["party_id"])
    people = User.objects.in_bulk(list(by_owner))
    for key, parties in by_owner.items():
        names = Party.objects.filter(pk__in=parties[:10]).values_list("name", flat=True)
        notifications.notify(
            [people[key]],
            ctx,
            kind="lead",
            title=_titled(len(parties)),
            text=", ".join(names),
            href=f"/crm/pool-customers/?state=held&owner={key}",
            mail_template="news",
        )
    database.execute(
        "UPDATE crm_poolcustomer SET reminded_at = %(now)s WHERE id = ANY(%(ids)s)",
        now=now,
        ids=[row["id"] for row in found],
    )
    return len(found)


def _titled(count: int):
    return ngettext_lazy(
        "%(count)d customer goes back to the pool soon", "%(count)d customers go back to the pool soon", "count"
    ) % {"count": count}  # fmt: skip


def weigh(ctx) -> int:
    """Note what customers in pools brought and when the last deal was, so that a claimer sees what waits."""
    return database.execute(
        _clocks(held=False)
        + """
        UPDATE crm_poolcustomer c SET worth = due.worth, last_deal_on = due.last_deal FROM due
        WHERE due.id = c.id AND (c.worth, c.last_deal_on) IS DISTINCT FROM (due.worth, due.last_deal)""",
        company=ctx.company_id,
        today=ctx.business_date,
    )


CAUSES = {
    "no_follow_up": _("no follow-up"),
    "no_deal": _("no order and no opportunity"),
    "contract": _("its last contract ended"),
}
"""Why something goes back, in words."""
