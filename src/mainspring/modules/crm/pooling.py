"""Leads and customers on their way between hands and pools: set by set, each move logged (K01 to K04)."""

from datetime import datetime

from mainspring.kernel import database

from . import admitting

ABOVE = """
    above AS (
        SELECT id AS root, id, parent_id, 0 AS distance FROM kernel_territory
        UNION ALL SELECT above.root, t.id, t.parent_id, above.distance + 1
        FROM above JOIN kernel_territory t ON t.id = above.parent_id WHERE above.distance < 50)
"""
"""Every territory (root) with those above it, itself among them."""

TAKES_LEAD = """
    pool.company_id = lead.company_id AND pool.active AND pool.kind = 'leads' AND pool.source IN ('', lead.source)
    AND (pool.value_min IS NULL OR pool.value_min <= lead.value)
    AND (pool.interest_id IS NULL OR pool.interest_id IN (
        WITH RECURSIVE up AS (
            SELECT id, parent_id FROM items_itemcategory WHERE id = lead.interest_id
            UNION SELECT c.id, c.parent_id FROM up JOIN items_itemcategory c ON c.id = up.parent_id)
        SELECT id FROM up))
"""
"""Whether a pool takes a lead, its territory aside (K04)."""

POOL_OF_CUSTOMER = """
    SELECT DISTINCT ON (above.root) above.root, pool.id AS pool_id
    FROM above JOIN crm_leadpool pool ON pool.territory_id = above.id
    WHERE pool.company_id = %(company)s AND pool.active AND pool.kind = 'customers'
    ORDER BY above.root, pool.priority, above.distance, pool.code
"""
"""The one pool that takes the customers of a territory (K04)."""


def log(ctx, what: str, rows: list[dict], *, cause: str = "", now: datetime, reason: str = "", to=None) -> None:
    """Add moves of leads or customers ("lead", "party"), all in one statement.

    rows  each with id, pool_id, owner_id (from whom) and, where they differ, cause
    to    who has them now: a person or a key
    """
    kind = "uuid" if what == "lead" else "bigint"
    database.execute(
        f"""
        INSERT INTO crm_poolmove ({what}_id, pool_id, from_owner_id, to_owner_id, user_id, cause, reason, day, at)
        SELECT id, pool, owner, %(to)s::bigint, %(user)s::bigint, cause, %(reason)s, %(day)s, %(now)s
        FROM unnest(%(ids)s::{kind}[], %(pools)s::bigint[], %(owners)s::bigint[], %(causes)s::text[])
             AS t (id, pool, owner, cause)""",
        ids=[row["id"] for row in rows],
        pools=[row["pool_id"] for row in rows],
        owners=[row["owner_id"] for row in rows],
        causes=[row.get("cause") or cause for row in rows],
        to=getattr(to, "pk", to),
        user=getattr(ctx.user, "pk", None),
        reason=reason[:240],
        day=ctx.business_date,
        now=now,
    )


def to_pool(ctx, rows: list[dict], *, now: datetime, cause: str = "", reason: str = "") -> None:
    """Put customers whose rows are locked into the pools of their territories; their owners lose them at once.

    rows  each with id (of the party), pool_id (used when no other pool takes it), owner_id and perhaps cause
    Open opportunities of the former owner wait with the customer; planned next steps are closed (K03, K11).
    """
    log(ctx, "party", rows, cause=cause, now=now, reason=reason)
    values = {
        "ids": [row["id"] for row in rows],
        "owners": [row["owner_id"] for row in rows],
        "causes": [row.get("cause") or cause for row in rows],
        "company": ctx.company_id,
        "now": now,
        "reason": reason[:240],
    }
    database.execute(
        f"""
        WITH RECURSIVE {ABOVE}, best AS MATERIALIZED ({POOL_OF_CUSTOMER})
        UPDATE crm_poolcustomer c SET pool_id = COALESCE(best.pool_id, c.pool_id), since = %(now)s, cause = t.cause,
            state = 'waiting', owner_id = NULL, reason = %(reason)s,
            former_owner_id = t.owner, claimed_at = NULL, touched_at = NULL, reminded_at = NULL,
            version = c.version + 1, updated_at = %(now)s
        FROM unnest(%(ids)s::bigint[], %(owners)s::bigint[], %(causes)s::text[]) AS t (id, owner, cause)
        JOIN parties_party p ON p.id = t.id LEFT JOIN best ON best.root = p.territory_id
        WHERE c.party_id = t.id""",
        **values,
    )
    database.execute(
        "UPDATE parties_party SET owner_id = NULL, pooled_at = %(now)s, version = version + 1, updated_at = %(now)s "
        "WHERE id = ANY(%(ids)s)",
        **values,
    )
    database.execute(
        "UPDATE crm_opportunity o SET owner_id = NULL, version = o.version + 1, updated_at = %(now)s "
        "FROM unnest(%(ids)s::bigint[], %(owners)s::bigint[]) AS t (id, owner) "
        "WHERE o.party_id = t.id AND o.owner_id = t.owner AND o.closed_on IS NULL",
        **values,
    )


def settle(ctx, now: datetime, parties: list[int] | None = None) -> int:
    """Give customers their place: who has no owner waits in the pool of the territory, others are noted as held.

    Of all customers without one, or of `parties`; how many got one. K04: who is held already stays where it is.
    """
    if not admitting.customer_pools.get(ctx.company_id):
        return 0
    values = {"company": ctx.company_id, "now": now, "parties": parties, "all": parties is None}
    database.execute(
        """
        DELETE FROM crm_poolcustomer c USING parties_party p
        WHERE p.id = c.party_id AND c.company_id = %(company)s AND (%(all)s OR p.id = ANY(%(parties)s::bigint[]))
          AND (p.merged_into_id IS NOT NULL OR NOT p.is_customer)""",
        **values,
    )
    made = database.execute(
        f"""
        WITH RECURSIVE {ABOVE}, best AS MATERIALIZED ({POOL_OF_CUSTOMER}),
        made AS (
        INSERT INTO crm_poolcustomer (company_id, party_id, pool_id, state, owner_id, territory_id, level, since, cause,
            reason, claimed_at, worth, created_at, updated_at, version, custom)
        SELECT %(company)s, p.id, best.pool_id, 'held', p.owner_id, p.territory_id, '', %(now)s,
            CASE WHEN p.owner_id IS NULL THEN 'entered' ELSE 'assigned' END, '',
            CASE WHEN p.owner_id IS NOT NULL THEN %(now)s END, 0, %(now)s, %(now)s, 1, '{{}}'
        FROM parties_party p JOIN best ON best.root = p.territory_id
        WHERE p.is_customer AND p.active AND p.merged_into_id IS NULL
          AND (%(all)s OR p.id = ANY(%(parties)s::bigint[]))
          AND NOT EXISTS (SELECT FROM crm_poolcustomer there WHERE there.party_id = p.id)
        ON CONFLICT (party_id) DO NOTHING RETURNING party_id, pool_id, owner_id)
        INSERT INTO crm_poolmove (party_id, pool_id, to_owner_id, user_id, cause, reason, day, at)
        SELECT party_id, pool_id, owner_id, %(user)s::bigint, 'assigned', '', %(day)s, %(now)s FROM made
        WHERE owner_id IS NOT NULL""",
        user=getattr(ctx.user, "pk", None),
        day=ctx.business_date,
        **values,
    )
    waiting = database.rows(
        """
        SELECT p.id, c.pool_id, c.owner_id FROM parties_party p JOIN crm_poolcustomer c ON c.party_id = p.id
        WHERE c.company_id = %(company)s AND p.owner_id IS NULL AND p.pooled_at IS NULL AND p.active
          AND (%(all)s OR p.id = ANY(%(parties)s::bigint[]))
        ORDER BY p.id FOR UPDATE OF p SKIP LOCKED""",
        **values,
    )
    if waiting:
        to_pool(ctx, waiting, now=now, cause="entered")
    return made


def log_changed(ctx, parties: list[int], now: datetime) -> None:
    """Log owners changed by hand: where a customer's owner is not the one the last move says."""
    changed = database.rows(
        """
        SELECT c.party_id AS id, c.pool_id, last.to_owner_id AS owner_id, c.owner_id AS now_id
        FROM crm_poolcustomer c JOIN LATERAL (
            SELECT m.to_owner_id FROM crm_poolmove m WHERE m.party_id = c.party_id ORDER BY m.at DESC, m.id DESC LIMIT 1
        ) last ON true
        WHERE c.party_id = ANY(%(parties)s) AND c.state = 'held' AND c.owner_id IS DISTINCT FROM last.to_owner_id""",
        parties=parties,
    )
    for row in changed:
        log(ctx, "party", [row], cause="changed", now=now, to=row["now_id"])
        database.execute(
            "UPDATE crm_poolcustomer SET claimed_at = %(now)s, touched_at = %(now)s, since = %(now)s, "
            "cause = 'changed', reason = '' WHERE party_id = %(party)s",
            now=now,
            party=row["id"],
        )
