"""Control totals: what the file holds of each numeric column, what arrived, and what was expected."""

from decimal import Decimal

from django.db import models
from django.db.models import Sum

from .. import shapes
from ..models import ImportRun
from . import rows


def add_sums(sums: dict, source: rows.Reader, touched: list[str]) -> None:
    """Add what the database now holds of the numeric columns, for the records of a piece."""
    if not touched:
        return
    for lines in (False, True):
        paths = [
            p
            for p, t in source.targets.items()
            if t.is_line == lines
            and isinstance(t.field, models.DecimalField | models.IntegerField)
            and not isinstance(t.field, models.BooleanField)
        ]
        if paths:
            model = shapes.line_model_of(source.resource.model) if lines else source.resource.model
            where = {"document_id__in" if lines else "pk__in": touched}
            answer = model._default_manager.filter(**where).aggregate(
                **{f"s{n}": Sum(p.removeprefix("lines.")) for n, p in enumerate(paths)}
            )
            for n, path in enumerate(paths):
                sums[path] = sums.get(path, Decimal(0)) + Decimal(answer[f"s{n}"] or 0)


def compared(run: ImportRun, total: int, file_sums: dict, sums: dict | None) -> dict:
    """{"rows": {...}, path: {"file", "arrived", "expected", "equal"}}; amounts as text."""
    expected = run.rules.get("expected", {})
    found = {"rows": {"file": total, "expected": expected.get("rows"), "equal": expected.get("rows", total) == total}}
    for path, value in file_sums.items():
        arrived = None if sums is None else sums.get(path)
        want = expected.get("sums", {}).get(path)
        equal = (arrived is None or arrived == value) and (want is None or Decimal(str(want)) == value)
        found[path] = {
            "file": format(value.normalize(), "f"),
            "equal": equal,
            "expected": want,
            "arrived": None if arrived is None else format(arrived.normalize(), "f"),
        }
    return found
