"""What is shown, as a file: the same columns, filters, order and permissions; nothing a spreadsheet would run."""

import csv
import datetime
import io
import tempfile
from collections.abc import Iterator
from decimal import Decimal

import xlsxwriter
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from .. import access, query, resource
from ..models import ImportRun
from . import rows

FORMATS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


def table(of: resource.Resource, ctx, spec: query.Spec | None = None, paths: list[str] | None = None):
    """(columns, row iterator) of an export; ValidationError for what was asked and not understood."""
    access.require(ctx, of.model, "export")
    q = query.Query(of, ctx, spec)
    if q.errors:
        raise ValidationError(q.errors)
    chosen = paths or (
        spec.columns if spec and spec.columns else [*of.names("columns"), *(c.path for c in q.fields.custom.values())]
    )
    columns = q.fields.columns(chosen)
    return columns, _rows(q, columns)


def _rows(q: query.Query, columns) -> Iterator[list]:
    for record in q.ordered(columns).iterator(chunk_size=1000):
        yield [_cell(c, c.value_of(record), q.fields.mode_on(record, c.path)) for c in columns]


def _cell(column, value, mode: str):
    if value is None:
        return None
    if mode == "mask":
        return access.mask(value)
    if isinstance(value, models.Model):
        return rows.name_of(value)
    if column.kind == "bool":
        return _("Yes") if value else _("No")
    if column.choices:
        return str(dict(column.choices).get(value, value))
    if isinstance(value, datetime.datetime):
        return timezone.localtime(value).replace(tzinfo=None) if timezone.is_aware(value) else value
    return value if isinstance(value, int | Decimal | datetime.date | datetime.time) else str(value)


def neutral(text: str) -> str:
    """A text no spreadsheet takes for a formula; the import takes the mark off again."""
    return f"'{text}" if text.startswith(DANGEROUS) else text


def as_csv(columns, lines, mark: str = "") -> Iterator[bytes]:
    """CSV in pieces, with a byte order mark so that spreadsheets see UTF-8."""
    out = io.StringIO()
    writer = csv.writer(out)
    out.write("\ufeff")
    writer.writerow([neutral(str(c.label)) for c in columns])
    for n, line in enumerate(lines, 1):
        writer.writerow([_csv_cell(v) for v in line])
        if n % 500 == 0:
            yield out.getvalue().encode()
            out.seek(0)
            out.truncate()
    yield out.getvalue().encode()


def _csv_cell(value) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        text = format(value, "f")
        return text.rstrip("0").rstrip(".") if "." in text else text
    if isinstance(value, datetime.date | datetime.time):
        return (
            value.isoformat(sep=" ", timespec="seconds") if isinstance(value, datetime.datetime) else value.isoformat()
        )
    return str(value) if isinstance(value, int) else neutral(value)


def as_xlsx(columns, lines, mark: str = "") -> Iterator[bytes]:
    """A spreadsheet written row by row to a temporary file; numbers are numbers, codes and long digits are text.

    mark  who took it when: in the properties of the file, at the foot of each printed page and on a sheet of its own
    """
    with tempfile.NamedTemporaryFile(suffix=".xlsx") as file:
        book = xlsxwriter.Workbook(
            file.name,
            {
                "constant_memory": True,
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
            },
        )
        sheet, bold = book.add_worksheet(), book.add_format({"bold": True})
        day, instant = (book.add_format({"num_format": f}) for f in ("yyyy-mm-dd", "yyyy-mm-dd hh:mm"))
        sheet.freeze_panes(1, 0)
        for n, column in enumerate(columns):
            label = str(column.label)
            sheet.set_column(n, n, max(10, min(40, len(label) + 2)))
            sheet.write_string(0, n, label, bold)
        for row, line in enumerate(lines, 1):
            for n, value in enumerate(line):
                _xlsx_cell(sheet, row, n, value, day, instant)
        if mark:
            book.set_properties({"comments": mark})
            sheet.set_footer(f"&L{mark.replace('&', '&&')[:200]}")
            book.add_worksheet(_("Export")[:31]).write_string(0, 0, mark)
        book.close()
        while piece := file.read(1 << 16):
            yield piece


def _xlsx_cell(sheet, row: int, n: int, value, day, instant) -> None:
    if value is None:
        return
    if isinstance(value, datetime.datetime):
        sheet.write_datetime(row, n, value, instant)
    elif isinstance(value, datetime.date):
        sheet.write_datetime(row, n, datetime.datetime.combine(value, datetime.time()), day)
    elif (
        isinstance(value, int | Decimal)
        and not isinstance(value, bool)
        and len(Decimal(value).normalize().as_tuple().digits) <= 15
    ):
        sheet.write_number(row, n, value)
    else:
        sheet.write_string(row, n, _csv_cell(value) if isinstance(value, Decimal) else str(value)[:32767])


def write(kind: str, columns, lines, mark: str = "") -> Iterator[bytes]:
    """The file in pieces. A table of plain text has no room for the mark: the name of the file bears its number."""
    return {"csv": as_csv, "xlsx": as_xlsx}[kind](columns, lines, mark)


def template(of: resource.Resource, ctx) -> Iterator[bytes]:
    """An empty spreadsheet with the columns an import of the resource takes."""
    from . import rules

    wanted = [t for p, t in rules.targets(of, ctx).items() if p != "external_id"]
    return as_xlsx([resource.Column(t.path, t.path) for t in wanted], [])


def error_file(run: ImportRun) -> str:
    """All problems as CSV: row, column, value, what is wrong."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([_("Row"), _("Column"), _("Value"), _("Problem")])
    writer.writerows([p["row"], neutral(p["column"]), neutral(p["value"]), p["text"]] for p in run.problems)
    return "\ufeff" + out.getvalue()
