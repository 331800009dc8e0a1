"""Printed forms: any document as PDF, by the layout its module brings along (see `letters`) or by one generic layout.

The same record in the same state prints the same bytes: nothing on the page depends on when or by whom it is printed
except the language. Fonts come with the wheels fontpkg-noto-sans (Latin, Greek, Cyrillic) and noto-cjk-sans-otc
(Chinese, Japanese, Korean); fonts of the machine are ignored, so that every machine prints alike.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import typst
from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from . import access, formats, resource, sight

GENERIC = Path(__file__).parent / "layouts" / "document.typ"
FONT_PACKAGES = ("fontpkg_noto_sans", "noto_cjk_sans_otc")


@dataclass(frozen=True)
class Layout:
    """A typst file, and what it is given.

    data      f(record, ctx) -> what the file reads as `json(bytes(sys.inputs.data))`
    language  f(record) -> the language to print in; None: the reader's own
    label     what people choose it by when a record has several
    """

    file: Path
    data: Callable
    language: Callable | None = None
    label: object = ""


_layouts: dict[tuple[str, str], Layout] = {}


def layout(label: str, found: Layout, name: str = "") -> None:
    """Bring a layout for a model ("sales.quotation"); the one without a name is what Print shows."""
    _layouts[label.lower(), name] = found


def layouts_of(model) -> dict[str, Layout]:
    """Layouts of a model by name; the one printed when nobody chooses is named ""."""
    label = model._meta.label_lower
    usual = {"": Layout(GENERIC, generic_data)}
    return usual | {name: one for (of, name), one in _layouts.items() if of == label}


def pdf(record, ctx, *, layout: str = "") -> bytes:
    """The record as PDF, as this person may see it. ValidationError when there is no such layout.

    A record whose approved fields changed since has lost its approval (rule D07), so what is printed without the mark
    of a draft is the version that was approved.
    """
    found = layouts_of(type(record)).get(layout)
    if found is None:
        raise ValidationError(_("There is no print layout “%(name)s”.") % {"name": layout})
    language = found.language(record) if found.language else None
    with translation.override(language or get_language() or "en"):
        content = found.data(record, ctx)
    stamp = getattr(record, "updated_at", None) or getattr(record, "created_at", None)
    return typst.compile(
        str(found.file),
        root=str(found.file.parent),
        font_paths=font_paths(),
        ignore_system_fonts=True,
        format="pdf",
        sys_inputs={"data": json.dumps(content, ensure_ascii=False, sort_keys=True)},
        timestamp=int(stamp.timestamp()) if stamp else 0,
    )


def font_paths() -> list[str]:
    """Folders of the fonts that come with the product."""
    specs = [find_spec(name) for name in FONT_PACKAGES]
    return [folder for spec in specs if spec for folder in spec.submodule_search_locations or ()]


def generic_data(record, ctx) -> dict:
    """What the generic layout prints: company, facts, lines and totals, each as local text."""
    res = resource.by_model[record._meta.label_lower]
    names = [
        n
        for n in dict.fromkeys(res.names("form") + res.names("columns"))
        if n not in (*res.names("line_totals"), "number", "state")
    ]
    own = sight.Fields(res, ctx).custom
    found = facts(record, ctx, [*names, *own])
    columns, rows = line_table(record, ctx)
    return {
        "title": res.singular,
        "number": str(record),
        "state": record.state_label if res.workflow else "",
        "company": company(record),
        "facts": [fact for fact in found if fact["text"]],
        "columns": columns,
        "rows": rows,
        "totals": facts(record, ctx, res.names("line_totals")),
        "language": (get_language() or "en")[:2],
        "page": _("Page"),
    }


def facts(record, ctx, names) -> list[dict]:
    """[{"label", "text"}] of those of the fields the person may see."""
    fields = sight.Fields(resource.by_model[record._meta.label_lower], ctx)
    return [_fact(fields, column, record, ctx) for column in fields.columns(names)]


def _fact(fields, column, record, ctx) -> dict:
    mode = fields.mode_on(record, column.path)
    value = column.value_of(record) if mode != "hide" else None
    text = formats.text(column, value, record, mode=mode, company_id=ctx.company_id)
    unit = formats.unit_of(column, record, ctx.company_id) if text and column.is_number and mode != "mask" else ""
    return {"label": column.label, "text": f"{text} {unit}".strip()}


def line_table(record, ctx, names=None) -> tuple[list[dict], list[list[str]]]:
    """(columns, rows) of a document's lines as local text: those named, else those of its page, without empty ones.

    A column is {"label", "number", "wide"}.
    """
    res = resource.by_model[record._meta.label_lower]
    if not res.lines:
        return [], []
    modes = access.field_modes(ctx, res.line_model)
    wanted = res.line_columns() if names is None else [resource.column_of(res.line_model, n) for n in names]
    shown = [c for c in wanted if modes.get(c.path.split("__")[0], "edit") in ("view", "edit")]
    related = sorted({c.path.rpartition("__")[0] or c.path for c in shown if c.kind == "link" or "__" in c.path})
    lines = record.lines.select_related(*related) if related else record.lines.all()
    rows = [[_cell(c, line, ctx) for c in shown] for line in lines]
    used = [n for n in range(len(shown)) if not rows or any(row[n] for row in rows)]
    columns = [
        {"label": shown[n].label, "number": shown[n].is_number, "wide": shown[n].kind in ("text", "longtext", "link")}
        for n in used
    ]
    return columns, [[row[n] for n in used] for row in rows]


def _cell(column, line, ctx) -> str:
    value = column.value_of(line)
    if column.kind == "percent":
        return f"{formats.text(column, value, line)} %" if value else ""
    return formats.text(column, value, line, company_id=ctx.company_id)


def company(record) -> dict:
    """Name and lines of the company a record belongs to."""
    found = getattr(record, "company", None)
    if found is None:
        return {"name": "", "lines": []}
    codes = [(_("Registry code"), found.registry_code), (_("VAT number"), found.vat_number)]
    return {"name": found.name, "lines": [*found.address.splitlines(), *(f"{k}: {v}" for k, v in codes if v)]}
