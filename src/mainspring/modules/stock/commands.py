"""Everything that moves, plans, reserves or values goods."""

from mainspring.kernel import database

from . import documents, moving, planning, reserving, valuing  # noqa: F401  (binds the verbs)
from .moving import MoveSpec, ensure_locations, expect, post_moves, reversed_spec
from .planning import replan, replan_all
from .reserving import release, release_lines, reserve, reserve_lines
from .valuing import change_standard_cost, charge_receipt

__all__ = [
    "MoveSpec",
    "change_standard_cost",
    "charge_receipt",
    "ensure_locations",
    "expect",
    "merge_totals",
    "post_moves",
    "release",
    "release_lines",
    "replan",
    "replan_all",
    "reserve",
    "reserve_lines",
    "reversed_spec",
]


def merge_totals() -> int:
    """Merge totals of the same item, place and month; returns how many there are now of those. Writers never wait."""
    return database.execute("""
        WITH alike AS (
            SELECT company_id, item_id, location_id, month FROM stock_movetotal
            GROUP BY 1, 2, 3, 4 HAVING COUNT(*) > 1),
        old AS (
            DELETE FROM stock_movetotal t USING alike a
            WHERE t.company_id = a.company_id AND t.item_id = a.item_id AND t.location_id = a.location_id
              AND t.month = a.month
            RETURNING t.company_id, t.item_id, t.location_id, t.month, t.quantity)
        INSERT INTO stock_movetotal (company_id, item_id, location_id, month, quantity)
        SELECT company_id, item_id, location_id, month, SUM(quantity) FROM old GROUP BY 1, 2, 3, 4""")
