"""Records as JSON: the resource's columns as the caller may see them, nothing that is hidden, masks where granted."""

import datetime
import json
from decimal import Decimal
from uuid import UUID

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import models
from django.utils.translation import gettext as _
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import BaseRenderer

from mainspring.kernel import access, custom, remembered, resource, shapes, sight

ALWAYS = ("number", "state", "version", "company", "created_by", "created_at", "updated_at")
ROOMS = ("columns", "form", "quick", "filters", "measures", "dimensions", "line_totals")


class Renderer(BaseRenderer):
    media_type, format, charset = "application/json", "json", "utf-8"

    def render(self, data, accepted_media_type=None, renderer_context=None):
        return b"" if data is None else json.dumps(data, ensure_ascii=False, default=plain).encode()


class AlwaysJson(BaseContentNegotiation):
    """The interface speaks JSON, whatever a browser prefers."""

    def select_parser(self, request, parsers):
        kind = (request.content_type or "").partition(";")[0].strip().lower()
        return next((p for p in parsers if kind == p.media_type or kind.endswith("+json")), None)

    def select_renderer(self, request, renderers, format_suffix=None):
        return renderers[0], renderers[0].media_type


def paths(of: resource.Resource) -> list[str]:
    """Field paths the interface offers for a resource, in the order of its pages."""
    found = of.__dict__.get("_api_paths")
    if found is None:
        own = [n for n in ALWAYS if shapes.has(of.model, n)]
        declared = [n.lstrip("-").partition(":")[0] for room in ROOMS for n in of.names(room)]
        found = list(dict.fromkeys([*own, *(n for n in declared if not n.startswith("custom.")), *of.computed]))
        of.__dict__["_api_paths"] = found
    return found


class View:
    """How one caller sees the records of one resource. `only`: the sparse fields asked for."""

    def __init__(self, of: resource.Resource, ctx, only: list[str] | None = None):
        self.resource, self.ctx, self.fields = of, ctx, sight.Fields(of, ctx)
        known = [p for p in paths(of) if self.fields.mode(p) != "hide" or _is_json(of, p)]
        modes = access.field_modes(ctx, of.model)
        known = [p for p in known if modes.get(p) != "hide"]
        extra = {"id", "lines", "custom"}
        if only:
            wrong = [p for p in only if p not in known and p not in extra and self.fields.mode(p) == "hide"]
            if wrong:
                raise ValidationError(
                    {"fields": [_("There is no field “%(name)s”.") % {"name": n[:80]} for n in wrong]}
                )
            known = [p for p in only if p not in extra]
        self.columns = [of.column(p) for p in known]
        self.has_lines = bool(of.lines) and (not only or "lines" in only)
        self.has_custom = hasattr(of.model, "custom") and (not only or "custom" in only)

    def line_paths(self) -> list[resource.Column]:
        modes = access.field_modes(self.ctx, self.resource.line_model)
        return [c for c in self.resource.line_columns() if modes.get(c.path) != "hide"]

    def record(self, record) -> dict:
        """One record; links as {"id", "label"}, amounts and quantities as exact text."""
        found: dict = {"id": plain(record.pk)}
        for column in self.columns:
            mode = self.fields.mode_on(record, column.path)
            value = column.value_of(record)
            found[column.path] = (None if value is None else access.mask(value)) if mode == "mask" else plain(value)
        if self.has_custom:
            found["custom"] = custom.visible(self.ctx, self.resource.model, record.custom or {})
        return found

    def full(self, record) -> dict:
        """One record with its lines."""
        found = self.record(record)
        if self.has_lines:
            columns = self.line_paths()
            modes = access.field_modes(self.ctx, self.resource.line_model)
            links = remembered.joined(self.resource.line_model, [c.path for c in columns if c.kind == "link"])
            found["lines"] = [
                {"id": plain(line.pk)}
                | {
                    c.path: access.mask(c.value_of(line)) if modes.get(c.path) == "mask" else plain(c.value_of(line))
                    for c in columns
                }
                for line in (record.lines.select_related(*links) if links else record.lines.all())
            ]
        return found


def plain(value):
    """A value as JSON holds it."""
    if value is None or isinstance(value, bool | str | int):
        return value
    if isinstance(value, Decimal):
        text = format(value, "f")
        return (text.rstrip("0").rstrip(".") or "0") if "." in text else text
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, models.Model):
        return {"id": plain(value.pk), "label": str(value)}
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    return [plain(v) for v in value] if isinstance(value, list | tuple | set) else str(value)


def _is_json(of, path: str) -> bool:
    try:
        return path != "password" and isinstance(of.model._meta.get_field(path), models.JSONField)
    except FieldDoesNotExist:
        return False
