"""Load of work centers from planned orders, kept by week; only weeks that differ are written."""

from datetime import timedelta
from decimal import Decimal

import numpy as np

from mainspring.kernel import database

from .holding import Held
from .network import HORIZON, TICKS

FOUR = Decimal("0.0001")


def by_week(held: Held) -> dict[tuple[int, object], Decimal]:
    """{(work center, Monday): standard hours of planned orders}, weeks without load left out."""
    shop, load = held.structure, held.plan.load
    if not len(shop.centers):
        return {}
    offset = held.today.weekday()
    week = (np.arange(HORIZON.days) + offset) // 7
    weeks = np.zeros((len(shop.centers), int(week[-1]) + 1), np.int64)
    np.add.at(weeks.T, week, load.T[: HORIZON.days])
    monday = held.today - timedelta(days=offset)
    rows, columns = np.nonzero(weeks)
    return {
        (int(shop.centers[c]), monday + timedelta(weeks=int(w))): (Decimal(int(weeks[c, w])) / TICKS).quantize(FOUR)
        for c, w in zip(rows.tolist(), columns.tolist(), strict=True)
    }


def write(held: Held) -> int:
    """Make the stored load that of the plan; rows that differed."""
    wanted = by_week(held)
    if wanted == getattr(held, "load_written", None):
        return 0
    have = {
        (row["work_center_id"], row["week"]): row["hours"]
        for row in database.rows(
            """SELECT l.work_center_id, l.week, l.hours FROM planning_centerload l
            JOIN engineering_workcenter c ON c.id = l.work_center_id JOIN kernel_site s ON s.id = c.site_id
            WHERE s.company_id = %(company)s""",
            company=held.company_id,
        )
    }
    gone = [key for key in have if key not in wanted]
    new = [key for key, hours in wanted.items() if have.get(key) != hours]
    if gone:
        database.execute(
            "DELETE FROM planning_centerload l USING unnest(%(centers)s::bigint[], %(weeks)s::date[]) g (center, week) "
            "WHERE l.work_center_id = g.center AND l.week = g.week",
            centers=[c for c, _w in gone],
            weeks=[w for _c, w in gone],
        )
    if new:
        database.execute(
            "INSERT INTO planning_centerload (work_center_id, week, hours) "
            "SELECT * FROM unnest(%(centers)s::bigint[], %(weeks)s::date[], %(hours)s::numeric[]) "
            "ON CONFLICT (work_center_id, week) DO UPDATE SET hours = EXCLUDED.hours",
            centers=[c for c, _w in new],
            weeks=[w for _c, w in new],
            hours=[wanted[key] for key in new],
        )
    held.load_written = wanted  # type: ignore[attr-defined]
    return len(gone) + len(new)
