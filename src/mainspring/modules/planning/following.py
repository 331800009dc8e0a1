"""One batch of planning: take the marks, plan what they reach, write the differences; all in one transaction.

Marks are deleted in the transaction that writes what they led to. A planner that dies leaves both undone, and who comes
next finds them. The version in the company's state tells who holds a plan in memory whether it is still the last one.
"""

import time
from dataclasses import dataclass, replace

import numpy as np
from django.utils import timezone

from mainspring.kernel import audit, database, running
from mainspring.kernel.context import Context
from mainspring.kernel.models import Company

from . import exceptions, loading, proposals
from .holding import Held, StructureChanged
from .models import PlanRun

LOCK_SPACE = 7203  # advisory locks (LOCK_SPACE, company): one batch a company at a time; (LOCK_SPACE, 0): the planner


@dataclass
class Outcome:
    """What a batch did: marks taken, items looked at, rows written, seconds; `is_full`: everything was read."""

    marks: int = 0
    items: int = 0
    new: int = 0
    changed: int = 0
    withdrawn: int = 0
    reworded: int = 0
    exceptions: int = 0
    seconds: float = 0.0
    is_full: bool = False

    @property
    def is_quiet(self) -> bool:
        """Nothing was written but the state."""
        return not (self.new or self.changed or self.withdrawn or self.reworded or self.exceptions)


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
            database.execute(
                "SELECT set_config('mainspring.planning', 'on', true), pg_advisory_xact_lock(%(space)s, %(company)s)",
                space=LOCK_SPACE,
                company=ctx.company_id,
            )
            outcome = _batch(run.ctx, kept, everything)
            outcome.seconds = time.perf_counter() - began
            _note(kept, ctx, outcome)
            if not outcome.is_quiet and not run.is_nested:
                audit.write(run.id, PlanRun(pk=None), "plan", ctx, **_details(outcome))
            database.execute("SELECT set_config('mainspring.planning', '', true)")
    except BaseException:
        kept.forget()
        raise
    return outcome


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
    _write(held, nodes, ctx, outcome, {m["item"] for m in marks if m["item"] is not None})
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


def _write(held: Held, nodes, ctx, outcome: Outcome, marked: set[int]) -> None:
    if nodes is not None and not len(nodes):
        return
    have = proposals.stored(held, nodes, held.stored if nodes is None else None)
    want = proposals.wanted(held, nodes)
    changes = proposals.differences(proposals.indexed(want), proposals.indexed(have))
    outcome.new, outcome.changed, outcome.withdrawn = proposals.write(held, want, changes, ctx)
    looked = nodes
    if looked is None:  # what serves something else now keeps its dates and gets another reason
        few = len(want.node) < proposals.FEW
        looked = np.arange(len(held.structure.keys)) if few else held.nodes_of(sorted(marked))
    outcome.reworded = proposals.refreshed(held, want, looked, changes)
    outcome.exceptions = sum(exceptions.write(held, nodes))
    loading.write(held)


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


__all__ = ["Kept", "Outcome", "batch", "context"]
