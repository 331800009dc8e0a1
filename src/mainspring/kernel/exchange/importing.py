"""Bringing a file in: check all of it, commit piece by piece, resume where it stopped, undo it in one go.

A run that finds anything wrong brings nothing in, unless its rules say `skip_wrong`: then the wrong rows are refused,
named in the error file, and all others arrive.
"""

import hashlib
from collections import Counter
from decimal import Decimal
from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.files import File
from django.utils import timezone
from django.utils.translation import gettext as _

from .. import access, database, errors, resource
from ..models import ExternalId, ImportRun, RowHistory
from . import pieces, reading, rows, totals

PIECE = 1000


def start(of: resource.Resource, ctx, path, mapping: dict, *, name: str = "") -> ImportRun:
    """A new run of a file; nothing is read yet beyond its header."""
    access.require(ctx, of.model, "import")
    path = Path(path)
    run = ImportRun(
        company_id=ctx.company_id,
        entity=of.label,
        file_name=(name or path.name)[:200],
        rules=mapping,
        digest=hashlib.sha256(path.read_bytes()).hexdigest(),
        created_by=ctx.user,
    )
    with path.open("rb") as file:
        run.file.save(f"{run.digest[:16]}{path.suffix[:8]}", File(file), save=False)
    run.save()
    return run


def reader(run: ImportRun, ctx, folder: Path | None = None, *, writing: bool = False) -> rows.Reader:
    """The run's file as records. `folder`: where a joined file lies; writing: files that come along are kept."""
    of, how = resource_of(run), run.rules
    options = {k: how.get(k, "") for k in ("encoding", "delimiter", "sheet")}
    table = reading.read(run.file.path, **options)
    other = how.get("join", {}).get("file", "")
    if other and (folder is None or Path(other).name != other):
        raise ValidationError({"rules": _("A joined file is brought in from the command line, beside the first.")})
    joined = reading.read(folder / other) if other and folder else None
    return rows.Reader(of, ctx, table, how, joined, writing=writing)


def resource_of(run: ImportRun) -> resource.Resource:
    found = resource.by_model.get(run.entity)
    if found is None:
        raise ValidationError(_("“%(value)s” is not a record type.") % {"value": run.entity})
    return found


def check(run: ImportRun, ctx, *, folder: Path | None = None, progress=lambda done, total: None) -> ImportRun:
    """Look at every row with the rules of the commands; counts, control totals and all problems are kept on the run."""
    return _go_through(run, ctx, folder, progress, write=False)


def carry_out(run: ImportRun, ctx, *, folder: Path | None = None, progress=lambda done, total: None) -> ImportRun:
    """Bring the file in, piece by piece; pieces already in are passed over. ValidationError when rows are wrong."""
    access.require(ctx, resource_of(run).model, "import")
    if run.progress in ("done", "undone"):
        raise errors.Conflict(_("%(run)s is finished.") % {"run": run}, code="state")
    if run.progress == "draft":
        check(run, ctx, folder=folder)
    if run.rows_wrong and not run.rules.get("skip_wrong"):
        raise ValidationError(_("%(n)s rows are wrong; nothing was brought in.") % {"n": run.rows_wrong})
    ImportRun.objects.filter(pk=run.pk).update(progress="running")
    return _go_through(run, ctx, folder, progress, write=True)


def _go_through(run: ImportRun, ctx, folder, progress, *, write: bool) -> ImportRun:
    source = reader(run, ctx, folder, writing=write)
    total = sum(1 for _row in source.chosen())
    counts: Counter[str] = Counter()
    problems: list[tuple] = []
    file_sums: dict[str, Decimal] = {}
    sums: dict[str, Decimal] = {}
    seen: dict = {}
    done = 0
    finished = {c.position: c for c in run.chunks.all()} if write else {}
    for position, units in enumerate(source.pieces(PIECE if not source.has_lines else PIECE // 4)):
        for unit in units:
            for path, value in unit.sums.items():
                file_sums[path] = file_sums.get(path, Decimal(0)) + value
        if position in finished:
            piece, touched = finished[position], finished[position].created + finished[position].changed
            counts.update(created=len(piece.created), changed=len(piece.changed), same=piece.same)
        else:
            outcome = pieces.plan(source, units, seen)
            problems += outcome.problems
            counts.update(
                created=len(outcome.new),
                changed=len(outcome.changed) + len(outcome.relined),
                same=outcome.same,
                wrong=len({p[0] for p in outcome.problems}),
            )
            touched = pieces.write_or_refuse(run, source, outcome, position, problems) if write else []
        totals.add_sums(sums, source, touched)
        done += sum(len(unit.rows) for unit in units)
        progress(done, total)
    if write and total > PIECE:
        of = resource_of(run)
        database.analyze(of.model, *([of.line_model] if source.has_lines else []), RowHistory, ExternalId)
    run.rows_total = total
    run.rows_created, run.rows_changed, run.rows_same = counts["created"], counts["changed"], counts["same"]
    run.rows_wrong = max(counts["wrong"], run.rows_wrong if write else 0)
    if not write:
        run.problems = [
            {"row": n, "column": c, "value": v[:200], "text": t} for n, c, v, t in problems[: pieces.PROBLEMS_MAX]
        ]
    run.totals = totals.compared(run, total, file_sums, sums if write else None)
    run.totals["rows"]["left_out"] = source.left_out
    run.progress = "done" if write else "checked"
    run.finished_at = timezone.now() if write else None
    run.save()
    return run
