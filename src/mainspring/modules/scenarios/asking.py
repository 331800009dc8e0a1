"""Asking what changes lead to, and answering: pages ask, the planner answers between two batches from what it holds.

Pages stay light and hold no plan. Where no planner runs, the process that asks reads the plan once and answers itself.
"""

import logging
import time
from dataclasses import dataclass
from datetime import timedelta

from django.db import connection, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from mainspring.kernel import database
from mainspring.kernel.models import Company
from mainspring.modules.planning import queries
from mainspring.modules.planning.queries import Kept, beside, context

from . import figures, rehearsing
from .models import WorkedOut

logger = logging.getLogger(__name__)

PATIENCE_SECONDS = 4.0
LOOK_SECONDS = 0.02
GOOD_FOR = timedelta(minutes=5)
"""A result on the present plan is still good for so long: money comes and goes without the plan."""
KEPT_DAYS = 2
AT_ONCE = 4


@dataclass
class Result:
    """What a set of changes leads to, as it is known now.

    columns, base  with the changes and without, of one moment; empty when nothing is known yet
    waits          it is being worked out; what is shown, if anything, is of an older plan
    """

    columns: dict[str, NDArray]
    base: dict[str, NDArray]
    problems: list[dict]
    seconds: float
    answered_at: object
    waits: bool

    @property
    def is_known(self) -> bool:
        return bool(self.columns)


def result_of(row: WorkedOut) -> Result:
    data, base = bytes(row.data), bytes(row.base)
    return Result(
        figures.unpacked(data) if data else {},
        figures.unpacked(base) if base else {},
        row.problems,
        row.seconds or 0.0,
        row.answered_at,
        row.waits,
    )


def worked_out(ctx, changes: list[dict], *, patience: float = PATIENCE_SECONDS) -> Result:
    """What changes lead to on the plan of now; after `patience` seconds what is known so far, with `waits`."""
    row = _ask(ctx, changes)
    if row.waits and (connection.in_atomic_block or not queries.age(ctx).runs):
        _answer_here(row)
    end = time.monotonic() + patience
    while row.waits and time.monotonic() < end:
        time.sleep(LOOK_SECONDS)
        row.refresh_from_db(fields=["waits"])
    row.refresh_from_db()
    return result_of(row)


def _ask(ctx, changes: list[dict]) -> WorkedOut:
    """The row of the changes; it waits unless what it says is of the present plan."""
    sent = [{"kind": c["kind"], "subject": c["subject"], "sent": c["sent"]} for c in changes]
    digest = rehearsing.digest(sent)
    now = timezone.now()
    state = database.rows(
        """SELECT s.version, EXISTS (SELECT FROM planning_planmark WHERE company = %(company)s) AS marked
        FROM (SELECT 1) one LEFT JOIN planning_planstate s ON s.company_id = %(company)s""",
        company=ctx.company_id,
    )[0]
    row, made = WorkedOut.objects.get_or_create(
        company_id=ctx.company_id,
        digest=digest,
        defaults={"changes": sent, "language": translation.get_language() or "en"},
    )
    good = (
        row.answered_at is not None
        and row.version == state["version"]
        and not state["marked"]
        and now - row.answered_at < GOOD_FOR
        and timezone.localdate(row.answered_at) == timezone.localdate(now)
    )
    if made or good:
        if made:
            _forget_old(ctx)
        return row
    if not row.waits or now - row.asked_at > timedelta(minutes=1):
        row.waits, row.asked_at = True, now
        row.language = translation.get_language() or "en"
        row.save(update_fields=["waits", "asked_at", "language"])
    return row


def _forget_old(ctx) -> None:
    from .models import Scenario

    kept = Scenario.objects.filter(result__isnull=False).values("result")
    old = timezone.now() - timedelta(days=KEPT_DAYS)
    WorkedOut.objects.filter(company=ctx.company_id, asked_at__lt=old).exclude(pk__in=kept).delete()


# -- answering --------------------------------------------------------------------------------------------------------


@beside.fill
def answer(kept: dict[int, Kept]) -> int:
    """Answer what is asked about the plans that are held; how much was answered."""
    waiting = list(WorkedOut.objects.filter(waits=True, company__in=list(kept)).order_by("asked_at")[:AT_ONCE])
    return sum(_answer(row, kept[row.company_id]) for row in waiting)


def _answer(row: WorkedOut, kept: Kept, *, follows: bool = True) -> bool:
    """Work out what a row asks; not yet when the plan has to follow something first."""
    ctx = context(Company.objects.get(pk=row.company_id))
    try:
        with translation.override(row.language):
            found = rehearsing.rehearse(row.changes, kept, ctx, follows=follows)
    except rehearsing.Behind:
        return False
    except Exception as error:
        if not connection.is_usable():
            raise
        logger.exception("a scenario could not be worked out")
        with translation.override(row.language):
            text = _("It could not be worked out now: %(why)s") % {"why": _why(error)}
        _keep(row, problems=[{"change": None, "text": text}], answered_at=timezone.now(), version=kept.version)
        return True
    _keep(
        row,
        data=figures.packed(found.columns),
        base=figures.packed(found.base),
        problems=found.problems,
        seconds=round(found.seconds, 4),
        answered_at=timezone.now(),
        version=kept.version,
    )
    return True


def _why(error: Exception) -> str:
    if type(error).__name__ == "OperationalError" and "lock" in str(error):
        return _("somebody is changing one of the records.")
    return _("an unexpected error; it is in the log.")


def _keep(row: WorkedOut, **values) -> None:
    WorkedOut.objects.filter(pk=row.pk).update(waits=False, **values)


def _answer_here(row: WorkedOut) -> None:
    """Without a planner: read the plan, answer, and let it go."""
    with transaction.atomic():
        _answer(row, Kept(), follows=False)


__all__ = ["Result", "answer", "result_of", "worked_out"]
