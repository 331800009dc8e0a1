"""How values look: table cells, facts and badges, from columns."""

from django.apps import apps
from django.utils import formats as local
from django.utils import timezone

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
        mode = self.fields.mode_on(record, column.path)
        value = column.value_of(record) if mode != "hide" else None
        cell = {
            "kind": kind_of(column),
            "text": formats.text(column, value, record, mode=mode, company_id=self.ctx.company_id),
        }
        if value is None or mode == "mask":
            return cell
        if column.is_number:
            cell["unit"] = formats.unit_of(column, record, self.ctx.company_id)
            cell["value"] = formats.exact(column, value)
        elif column.kind == "bool":
            cell["value"] = value in (True, "true")
        elif column.kind == "state":
            cell["tone"] = TONES.get(record.workflow.color(value), "neutral") if "__" not in column.path else "neutral"
        elif column.kind == "link":
            cell |= self._link(column, value)
        elif column.kind == "links":
            cell |= {"kind": "tags", "tags": [self.name(r) for r in value], "value": [str(r.pk) for r in value]}
        elif column.kind == "attachment":
            cell["href"] = f"/files/{value['id']}/" if isinstance(value, dict) else ""
        elif column.kind in ("date", "datetime"):
            cell["value"] = formats.exact(column, value)
            cell["title"] = local.date_format(
                timezone.localtime(value) if column.kind == "datetime" else value,
                "DATETIME_FORMAT" if column.kind == "datetime" else "DATE_FORMAT",
            )
        elif shorten and len(cell["text"]) > shorten:
            cell |= {"title": cell["text"], "text": cell["text"][: shorten - 1] + "…"}
        return cell

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
        res = self._links[column.to]
        return {
            "value": str(value.pk),
            "text": self.name(value),
            "href": addresses.of_resource(res, value.pk) if res else "",
        }

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
