"""One batch of planning: take the marks, plan what they reach, write the differences; all in one transaction.

Marks are deleted in the transaction that writes what they led to. A planner that dies leaves both undone, and who comes
next finds them. The version in the company's state tells who holds a plan in memory whether it is still the last one.
What is exceptional, and why orders are proposed, is noted as still to be said, and said in transactions of their own
when nothing else waits.
"""

import time
from dataclasses import dataclass, replace

import numpy as np
from django.utils import timezone
from numpy.typing import NDArray

from mainspring.kernel import audit, database, running
from mainspring.kernel.context import Context
from mainspring.kernel.models import Company
from mainspring.kernel.plugin_points import PluginPoint

from . import exceptions, loading, proposals, wording
from .holding import Held, StructureChanged
from .models import PlanRun

ALL_BELOW = 20_000
"""A smaller plan that was read whole says all its reasons again; a larger one those of what was marked or changed."""
LOCK_SPACE = 7203  # advisory locks (LOCK_SPACE, company): one batch a company at a time; (LOCK_SPACE, 0): the planner

beside: PluginPoint = PluginPoint("planning.beside", many=True)
"""Called with {company: its plan as it is held} between two batches, for questions the plans in memory can answer; how
many were answered. What it changes of a plan it has to bring back."""


@dataclass
class Outcome:
    """What a batch did: marks taken, items looked at, rows written, seconds; `is_full`: everything was read."""

    marks: int = 0
    items: int = 0
    new: int = 0
    changed: int = 0
    withdrawn: int = 0
    exceptions: int = 0
    seconds: float = 0.0
    is_full: bool = False

    @property
    def is_quiet(self) -> bool:
        """Nothing was written but the state."""
        return not (self.new or self.changed or self.withdrawn or self.exceptions)


class Kept:
    """The plan of a company in memory between batches, as of a version."""

    def __init__(self) -> None:
        self.held: Held | None = None
        self.version = -1
        self.at = timezone.now()  # what was committed by then is in the plan

    def forget(self) -> None:
        """Read everything anew next time."""
        self.held, self.version = None, -1


def context(company: Company) -> Context:
    """The circumstances of the planner: nobody's, trusted."""
    return Context(user=None, business_date=company.today(), company_id=company.pk, source="job", trusted=True)


def batch(ctx, kept: Kept, *, everything: bool = False) -> Outcome:
    """Take what is marked and bring the plan and what is stored of it up to date.

    everything  read and compare all of it whether marked or not
    """
    began = time.perf_counter()
    trusted = replace(ctx, trusted=True)
    try:
        with running.command(PlanRun, trusted, "plan", {}) as run:
            _alone(ctx.company_id)
            outcome = _batch(run.ctx, kept, everything)
            outcome.seconds = time.perf_counter() - began
            _note(kept, ctx, outcome)
            if not outcome.is_quiet and not run.is_nested:
                audit.write(run.id, PlanRun(pk=None), "plan", ctx, **_details(outcome))
            _done()
    except BaseException:
        kept.forget()
        raise
    return outcome


def word(ctx, kept: Kept, most: int = wording.NODES_MOST) -> int:
    """Say what is exceptional, then why proposals are there, of so many items; how many, none when all is said.

    Nothing is done while the plan in memory is not the one in the database: the next batch reads it first.
    """
    held = kept.held
    if held is None or held.today != ctx.business_date or not wording.waits(ctx.company_id):
        return 0
    with running.command(PlanRun, replace(ctx, trusted=True), "plan", {}):
        _alone(ctx.company_id)
        found = wording.some(held, most) if kept.version == _state(ctx.company_id)["version"] else 0
        _done()
    return found


def _alone(company_id: int) -> None:
    """One transaction a company plans at a time; what it writes of the plan marks nothing and has no row history.

    A crash of the server may take back the last moments: the marks are taken back with them, and planned again.
    """
    database.execute(
        "SELECT set_config('mainspring.planning', 'on', true), set_config('mainspring.recording', 'off', true), "
        "set_config('synchronous_commit', 'off', true), pg_advisory_xact_lock(%(space)s, %(company)s)",
        space=LOCK_SPACE,
        company=company_id,
    )


def _done() -> None:
    """What follows in a transaction around this one is marked and kept again."""
    database.execute(
        "SELECT set_config('mainspring.planning', '', true), set_config('mainspring.recording', '', true), "
        "set_config('synchronous_commit', 'on', true)"
    )


def _details(outcome: Outcome) -> dict:
    return {"new": outcome.new, "changed": outcome.changed, "withdrawn": outcome.withdrawn}


def _batch(ctx, kept: Kept, everything: bool) -> Outcome:
    outcome = Outcome()
    state = _state(ctx.company_id)
    kept.at = timezone.now()
    marks = database.rows(
        "DELETE FROM planning_planmark WHERE company = %(company)s RETURNING item, is_structure", company=ctx.company_id
    )
    outcome.marks = len(marks)
    held = kept.held
    stale = held is None or kept.version != state["version"] or held.today != ctx.business_date
    nodes = None
    if not (stale or everything or any(m["is_structure"] or m["item"] is None for m in marks)):
        try:
            nodes = held.follow({m["item"] for m in marks})  # type: ignore[union-attr]
        except StructureChanged:
            nodes = None
    if nodes is None:
        kept.held = None  # before the new one is made, so that memory holds one
        held = kept.held = Held(ctx.company_id, ctx.business_date)
        outcome.is_full = True
    assert held is not None
    kept.version = state["version"] + 1
    outcome.items = len(held.structure.keys) if nodes is None else len(nodes)
    _write(held, nodes, outcome, {m["item"] for m in marks if m["item"] is not None})
    return outcome


def _state(company_id: int) -> dict:
    database.execute(
        "INSERT INTO planning_planstate (company_id, version, nodes, seconds) VALUES (%(company)s, 0, 0, 0) "
        "ON CONFLICT DO NOTHING",
        company=company_id,
    )
    return database.rows(
        "SELECT version, planned_on FROM planning_planstate WHERE company_id = %(company)s FOR UPDATE",
        company=company_id,
    )[0]


def _write(held: Held, nodes, outcome: Outcome, marked: set[int]) -> None:
    if nodes is not None and not len(nodes):
        return
    have = proposals.stored(held, nodes, held.stored if nodes is None else None)
    want = proposals.wanted(held, nodes)
    changes = proposals.differences(want, have)
    outcome.new, outcome.changed, outcome.withdrawn = proposals.write(held, want, changes)
    wording.note(held, _to_be_said(held, nodes, changes, marked), fresh=nodes is not None)
    if nodes is None:
        outcome.exceptions = sum(exceptions.write(held, None))
    loading.write(held)


def _to_be_said(held: Held, nodes, changes: proposals.Changes, marked: set[int]) -> NDArray:
    """Nodes whose proposals may have another reason now, even where they keep their days and quantities."""
    if nodes is None:
        nodes = held.nodes_of(sorted(marked)) if len(held.structure.keys) > ALL_BELOW else None
    if nodes is None:
        return np.arange(len(held.structure.keys))
    return np.union1d(nodes, np.array(sorted(changes.nodes), np.int64)).astype(np.int64)


def _note(kept: Kept, ctx, outcome: Outcome) -> None:
    database.execute(
        """UPDATE planning_planstate SET version = %(version)s, planned_on = %(today)s, current_at = %(at)s,
            nodes = %(nodes)s, seconds = %(seconds)s WHERE company_id = %(company)s""",
        version=kept.version,
        today=ctx.business_date,
        at=kept.at,
        nodes=len(kept.held.structure.keys) if kept.held else 0,
        seconds=round(outcome.seconds, 4),
        company=ctx.company_id,
    )


__all__ = ["Kept", "Outcome", "batch", "beside", "context"]
