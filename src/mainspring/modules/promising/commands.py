"""Promising one after another: who promises goods holds them until the promise is written."""

from collections.abc import Iterable

from mainspring.kernel import database

LOCK_SPACE = 7_310_005
"""The space of the advisory locks, one an item and site."""


def take_turns(site_id: int, item_ids: Iterable[int]) -> None:
    """Wait until nobody else is promising these items at the site, and hold them to the end of the transaction.

    What is read afterwards holds what the others promised, so that no unit in stock or on its way is promised twice.
    """
    database.execute(
        """SELECT pg_advisory_xact_lock(%(space)s, place) FROM (
            SELECT DISTINCT ((%(site)s::bigint * 1000003 + item) %% 2147483647)::int4 AS place
            FROM unnest(%(items)s::bigint[]) AS item ORDER BY place) held""",
        space=LOCK_SPACE,
        site=site_id,
        items=sorted(set(item_ids)),
    )
