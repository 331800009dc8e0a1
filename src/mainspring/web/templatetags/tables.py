"""Rows of a table, written by hand: the same as web/parts/cell.html gives, at a fraction of the time for long lists."""

import html
from functools import lru_cache

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from mainspring.web.templatetags import assets

register = template.Library()


@register.simple_tag
def table_rows(rows, bulk):
    """The rows as table rows; `bulk` adds the boxes of a selection."""
    select = esc(_("Select %(label)s")) if bulk else ""
    return mark_safe("".join(_row(row, select) for row in rows or ()))


def esc(value) -> str:
    """The value as HTML; what is HTML already stays."""
    if type(value) is str:
        return _escaped(value)
    return value.__html__() if hasattr(value, "__html__") else html.escape(str(value))


@lru_cache(maxsize=10_000)
def _escaped(text: str) -> str:
    """A page says the same words many times."""
    return html.escape(text)


def _row(row, select: str) -> str:
    """`select` is the name of a row's box, %(label)s in it; empty for a table without them."""
    href, tone = esc(row.get("href") or ""), row.get("tone")
    parts = [f'<tr data-id="{esc(row["id"])}"']
    parts.append(f' data-href="{href}"' if href else "")
    parts.append(f' class="row-{esc(tone)}">' if tone else ">")
    if select:
        label = select % {"label": esc(row.get("label") or row["id"])}
        parts.append(
            f'<td class="cell-check"><input type="checkbox" name="id" value="{esc(row["id"])}" '
            f'aria-label="{label}"></td>'
        )
    for n, cell in enumerate(row["cells"]):
        kind = cell.get("kind") or "text"
        if n == 0:
            text = esc(cell.get("text") or "–")
            inner = f'<a href="{href}">{text}</a>' if href else text
            parts.append(f'<th scope="row" class="cell-{kind}">{inner}</th>')
        else:
            parts.append(td(cell))
    return "".join(parts) + "</tr>\n"


def td(cell) -> str:
    """One cell of a row, but the first."""
    kind = cell.get("kind") or "text"
    return f"<td{_attributes(cell, kind)}>{_inner(cell, kind)}</td>"


def _attributes(cell, kind: str) -> str:
    tone = cell.get("tone")
    text = f' class="cell-{kind}' + (f' text-{esc(tone)}"' if tone and kind != "state" else '"')
    if cell.get("title"):
        text += f' title="{esc(cell["title"])}"'
    if cell.get("edit"):
        text += " data-edit"
    if cell.get("value") is not None:
        text += f' data-value="{esc(cell["value"])}"'
    return text


def _inner(cell, kind: str) -> str:
    text = esc(cell.get("text") or "")
    if kind in ("tags", "progress"):
        return render_to_string("web/parts/cell.html", {"cell": cell})
    if kind == "state":
        tone = esc(cell.get("tone") or "neutral")
        return (
            f'<span class="state tone-{tone}"><span class="state-mark" aria-hidden="true"></span>{text}</span>'
            if text
            else ""
        )
    if kind == "boolean":
        if cell.get("value"):
            return assets.icon("check", label=_("Yes"))
        return f'<span class="text-secondary" aria-label="{esc(_("No"))}">–</span>'
    if kind == "person":
        name = cell.get("text") or ""
        if not name:
            return ""
        drawn = f'hue-{assets.hue(name)}" data-initials="{esc(assets.initials(name))}" aria-hidden="true"'
        return f'<span class="person"><span class="avatar-initials avatar-sm {drawn}></span>{text}</span>'
    if cell.get("href"):
        return f'<a href="{esc(cell["href"])}">{text}</a>'
    return f'{text} <span class="unit">{esc(cell["unit"])}</span>' if cell.get("unit") else text
