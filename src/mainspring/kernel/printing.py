"""Printed forms: any document as PDF by one generic layout, or by a layout a module's `prints` room brings along.

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
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from . import access, formats, query, resource
from .plugin_points import PluginPoint

GENERIC = Path(__file__).parent / "layouts" / "document.typ"
FONT_PACKAGES = ("fontpkg_noto_sans", "noto_cjk_sans_otc")

snapshot = PluginPoint("printing.snapshot", default=lambda record, ctx: None)
"""f(record, ctx) -> the data of the version that was approved, or None to print the record as it stands."""


@dataclass(frozen=True)
class Layout:
    """A typst file and what changes the generic data for it."""

    file: Path
    title: object = ""
    data: Callable | None = None


_layouts: dict[tuple[str, str], Layout] = {}


def layout(label: str, name: str, file: Path | None = None, *, title="", data: Callable | None = None) -> None:
    """Bring a layout for a model ("sales.quotation"). `data(record, ctx, generic)` may return changed data.

    The typst file reads `json(bytes(sys.inputs.data))`; see layouts/document.typ.
    """
    _layouts[label.lower(), name] = Layout(file or GENERIC, title, data)


def layouts_of(model) -> dict[str, Layout]:
    """Layouts of a model by name; the generic one is named ""."""
    label = model._meta.label_lower
    return {"": Layout(GENERIC)} | {name: one for (of, name), one in _layouts.items() if of == label}


def pdf(record, ctx, *, layout: str = "") -> bytes:
    """The record as PDF, as this person may see it. ValidationError when there is no such layout."""
    found = layouts_of(type(record)).get(layout)
    if found is None:
        raise ValidationError(_("There is no print layout “%(name)s”.") % {"name": layout})
    content = snapshot(record, ctx) or generic_data(record, ctx)
    if found.title:
        content["title"] = str(found.title)
    if found.data:
        content = found.data(record, ctx, content) or content
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
    fields = query.Fields(res, ctx)
    names = [
        n
        for n in dict.fromkeys(res.names("form") + res.names("columns"))
        if n not in (*res.names("line_totals"), "number", "state")
    ]
    shown = [_fact(fields, c, record, ctx) for c in [*fields.columns(names), *fields.custom.values()]]
    facts = [fact for fact in shown if fact["text"]]
    totals = [_fact(fields, c, record, ctx) for c in fields.columns(res.names("line_totals"))]
    columns, rows = _lines(res, record, ctx)
    return {
        "title": res.singular,
        "number": str(record),
        "state": record.state_label if res.workflow else "",
        "company": _company(record),
        "facts": facts,
        "columns": columns,
        "rows": rows,
        "totals": totals,
        "language": (get_language() or "en")[:2],
        "page": _("Page"),
    }


def _fact(fields, column, record, ctx) -> dict:
    mode = fields.mode_on(record, column.path)
    value = query.value_of(record, column) if mode != "hide" else None
    text = formats.text(column, value, record, mode=mode, company_id=ctx.company_id)
    unit = formats.unit_of(column, record, ctx.company_id) if text and column.is_number and mode != "mask" else ""
    return {"label": column.label, "text": f"{text} {unit}".strip()}


def _lines(res, record, ctx) -> tuple[list[dict], list[list[str]]]:
    if not res.lines:
        return [], []
    modes = access.field_modes(ctx, res.line_model)
    shown = [c for c in res.line_columns() if modes.get(c.path.split("__")[0], "edit") in ("view", "edit")]
    related = sorted({c.path.rpartition("__")[0] or c.path for c in shown if c.kind == "link" or "__" in c.path})
    lines = record.lines.select_related(*related) if related else record.lines.all()
    rows = [
        [formats.text(c, query.value_of(line, c), line, company_id=ctx.company_id) for c in shown] for line in lines
    ]
    used = [n for n in range(len(shown)) if not rows or any(row[n] for row in rows)]
    columns = [
        {"label": shown[n].label, "number": shown[n].is_number, "wide": shown[n].kind in ("text", "longtext", "link")}
        for n in used
    ]
    return columns, [[row[n] for n in used] for row in rows]


def _company(record) -> dict:
    company = getattr(record, "company", None)
    if company is None:
        return {"name": "", "lines": []}
    codes = [(_("Registry code"), company.registry_code), (_("VAT number"), company.vat_number)]
    return {"name": company.name, "lines": [*company.address.splitlines(), *(f"{k}: {v}" for k, v in codes if v)]}
