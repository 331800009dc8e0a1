"""Working out a scenario: its changes are made for real in a transaction that is taken back.

The triggers that mark what a change reaches for the planner mark it here too, so the plan that is held in memory is
planned again for that alone, looked at, and brought back. What is worked out is by construction what promoting does.
"""

import hashlib
import json
import time
from dataclasses import dataclass, field, replace
from types import SimpleNamespace

import numpy as np
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from mainspring.kernel import database, errors, running
from mainspring.modules.planning import queries as planning
from mainspring.modules.planning.queries import Held, Kept, StructureChanged

from . import figures, making
from .models import Scenario

LOCK_WAIT = "700ms"
PRICES_SECONDS = 300
BRING = 2
"""Among what is made (0) and bought (1): brought from another site."""
ORDER = ("item", "site", "table", "quantity", "start", "due")


class Behind(Exception):
    """The plan that is held is not of the facts there are: it has to follow first."""


class _TakenBack(Exception):
    """Ends the transaction of a rehearsal."""


@dataclass
class Answer:
    """Columns of the plan with the changes and without, and the changes the verbs refused: [{"change", "text"}]."""

    columns: dict[str, NDArray] = field(default_factory=dict)
    base: dict[str, NDArray] = field(default_factory=dict)
    problems: list[dict] = field(default_factory=list)
    seconds: float = 0.0


def digest(changes: list[dict]) -> str:
    """What tells sets of changes apart, in whatever order they were chosen."""
    told = sorted((c["kind"], c["subject"], json.dumps(c["sent"], sort_keys=True, default=str)) for c in changes)
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def apply(changes: list[dict], ctx) -> list[dict]:
    """Make the changes one after another; those that are refused are left out and said."""
    problems = []
    for place, change in enumerate(changes):
        try:
            with transaction.atomic():
                making.make(change["kind"], change["subject"], change["sent"], ctx)
        except ValidationError as error:
            problems.append({"change": place, "text": " ".join(error.messages)})
        except PermissionDenied as error:
            problems.append({"change": place, "text": str(error)})
        except errors.ApprovalRequired:
            problems.append({"change": place, "text": _("It needs an approval first; ask for it on the record.")})
    return problems


def plan_itself(kept: Kept, ctx, *, follows: bool = True) -> Answer:
    """The columns of the plan as it is.

    follows  refuse with Behind when changes wait that are not in the plan that is held
    """
    began = time.perf_counter()
    with _Snapshot():
        held = _held(kept, ctx, follows)
        found = _figures(held, kept, ctx)
    return Answer(found | _no_differences(), found, seconds=time.perf_counter() - began)


def rehearse(changes: list[dict], kept: Kept, ctx, *, follows: bool = True) -> Answer:
    """The columns of the plan as it would be with the changes, and as it is, of one moment; with what differs."""
    if not changes:
        return plan_itself(kept, ctx, follows=follows)
    began = time.perf_counter()
    try:
        with _Snapshot():
            held = _held(kept, ctx, follows)
            _prices(kept, held)
            answer = Answer(base=_figures(held, kept, ctx))
            inside = _inside(held, changes, kept, ctx, answer)
            if inside.marked and inside.held is held:
                held.follow(inside.marked)  # in the same moment: the facts are what they were, and so is the plan
            answer.columns |= _differences(held, inside)
    except Behind:
        raise
    except BaseException:
        kept.forget()
        raise
    answer.seconds = time.perf_counter() - began
    return answer


def _inside(held: Held, changes: list[dict], kept: Kept, ctx, answer: Answer) -> SimpleNamespace:
    """Make the changes, look at the plan, and take them back."""
    last = database.scalar("SELECT COALESCE(MAX(id), 0) FROM planning_planmark")
    found: SimpleNamespace | None = None
    try:
        with transaction.atomic():
            answer.problems = _made(changes, ctx)
            marks = database.rows(
                "SELECT item, is_structure FROM planning_planmark WHERE company = %(company)s AND id > %(last)s",
                company=ctx.company_id,
                last=last,
            )
            marked = {mark["item"] for mark in marks if mark["item"] is not None}
            whole = any(mark["is_structure"] or mark["item"] is None for mark in marks)
            found = _planned(held, marked, whole, ctx)
            answer.columns = _figures(found.held, kept, ctx)
            found.marked = marked
            found.want = planning.wanted(found.held, found.nodes)
            found.balances = figures.balances(found.held, planning.wanted(found.held), found.nodes)
            raise _TakenBack
    except _TakenBack:
        pass
    assert found is not None
    return found


def _figures(held: Held, kept: Kept, ctx) -> dict[str, NDArray]:
    return figures.figures(held, replace(ctx, trusted=True), _prices(kept, held))


def _held(kept: Kept, ctx, follows: bool) -> Held:
    """The plan that is held, if it is that of this moment; for who follows nothing, one read now."""
    if not follows:
        kept.held = Held(ctx.company_id, ctx.business_date)
        kept.version = database.scalar(
            "SELECT version FROM planning_planstate WHERE company_id = %(company)s", company=ctx.company_id
        )
        return kept.held
    if kept.held is None or kept.held.today != ctx.business_date:
        raise Behind
    _refuse_behind(kept, ctx)
    return kept.held


class _Snapshot:
    """A transaction that sees one moment; within another one, a part of it."""

    def __init__(self):
        self.inner = transaction.atomic()

    def __enter__(self):
        outermost = not connection.in_atomic_block
        self.inner.__enter__()
        if outermost:
            database.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        database.execute("SELECT set_config('lock_timeout', %(wait)s, true)", wait=LOCK_WAIT)
        return self

    def __exit__(self, *given):
        return self.inner.__exit__(*given)


def _refuse_behind(kept: Kept, ctx) -> None:
    """Somebody's change is not in the plan yet, or another planner wrote it."""
    row = database.rows(
        """SELECT (SELECT version FROM planning_planstate WHERE company_id = %(company)s) AS version,
               EXISTS (SELECT FROM planning_planmark WHERE company = %(company)s) AS waits""",
        company=ctx.company_id,
    )[0]
    if row["waits"] or row["version"] != kept.version:
        raise Behind


def _made(changes: list[dict], ctx) -> list[dict]:
    with running.command(Scenario, replace(ctx, trusted=True), "promote", {}) as run:
        return apply(changes, run.ctx)


def _planned(held: Held, marked: set[int], whole: bool, ctx) -> SimpleNamespace:
    """The plan with the changes: the held one followed, or one read anew when its structure differs."""
    if not whole:
        try:
            return SimpleNamespace(held=held, nodes=held.follow(marked))
        except StructureChanged:
            pass
    return SimpleNamespace(held=Held(ctx.company_id, ctx.business_date), nodes=None)


def _prices(kept: Kept, held: Held) -> figures.Prices:
    """Prices for a plan; those for the one that is held are read now and then, for they seldom change."""
    if held is not kept.held:
        return figures.prices(held)
    known = kept.__dict__.get("prices")
    if known is None or known[0] is not held or time.monotonic() > known[1]:
        known = kept.__dict__["prices"] = held, time.monotonic() + PRICES_SECONDS, figures.prices(held)
    return known[2]


# -- what differs -----------------------------------------------------------------------------------------------------


def _no_differences() -> dict[str, NDArray]:
    empty = {f"{when}_{name}": np.zeros(0, np.int64) for when in ("before", "after") for name in ORDER}
    stock = {f"stock_{name}": np.zeros((0, figures.WEEKS), np.int64) for name in ("before", "after")}
    return empty | stock | {"stock_item": np.zeros(0, np.int64), "stock_site": np.zeros(0, np.int64)}


def _differences(held: Held, inside: SimpleNamespace) -> dict[str, NDArray]:
    """Orders of the plan that are only in one of the two, and projected stock of the items these are of."""
    nodes = inside.nodes
    before, after = _orders(held, planning.wanted(held, nodes)), _orders(inside.held, inside.want)
    only_before, only_after = _only(before, after), _only(after, before)
    found = {}
    for when, rows in (("before", only_before), ("after", only_after)):
        found |= {f"{when}_{name}": rows[: figures.ROWS_MAX, n] for n, name in enumerate(ORDER)}
    keys = np.unique(np.concatenate([only_before[:, :2], only_after[:, :2]]), axis=0)[: figures.ROWS_MAX]
    mine = held.structure.node(keys[:, 0], keys[:, 1])
    theirs = inside.held.structure.node(keys[:, 0], keys[:, 1])
    both = (mine >= 0) & (theirs >= 0)
    mine, theirs = mine[both], theirs[both]
    chosen = np.arange(len(inside.held.structure.keys)) if nodes is None else nodes
    known = np.isin(theirs, chosen)
    mine, theirs = mine[known], theirs[known]
    scale = held.structure.scale[mine][:, None]
    want = planning.wanted(held)
    before, after = figures.balances(held, want, mine), inside.balances[np.searchsorted(chosen, theirs)]
    twin = held.structure.twin(mine)  # what is to order lies and comes beside what is free
    before[twin >= 0] += figures.balances(held, want, twin[twin >= 0])
    twin = inside.held.structure.twin(theirs)
    after[np.isin(twin, chosen)] += inside.balances[np.searchsorted(chosen, twin[np.isin(twin, chosen)])]
    return found | {
        "stock_item": held.structure.item[mine],
        "stock_site": held.structure.site[mine],
        "stock_before": before * scale,
        "stock_after": after * scale,
    }


def _orders(held: Held, want) -> NDArray[np.int64]:
    s = held.structure
    item, site = s.item[want.node], s.site[want.node]
    table = np.where(s.origin[want.node] >= 0, BRING, want.table)
    return np.stack([item, site, table, want.quantity, want.start, want.promised], axis=1).astype(np.int64)


def _only(these: NDArray, those: NDArray) -> NDArray[np.int64]:
    """Rows of one table the other has not, as often as it has them more."""
    rows, where = np.unique(np.concatenate([these, those]), axis=0, return_inverse=True)
    where = where.reshape(-1)
    count = np.bincount(where[: len(these)], minlength=len(rows)) - np.bincount(
        where[len(these) :], minlength=len(rows)
    )
    return np.repeat(rows, np.maximum(count, 0), axis=0)


__all__ = ["Answer", "Behind", "apply", "digest", "plan_itself", "rehearse"]
