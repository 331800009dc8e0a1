"""CSV and spreadsheet files as rows of cells, with dates and numbers as people and Excel write them."""

import csv
import datetime
import io
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineWorkbook

from . import bundles

SIZE_MAX = 200 * 1024 * 1024
CELL_MAX = 200_000
MAGNITUDE_MAX = 30  # powers of ten: beyond them no number of a business lies, and sums lose their digits
EXCEL_DAY_ZERO = datetime.date(1899, 12, 30)
YES = {"1", "true", "yes", "y", "x", "on", "taip", "是", "✓"}
NO = {"0", "false", "no", "n", "off", "ne", "否", ""}


@dataclass
class Table:
    """A file's header and rows; `rows()` may be asked again. Row numbers are those of the file, the header being 1."""

    headers: list[str]
    body: list[tuple[int, list]] = field(repr=False)
    encoding: str = ""
    delimiter: str = ""
    bundle: bundles.Bundle | None = None  # where the files are that cells name

    def rows(self) -> Iterator[tuple[int, dict]]:
        for number, cells in self.body:
            yield number, dict(zip(self.headers, cells, strict=False))


def read(path, *, encoding: str = "", delimiter: str = "", sheet: str = "") -> Table:
    """Read a file; ValidationError when it is none of the kinds known or has no header."""
    path = Path(path)
    if path.stat().st_size > SIZE_MAX:
        raise ValidationError({"file": _("The file is larger than %(n)s MB.") % {"n": SIZE_MAX // 1024**2}})
    with path.open("rb") as file:
        start = file.read(8)
    if start[:4] == b"PK\x03\x04" and (bundle := bundles.opened(path)):
        content = bundle.content(bundle.table, SIZE_MAX)
        table = _known(content, encoding, delimiter, sheet)
        table.bundle = bundle
        return table
    return _known(path.read_bytes(), encoding, delimiter, sheet)


def _known(content: bytes, encoding: str, delimiter: str, sheet: str) -> Table:
    """A spreadsheet or text, told from how it begins."""
    if content[:4] == b"PK\x03\x04" or content[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        return _sheet(content, sheet)
    return _text(content, encoding, delimiter)


def _sheet(content: bytes, name: str) -> Table:
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        chosen = book.get_sheet_by_name(name) if name else book.get_sheet_by_index(0)
        lines = chosen.to_python(skip_empty_area=False)
    except (CalamineError, OSError, ValueError, IndexError, KeyError) as error:
        raise ValidationError(
            {"file": _("The spreadsheet cannot be read: %(why)s") % {"why": str(error)[:120]}}
        ) from None
    return _table([(n, line) for n, line in enumerate(lines, 1)], "", "")


def _text(raw: bytes, encoding: str, delimiter: str) -> Table:
    encoding = encoding or encoding_of(raw)
    try:
        text = raw.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        raise ValidationError({"file": _("The file is not text in %(encoding)s.") % {"encoding": encoding}}) from None
    text = text.removeprefix("\ufeff")
    if "\x00" in text:
        raise ValidationError({"file": _("This is neither a text file nor a spreadsheet.")})
    csv.field_size_limit(CELL_MAX)
    delimiter = delimiter or delimiter_of(text)
    reader, found = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), []
    try:
        before = 0
        for line in reader:
            found.append((before + 1, line))
            before = reader.line_num
    except csv.Error as error:
        raise ValidationError(
            {"file": _("Line %(n)s cannot be read: %(why)s") % {"n": reader.line_num, "why": error}}
        ) from None
    return _table(found, encoding, delimiter)


def _table(lines: list[tuple[int, list]], encoding: str, delimiter: str) -> Table:
    lines = [(n, cells) for n, cells in lines if any(c not in ("", None) for c in cells)]
    if not lines:
        raise ValidationError({"file": _("The file is empty.")})
    headers = [str(h).strip() for h in lines[0][1]]
    while headers and not headers[-1]:
        headers.pop()
    double = sorted({h for h in headers if headers.count(h) > 1})
    if double or not headers or not all(headers):
        raise ValidationError(
            {"file": _("Every column needs a name of its own: %(names)s") % {"names": ", ".join(double)}}
        )
    return Table(headers, lines[1:], encoding, delimiter)


def encoding_of(raw: bytes) -> str:
    """UTF-8, UTF-16, GB18030 or Windows-1257, told from the bytes."""
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    sample = raw[:200_000]
    if sample[:400].count(b"\x00") > len(sample[:400]) // 4:
        return "utf-16-le" if sample[1:400:2].count(0) > sample[0:400:2].count(0) else "utf-16-be"
    try:
        raw.decode("utf-8")
        return "utf-8"
    except UnicodeDecodeError:
        pass
    # In Chinese text high bytes come in pairs that begin in the rows of common characters or of punctuation; in Baltic
    # text a letter with a high byte stands alone, or in a pair that begins elsewhere.
    runs = re.findall(rb"[\x80-\xff]+", sample)
    common = sum(
        len(run)
        for run in runs
        if len(run) % 2 == 0 and all(0xA1 <= lead <= 0xA9 or 0xB0 <= lead <= 0xD7 for lead in run[::2])
    )
    try:
        raw.decode("gb18030")
        return "gb18030" if common * 10 > 6 * sum(map(len, runs)) else "cp1257"
    except UnicodeDecodeError:
        return "cp1257"


def delimiter_of(text: str) -> str:
    """The delimiter that splits the first lines into the most columns, the same number in each."""
    lines = [line for line in text.splitlines()[:20] if line.strip()]
    best, score = ",", 0
    for candidate in ",;\t|":
        try:
            counts = [len(row) for row in csv.reader(lines, delimiter=candidate) if row]
        except csv.Error:
            continue
        if counts and counts[0] > 1:
            value = counts[0] * (2 if len(set(counts)) == 1 else 1)
            if value > score:
                best, score = candidate, value
    return best


# -- cells ------------------------------------------------------------------------------------------------------------


def cell_text(cell) -> str:
    """A cell as text: whole numbers without a point, leading zeros of text kept, neutralised formulas restored."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, float):
        exact = Decimal(repr(cell))
        return format(exact.quantize(Decimal(1)) if exact == exact.to_integral_value() else exact, "f")
    if isinstance(cell, datetime.datetime):
        return cell.isoformat(sep=" ") if cell.time() != datetime.time() else cell.date().isoformat()
    if isinstance(cell, datetime.date | datetime.time):
        return cell.isoformat()
    text = str(cell)
    return text[1:] if len(text) > 1 and text[0] == "'" and text[1] in "=+-@\t\r" else text


def value_for(field: models.Field, cell, *, decimal: str = ".", dates: str = ""):
    """A cell as the field wants it; ValidationError when it cannot be. Full-width digits count as digits."""
    if isinstance(field, models.BooleanField):
        return _yes(cell_text(cell), field)
    if isinstance(field, models.DateTimeField):
        return cell if isinstance(cell, datetime.datetime) else _plain(cell_text(cell)) or None
    if isinstance(field, models.DateField):
        return day(cell, dates)
    if isinstance(field, models.DecimalField | models.FloatField):
        return number(cell, decimal)
    if isinstance(field, models.IntegerField):
        found = number(cell, decimal)
        if found is not None and found != found.to_integral_value():
            raise ValidationError(_("“%(value)s” is not a whole number.") % {"value": cell_text(cell)[:40]})
        return None if found is None else int(found)
    text = cell_text(cell)
    if isinstance(cell, float) and abs(cell) >= 1e15:
        raise ValidationError(
            _("“%(value)s” was cut to 15 digits by the spreadsheet; format the column as text.") % {"value": text[:40]}
        )
    if field.choices:
        return _choice(field, text.strip())
    return text if isinstance(field, models.TextField) else text.strip()


def number(cell, decimal: str = ".") -> Decimal | None:
    """A number as people write it: 1 234,56 or 1,234.56 or １２; None when empty."""
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return Decimal(repr(cell))
    text = re.sub(r"[\s'’]", "", _plain(cell_text(cell)))
    if not text:
        return None
    thousands = "," if decimal == "." else "."
    if thousands in text:
        whole = text.partition(decimal)[0]
        if not re.fullmatch(rf"[+-]?\d{{1,3}}({re.escape(thousands)}\d{{3}})+", whole):
            raise ValidationError(_("“%(value)s” is not a number.") % {"value": cell_text(cell)[:40]})
        text = text.replace(thousands, "")
    try:
        found = Decimal(text.replace(decimal, "."))
    except InvalidOperation:
        found = None
    if found is None or not found.is_finite() or abs(found.adjusted()) > MAGNITUDE_MAX:
        raise ValidationError(_("“%(value)s” is not a number.") % {"value": cell_text(cell)[:40]})
    return found


def day(cell, dates: str = "") -> datetime.date | None:
    """A date: a date cell, Excel's day number, ISO, 2026年3月2日, 02.03.2026; others need `dates` = "dmy" or "mdy"."""
    if isinstance(cell, datetime.datetime):
        return cell.date()
    if isinstance(cell, datetime.date):
        return cell
    text = _plain(cell_text(cell)).strip()
    if not text:
        return None
    try:
        if isinstance(cell, int | float) and not isinstance(cell, bool) and 1 <= cell < 2_958_466:
            return EXCEL_DAY_ZERO + datetime.timedelta(days=int(cell))
        if found := re.fullmatch(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?([T ].*)?", text):
            return datetime.date(*(int(part) for part in found.groups()[:3]))
        if found := re.fullmatch(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4})", text):
            first, sign, second, year = found.groups()
            if sign == "." or dates == "dmy" or int(first) > 12:
                return datetime.date(int(year), int(second), int(first))
            if dates == "mdy" or int(second) > 12:
                return datetime.date(int(year), int(first), int(second))
            raise ValidationError(
                _("“%(value)s”: say whether the day or the month comes first.") % {"value": text[:40]}
            )
    except ValueError:
        pass
    raise ValidationError(_("“%(value)s” is not a date.") % {"value": text[:40]})


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


def _yes(text: str, field) -> bool | None:
    text = _plain(text).strip().lower()
    if text == "" and (field.null or field.has_default()):
        return None if field.null else field.get_default()
    if text in YES:
        return True
    if text in NO:
        return False
    raise ValidationError(_("“%(value)s” is neither yes nor no.") % {"value": text[:40]})


def _choice(field, text: str):
    """The stored value of a choice, given by value or by its name in the reader's language."""
    for value, label in field.flatchoices:
        if text == str(value) or text.lower() == str(label).lower():
            return value
    if text == "" and field.blank:
        return text
    raise ValidationError(
        _("“%(value)s” is not one of: %(choices)s.")
        % {"value": text[:40], "choices": ", ".join(str(v) for v, _label in field.flatchoices)[:200]}
    )
