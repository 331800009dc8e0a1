"""How values look: table cells, facts and badges, from columns."""

from django.apps import apps

from mainspring.kernel import access, formats, resource, sight
from mainspring.web import addresses

TONES = {"grey": "neutral", "gray": "neutral", "blue": "info", "green": "success", "amber": "warning",
         "orange": "warning", "yellow": "warning", "red": "danger", "purple": "accent"}  # fmt: skip
KINDS = {"integer": "number", "decimal": "number", "rate": "number", "price": "money", "bool": "boolean",
         "choice": "text", "longtext": "text", "json": "text", "attachment": "text"}  # fmt: skip


def kind_of(column) -> str:
    """The kind a template knows."""
    if column.kind == "link" and column.to == "kernel.user":
        return "person"
    return KINDS.get(column.kind, column.kind)


def state_badge(res_or_flow, state: str) -> dict:
    flow = getattr(res_or_flow, "workflow", res_or_flow)
    return {"label": flow.label(state), "tone": TONES.get(flow.color(state), "neutral")}


class Show:
    """Shows values of one resource to one person; remembers which links have pages."""

    def __init__(self, fields: sight.Fields):
        self.fields, self.ctx = fields, fields.ctx
        self._links: dict[str, resource.Resource | None] = {}
        self._masked: dict[type, bool] = {}
        self._custom: dict[tuple[str, str], str] = {}
        self._ways: dict[str, _Way] = {}
        self._known: dict[tuple[type, object], dict] = {}
        self._dates: dict[tuple[str, object], dict] = {}

    def prime(self, columns, records) -> None:
        """Fetch the names that links in custom fields show, with one query a column for all records."""
        for column in columns:
            if column.kind != "link" or not column.is_custom:
                continue
            keys = {str(key) for r in records if (key := column.value_of(r)) is not None}
            try:
                found = access.rows(self.ctx, apps.get_model(column.to)).filter(pk__in=keys) if keys else ()
                self._custom |= {(column.to, key): key for key in keys} | {
                    (column.to, str(r.pk)): self.name(r) for r in found
                }
            except (LookupError, ValueError):
                continue

    def cell(self, column, record, *, shorten: int = 90) -> dict:
        """{text, kind, value, unit, href, tone, title} of one value of one record."""
        way = self._ways.get(column.path)
        if way is None or way.column is not column:
            way = self._ways[column.path] = _Way(self.fields, column)
        mode = way.mode if way.mode else self.fields.mode_on(record, column.path)
        value = None
        if mode != "hide":
            value = getattr(record, way.attribute) if way.attribute else column.value_of(record)
        if value is None:
            return {"kind": way.kind, "text": ""}
        if mode == "mask":
            return {"kind": way.kind, "text": access.mask(value)}
        return self._drawn(way, value, record, shorten)

    def _drawn(self, way: "_Way", value, record, shorten: int) -> dict:
        column, kind, company_id = way.column, way.column.kind, self.ctx.company_id
        if kind == "link":
            return {"kind": way.kind} | self._link(column, value)
        if kind == "choice" and value in way.choices:
            return {"kind": way.kind, "text": way.choices[value]}
        if kind == "state":
            own = way.states.get(value, {}) if "__" not in column.path else {}
            return {"kind": way.kind, "text": way.choices.get(value, str(value)), "tone": "neutral"} | own
        if column.is_number:
            return {
                "kind": way.kind,
                "text": formats.text(column, value, record, company_id=company_id),
                "unit": formats.unit_of(column, record, company_id),
                "value": formats.exact(column, value),
            }
        if kind in ("date", "datetime"):
            if (kind, value) not in self._dates:
                self._dates[kind, value] = self._dated(way, value)
            return dict(self._dates[kind, value])
        cell = {"kind": way.kind, "text": formats.text(column, value, record, company_id=company_id)}
        if kind == "bool":
            cell["value"] = value in (True, "true")
        elif kind == "links":
            cell |= {"kind": "tags", "tags": [self.name(r) for r in value], "value": [str(r.pk) for r in value]}
        elif kind == "attachment":
            cell["href"] = f"/files/{value['id']}/" if isinstance(value, dict) else ""
        elif shorten and len(cell["text"]) > shorten:
            cell |= {"title": cell["text"], "text": cell["text"][: shorten - 1] + "…"}
        return cell

    def _dated(self, way: "_Way", value) -> dict:
        short, long = (formats.day, "DATE_FORMAT") if way.column.kind == "date" else (formats.moment, "DATETIME_FORMAT")
        exact = formats.exact(way.column, value)
        return {"kind": way.kind, "text": short(value), "value": exact, "title": short(value, long)}

    def name(self, record) -> str:
        """A record's name as the person may see it; the question whether anything is masked is asked once a model."""
        model = type(record)
        if model not in self._masked:
            self._masked[model] = bool(access.field_modes(self.ctx, model) or access.clear_when(self.ctx, model))
        return sight.label(self.ctx, record) if self._masked[model] else str(record)

    def _link(self, column, value) -> dict:
        if column.is_custom:
            return {"value": value, "text": self._custom.get((column.to, str(value))) or self._named(column, value)}
        if column.to not in self._links:
            model = apps.get_model(column.to)
            res = resource.of(model)
            self._links[column.to] = res if res and access.can(self.ctx, model, "view") else None
        known = self._known.get((type(value), value.pk))
        if known is None:
            res = self._links[column.to]
            href = addresses.of_resource(res, value.pk) if res else ""
            known = self._known[type(value), value.pk] = {
                "value": str(value.pk),
                "text": self.name(value),
                "href": href,
            }
        return known

    def _named(self, column, key) -> str:
        try:
            record = access.rows(self.ctx, apps.get_model(column.to)).filter(pk=key).first()
            return self.name(record) if record else str(key)
        except (LookupError, ValueError):
            return str(key)

    def fact(self, column, record) -> dict:
        """A fact of a record page: the cell with its name and label."""
        return self.cell(column, record, shorten=0) | {
            "name": column.path.replace(".", "-"),
            "label": column.label,
            "help": column.help,
            "wide": column.kind == "longtext",
        }


class _Way:
    """What follows for the cells of a column from the column and the person alone, found out once.

    mode       hide, mask, view or edit; "" where it differs from record to record
    attribute  where the value stands on the record, when nothing has to be followed or computed
    """

    def __init__(self, fields: sight.Fields, column):
        path = column.path
        self.column, self.kind = column, kind_of(column)
        self.mode = "" if path in fields.partly_clear else fields.mode(path)
        plain = not column.compute and not column.is_custom and column.kind not in ("link", "links")
        self.attribute = path if plain and "__" not in path else ""
        self.choices = {key: str(label) for key, label in column.choices} if column.kind in ("state", "choice") else {}
        flow = getattr(fields.model, "workflow", None)
        self.states = {key: {"tone": TONES.get(flow.color(key), "neutral")} for key in self.choices} if flow else {}


def head(column) -> dict:
    """A table head without sorting."""
    return {"name": column.path, "label": column.label, "kind": kind_of(column), "help": column.help}


def table(columns, records, show: Show, *, title: str = "") -> dict:
    """A plain table of records, e.g. of lines or related records."""
    show.prime(columns, records)
    rows = [
        {
            "id": str(r.pk),
            "href": addresses.of_record(r),
            "label": show.name(r),
            "cells": [show.cell(c, r) for c in columns],
        }
        for r in records
    ]
    return {"title": title, "columns": [head(c) for c in columns], "rows": rows, "empty": {"title": title}}
