"""The line grid: its properties, and what comes back from it."""

import json
from datetime import time

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.utils.translation import gettext as _

from mainspring.kernel import access, filling, formats, remembered, resource, sight
from mainspring.kernel.exchange import rows as linking
from mainspring.web import forms
from mainspring.web.views import lookup

KINDS = {"text": "text", "longtext": "text", "integer": "integer", "date": "date", "choice": "choice", "link": "link",
         "bool": "boolean", "state": "text", "datetime": "text", "json": "text"}  # fmt: skip


def columns(res: resource.Resource, ctx) -> list:
    """Columns of the grid the person may see."""
    modes = access.field_modes(ctx, res.line_model)
    return [c for c in res.line_columns() if modes.get(c.path.split("__")[0], "edit") in ("view", "edit")]


def head(column, editable: bool, ctx, *, site: int | None = None) -> dict:
    """The grid's description of one column; what belongs to a site is looked for at the document's `site`."""
    found = {
        "name": column.path,
        "label": column.label,
        "kind": KINDS.get(column.kind, "decimal"),
        "required": column.required,
        "readonly": not (editable and column.editable),
        "help": column.help,
    }
    if column.is_number:
        found["digits"] = 2 if column.kind in ("money", "price") else 0  # the fewest shown
    if column.kind in ("choice", "state"):
        found["choices"] = [[k, str(v)] for k, v in column.choices]
    if column.kind == "link":
        found["search"] = f"/lookup/{column.to}/" + (f"?site={site}" if site else "")
    if column.kind == "percent":
        found["unit"] = "%"
    return found


def props(res, record, ctx, *, lines, editable: bool, url: str, header: str = "", errors: dict | None = None) -> dict:
    """Properties of the grid island for these line instances; one that is only read leaves out empty columns."""
    shown = columns(res, ctx)
    if not editable and lines:
        shown = [c for c in shown if any(c.value_of(line) not in (None, "") for line in lines)]
    return {
        "name": "lines",
        "title": _("Lines"),
        "editable": editable,
        "saved": bool(record.pk and not record._state.adding),
        "url": url,
        "header": header or None,
        "version": record.version,
        "columns": [head(c, editable, ctx, site=getattr(record, "site_id", None)) for c in shown],
        "lines": [_line(shown, line, n, errors or {}) for n, line in enumerate(lines)],
        "totals": totals(res, record, ctx),
        "scan": scanning(res) if editable else None,
    }


def _line(shown, line, position: int, errors: dict) -> dict:
    found = {"key": f"l{position}", "values": values(shown, line)}
    if line.pk:
        found["id"] = line.pk
    if position in errors:
        found["errors"] = errors[position]
    return found


def values(shown, line) -> dict:
    """Cell values as the island takes them: decimals as text, links as {id, text}."""
    found = {}
    for column in shown:
        kind, value = column.kind, column.value_of(line)
        if isinstance(value, time):
            found[column.path] = formats.clock(value)
        elif value is None or kind in PLAIN:
            found[column.path] = value
        elif kind == "link":
            found[column.path] = {"id": str(value.pk), "text": str(value)}
        else:
            found[column.path] = formats.exact(column, value) or None
    return found


PLAIN = {"bool", "choice", "text", "longtext", "integer"}


def lines_of(record, shown):
    """The saved lines of a document in order, with the records their cells name."""
    related = {c.path.rpartition("__")[0] or c.path for c in shown if c.kind == "link" or "__" in c.path}
    joined = remembered.joined(record.lines.model, related)
    return record.lines.select_related(*joined) if joined else record.lines.all()


def totals(res, record, ctx) -> list[dict]:
    """Header fields shown under the grid."""
    fields, found = sight.Fields(res, ctx), []
    names = res.names("line_totals")
    for n, column in enumerate(fields.columns(names)):
        value = column.value_of(record)
        text = formats.text(column, value, record, mode=fields.mode(column.path), company_id=ctx.company_id)
        unit = formats.unit_of(column, record, ctx.company_id)
        found.append({"label": column.label, "text": f"{text} {unit}".strip(), "strong": n == len(names) - 1})
    return found


def scanning(res) -> dict | None:
    """What the grid does with a code: {url, columns: {model: column}, quantity, counts}; None where none is read."""
    if not res.scan or not res.lines:
        return None
    names = res.names("scan")
    last = names[-1]
    found = {c.path: c for c in res.line_columns()}
    columns = {found[n].to: n for n in names if n in found and found[n].kind == "link"}
    return {"url": "/scan/", "columns": columns, "quantity": last.lstrip("+"), "counts": last.startswith("+")}


def read(res, raw_lines: list, ctx, *, blank: bool = False, site=None, wrong: dict | None = None) -> list[dict]:
    """Line specs for commands from what the grid sent; only columns of the grid that may be edited are read.

    blank  keep lines that hold nothing, so that there is a spec for each line sent
    site   key of the document's site: names of what belongs to a site are looked up there
    wrong  takes the errors of names that cannot be found, by line; without it they are raised
    """
    editable = {c.path: c for c in columns(res, ctx) if c.editable}
    if not isinstance(raw_lines, list):
        raise ValidationError(_("The lines could not be read."))
    specs: list[dict] = []
    named: dict[str, dict[str, list[dict]]] = {}
    for raw in raw_lines:
        if not isinstance(raw, dict):
            raise ValidationError(_("The lines could not be read."))
        cells = raw.get("values") if isinstance(raw.get("values"), dict) else raw
        spec = {"id": raw["id"]} if raw.get("id") else {}
        for name, value in cells.items():
            if name in editable:
                spec[name] = _cell(editable[name], value)
                if text := _text_of(value):
                    named.setdefault(name, {}).setdefault(text, []).append(spec)
        if blank or any(v not in (None, "") for k, v in spec.items()) or _text_of_any(cells, editable):
            specs.append(spec)
    unknown = _find_named(editable, named, ctx, site)
    found = {n: texts for n, spec in enumerate(specs) if (texts := unknown.get(id(spec)))}
    if wrong is not None:
        for n, texts in found.items():
            wrong.setdefault(n, {}).update(texts)
    elif found:
        raise ValidationError({f"lines.{n}.{c}": text for n, texts in found.items() for c, text in texts.items()})
    return specs


def _text_of(value) -> str:
    """The text of a link that was pasted or typed and not chosen."""
    return str(value.get("text") or "").strip() if isinstance(value, dict) and value.get("id") is None else ""


def _text_of_any(cells: dict, editable: dict) -> bool:
    return any(name in editable and _text_of(value) for name, value in cells.items())


def _find_named(editable: dict, named: dict, ctx, site) -> dict[int, dict[str, str]]:
    """Put the records that texts name into the specs; {id(spec): {column: why not}} of those nothing is found for.

    One query or two a column, however many lines: first by code, number or name, then as the grid itself writes them.
    """
    unknown: dict[int, dict[str, str]] = {}
    for name, texts in named.items():
        model = apps.get_model(editable[name].to)
        known = _records_named(model, set(texts), ctx, site)
        for text, specs in texts.items():
            for spec in specs:
                if isinstance(known[text], str):
                    unknown.setdefault(id(spec), {})[name] = known[text]
                    del spec[name]
                else:
                    spec[name] = known[text].pk
    return unknown


def _records_named(model, texts: set[str], ctx, site) -> dict:
    """{text: the record, or why there is none}."""
    linker, found = linking.Linker(ctx), {}
    linker.learn(model, "", texts)
    for text in texts:
        try:
            found[text] = linker.get(model, "", text)
        except ValidationError as error:
            near = lookup.searched(ctx, model, text, limit=5, site=str(site or ""))
            same = [r for r in near if text.lower() in (str(r).lower(), str(getattr(r, "code", "")).lower())] or near
            found[text] = same[0] if len(same) == 1 else " ".join(error.messages)
    return found


def _cell(column, value):
    if isinstance(value, dict):
        value = value.get("id")
    if isinstance(value, bool | int | None):
        return value
    return forms.plain_number(str(value)) if column.is_number else value


def read_text(res, text: str, ctx, *, site=None, wrong: dict | None = None) -> list[dict]:
    """Line specs from the hidden field of an ordinary form; `site` and `wrong` as in `read`."""
    try:
        return read(res, json.loads(text or "[]"), ctx, site=site, wrong=wrong)
    except ValueError:
        raise ValidationError(_("The lines could not be read.")) from None


def errors_by_line(error: ValidationError) -> dict[int, dict[str, str]]:
    """{line index: {column: text}} of the errors named lines.<n>.<column>."""
    found: dict[int, dict[str, str]] = {}
    if hasattr(error, "error_dict"):
        for name, messages in error.message_dict.items():
            if name.startswith("lines."):
                _lines, index, column = ([*name.split(".", 2), ""])[:3]
                found.setdefault(int(index), {})[column] = " ".join(messages)
    return found


def preview(res, record, specs: list[dict], header: dict, ctx) -> tuple[list, dict]:
    """(unsaved line instances, errors by line): the record as `prepare` would make it, nothing written.

    Cells that cannot be read are named in the errors and left out of the computation.
    """
    from mainspring.kernel import values as typed

    model, wrong = res.model, {}
    for name, value in header.items():
        try:
            field = model._meta.get_field(name)
            setattr(
                record,
                name,
                typed.coerce(model, [{name: value}], ctx, prefixes=[""])[0][name]
                if value not in (None, "")
                else (None if field.null or field.is_relation else field.get_default()),
            )
        except (ValidationError, FieldDoesNotExist, ValueError):
            continue
    lines = []
    good = _coerced(res.line_model, specs, ctx, wrong)
    existing = {line.pk: line for line in record.lines.all()} if not record._state.adding else {}
    for position, spec in enumerate(good, 1):
        line = existing.get(spec.get("id")) or res.line_model(position=position)
        for name, value in spec.items():
            if name != "id" and not (value is None and not res.line_model._meta.get_field(name).null):
                setattr(line, name, value)
        line.document = record
        lines.append(line)
    try:
        with _no_writes():
            record.prepare(ctx, lines)
        filling.validate(record, lines)
    except ValidationError as error:
        for index, found in errors_by_line(error).items():
            wrong.setdefault(index, {}).update({k: v for k, v in found.items() if k in specs[index]})
    except (TypeError, AttributeError, ArithmeticError, res.model.DoesNotExist, ValueError):
        pass  # the form is not complete enough to be computed; the cells keep what was typed
    return lines, wrong


def _coerced(line_model, specs, ctx, wrong) -> list[dict]:
    """Typed specs, all at once when all are good, one by one when some are not."""
    from mainspring.kernel import values as typed

    try:
        return typed.coerce(line_model, specs, ctx, prefixes=[f"lines.{n}." for n in range(len(specs))])
    except ValidationError as error:
        wrong |= errors_by_line(error)
    kept = [{k: v for k, v in spec.items() if k not in wrong.get(n, {})} for n, spec in enumerate(specs)]
    return typed.coerce(line_model, kept, ctx, prefixes=[f"lines.{n}." for n in range(len(kept))])


def _no_writes():
    from django.db import transaction

    return transaction.atomic()
