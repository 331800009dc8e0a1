"""Row history as a person reads it: labelled changes with old and new values, under the rules of fields (rule Z06)."""

from collections import defaultdict
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from . import access, custom, formats, resource, sentences

QUIET = {
    "id",
    "identity_id",
    "version",
    "updated_at",
    "created_at",
    "created_by_id",
    "position",
    "document_id",
    "company_id",
}
"""Columns that say nothing to a person."""


class Changes:
    """Turns row history into labelled changes; the names of linked records are fetched once per kind of record."""

    def __init__(self, ctx, record, line_model, rows):
        self.ctx, self.record, self.line_model = ctx, record, line_model
        self.modes = {type(record): access.modes_on(ctx, record)}
        if line_model:
            self.modes[line_model] = access.field_modes(ctx, line_model)
        self.custom = (
            {f.name: f.label for f in custom.fields_of(type(record))}
            if any("custom" in r.changes for r in rows)
            else {}
        )
        self.names = self._names(rows)
        self.places = self._places(rows)

    def of(self, rows) -> list[dict]:
        """[{label, before, after}] of some rows of history."""
        found = []
        for row in sorted(rows, key=lambda r: r.pk):
            is_line = row.table_name != self.record._meta.db_table
            model = self.line_model if is_line else type(self.record)
            if is_line and row.operation == "DELETE":
                found.append({"label": _("Line removed"), "before": self._line_words(row), "after": ""})
                continue
            prefix = _("Line %(n)s: ") % {"n": self.places.get(row.row_id, "–")} if is_line else ""
            for column, (old, new) in row.changes.items():
                found += self._change(model, column, old, new, prefix)
        return found

    def _change(self, model, column: str, old, new, prefix: str) -> list[dict]:
        if column == "custom":
            return self._custom_changes(old or {}, new or {})
        one = _field(model, column)
        mode = self.modes[model].get(one.name, "edit") if one else "hide"
        if one is None or column in QUIET or mode == "hide" or one.name.startswith("_"):
            return []
        if isinstance(one, models.JSONField) and not one.editable and not isinstance(one, sentences.Stored):
            return []  # what the house keeps for itself
        before, after = self._text(model, one, old, mode), self._text(model, one, new, mode)
        if before == after and mode != "mask":
            return []
        label = str(one.verbose_name)
        return [{"label": prefix + label[:1].upper() + label[1:], "before": before, "after": after}]

    def _custom_changes(self, old: dict, new: dict) -> list[dict]:
        found = []
        for name in sorted(old.keys() | new.keys()):
            mode = access.custom_mode(self.ctx, type(self.record), f"custom.{name}")
            if old.get(name) != new.get(name) and name in self.custom and mode != "hide":
                before, after = (
                    access.mask(v) if mode == "mask" else str(v or "") for v in (old.get(name), new.get(name))
                )
                found.append({"label": self.custom[name], "before": before, "after": after})
        return found

    def _text(self, model, one, raw, mode: str) -> str:
        if raw is None or raw == "":
            return ""
        if one.is_relation:
            return self.names.get((one.related_model, str(raw)), _("out of your sight")) if mode != "mask" else "***"
        if isinstance(one, sentences.Stored):
            raw = sentences.read(raw)
        try:
            value = Decimal(str(raw)) if isinstance(one, models.DecimalField) else one.to_python(raw)
        except (ValidationError, ArithmeticError):
            value = raw
        record = self.record if isinstance(self.record, model) else None
        return formats.text(
            resource.column_of(model, one.name), value, record, mode=mode, company_id=self.ctx.company_id
        )

    def _line_words(self, row) -> str:
        """The words of a removed line that name it: links and short texts the viewer may see."""
        words = []
        for column, (old, _new) in row.changes.items():
            one = _field(self.line_model, column)
            if one is not None and old and column not in QUIET and (one.is_relation or type(one) is models.CharField):
                mode = self.modes[self.line_model].get(one.name, "edit")
                words += [self._text(self.line_model, one, old, mode)] if mode in ("view", "edit") else []
        return " · ".join(words[:3])

    def _places(self, rows) -> dict[str, int]:
        """Where the lines that are still there stand in the record: the number a person sees before each."""
        if not any(r.table_name != self.record._meta.db_table for r in rows):
            return {}
        return {str(pk): n for n, pk in enumerate(self.record.lines.values_list("pk", flat=True), 1)}

    def _names(self, rows) -> dict:
        """(model, key) -> name of every linked record the viewer may see; one query a model."""
        wanted: dict = defaultdict(set)
        for row in rows:
            model = type(self.record) if row.table_name == self.record._meta.db_table else self.line_model
            for column, pair in row.changes.items():
                one = _field(model, column)
                if one is not None and one.is_relation and column not in QUIET:
                    wanted[one.related_model] |= {str(v) for v in pair if v is not None}
        return {
            (model, str(found.pk)): str(found)
            for model, keys in wanted.items()
            for found in access.rows(self.ctx, model).filter(pk__in=keys)
        }


def _field(model, column: str):
    return next((f for f in model._meta.concrete_fields if f.column == column), None) if model else None
