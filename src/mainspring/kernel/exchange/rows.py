"""Rows of a file as values for commands: parsed, linked, grouped into records; each fault by row and column."""

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from .. import access, formulas, limits
from ..models import ExternalId
from ..resource import Resource
from ..shapes import label_field
from . import reading, rules


@dataclass
class Unit:
    """One record to be: its values, its rows, and what is wrong with them as (row, column, value, text)."""

    rows: list[int]
    values: dict[str, Any] = field(default_factory=dict)
    external_id: str = ""
    problems: list[tuple[int, str, str, str]] = field(default_factory=list)
    columns: dict[str, str] = field(default_factory=dict)
    sums: dict[str, Decimal] = field(default_factory=dict)


def identity_fields(model) -> list[str]:
    """Fields by which a file names a record of a model, best first: key, number, name."""
    names = {f.name for f in model._meta.concrete_fields}
    own = [k for k in rules.key_fields(model) if not model._meta.get_field(k).is_relation][-1:]
    return list(dict.fromkeys([*own, *(n for n in ("code", "number") if n in names), label_field(model)]))


def name_of(record) -> str:
    """What a file calls a record, so that it is found again on the way in."""
    return next(
        (str(v) for n in identity_fields(type(record)) if (v := getattr(record, n, "")) not in (None, "")), str(record)
    )


class Linker:
    """Finds linked records by what a file calls them, a piece of the file at a time; each name is asked once."""

    def __init__(self, ctx, system: str = ""):
        self.ctx, self.system = ctx, system
        self.known: dict[tuple, dict[str, Any]] = defaultdict(dict)

    def learn(self, model, hint: str, texts: set[str]) -> None:
        known = self.known[model, hint]
        missing = {t for t in texts if t and t not in known}
        if not missing:
            return
        visible = access.rows(self.ctx, model)
        if self.system and hint in ("", "external_id"):
            pairs = dict(
                ExternalId.objects.filter(
                    system=self.system, entity=model._meta.label_lower, external_id__in=missing
                ).values_list("external_id", "record_id")
            )
            records = {str(r.pk): r for r in visible.filter(pk__in=set(pairs.values()))}
            known |= {text: records[pk] for text, pk in pairs.items() if pk in records}
        for name in self._names(model, hint):
            missing -= known.keys()
            found = defaultdict(list)
            if sought := _fitting(model._meta.get_field(name), missing):
                for record in visible.filter(**{f"{name}__in": sought}):
                    found[str(getattr(record, name))].append(record)
            known |= {text: records[0] if len(records) == 1 else records for text, records in found.items()}

    def _names(self, model, hint: str) -> list[str]:
        """Fields to look in: the one the mapping names, when the person may read it, else those that name a record."""
        if not hint:
            return identity_fields(model)
        plain = hint in {f.name for f in model._meta.concrete_fields} and hint != "password"
        return [hint] if plain and access.may_see(self.ctx, model, hint) else []

    def get(self, model, hint: str, text: str):
        found = self.known[model, hint].get(text)
        if isinstance(found, list):
            raise ValidationError(_("“%(value)s” names %(n)s records.") % {"value": text[:40], "n": len(found)})
        if found is None:
            raise ValidationError(_("“%(value)s” does not exist or is out of your sight.") % {"value": text[:80]})
        return found


def _fitting(one: models.Field, texts: set[str]) -> list:
    """The texts that can be values of a field at all."""
    found = []
    for text in texts:
        try:
            found.append(limits.storable_key((one.target_field if one.is_relation else one).to_python(text)))
        except (ValidationError, ValueError, TypeError, OverflowError):
            continue
    return found


class Reader:
    """Turns the rows of one file into units, by the rules of one mapping."""

    def __init__(
        self,
        of: Resource,
        ctx,
        table: reading.Table,
        mapping: dict,
        joined: reading.Table | None = None,
        *,
        writing: bool = False,
    ):
        self.resource, self.ctx, self.rules = of, ctx, mapping
        self.table, self.bundle, self.writing = _join(table, joined, mapping.get("join", {})), table.bundle, writing
        self.targets = rules.check(of, ctx, mapping, self.table.headers, files=self.bundle is not None)
        self.columns = {h: self.targets[p] for h, p in mapping.get("columns", {}).items() if p}
        self.header_of = {t.path: h for h, t in self.columns.items()}
        self._named: tuple = (None, {})
        self.linker = Linker(ctx, mapping.get("system", ""))
        self.key = mapping.get("key") or self._usual_key()
        self.has_lines = any(t.is_line for t in self.targets.values())

    def _usual_key(self) -> list[str]:
        if "external_id" in self.targets:
            return ["external_id"]
        fields = rules.key_fields(self.resource.model)
        key = [k for k in fields if k in self.header_of]
        return key if key and set(fields) - set(key) <= {"company"} else []

    @property
    def left_out(self) -> int:
        """Rows of the file the mapping leaves aside by its own conditions."""
        return len(self.table.body) - sum(1 for _row in self.chosen())

    def chosen(self):
        """Rows the mapping lets through."""
        where, unless = self.rules.get("where", {}), self.rules.get("unless", {})
        for number, row in self.table.rows():
            if all(reading.cell_text(row.get(h)) in v for h, v in where.items()) and not any(
                reading.cell_text(row.get(h)) in v for h, v in unless.items()
            ):
                yield number, row

    def pieces(self, size: int):
        """Lists of units, in the order of the file; the same file and rules always give the same pieces."""
        groups: dict[Any, list] = {}
        heads = [self.header_of[k] for k in self.key if k in self.header_of]
        for number, row in self.chosen():
            key = tuple(reading.cell_text(row.get(h)).strip() for h in heads) if self.has_lines and self.key else number
            groups.setdefault(key, []).append((number, row))
        every = list(groups.values())
        for start in range(0, len(every), size):
            yield self._units(every[start : start + size])

    def _units(self, groups: list) -> list[Unit]:
        self._learn([row for group in groups for _n, row in group])
        return [self._unit(group) for group in groups]

    def _learn(self, rows: list[dict]) -> None:
        wanted: dict[tuple, set] = defaultdict(set)
        for path, target in self.targets.items():
            model = _linked_model(target)
            if model is not None:
                hint = self.rules.get("links", {}).get(path, "")
                for row in rows if path not in self.rules.get("constants", {}) else rows[:1]:
                    try:
                        wanted[model, hint].add(self._translated(path, reading.cell_text(self._raw(path, row)).strip()))
                    except ValidationError:
                        pass  # named when the row itself is read
        for (model, hint), texts in wanted.items():
            self.linker.learn(model, hint, texts)

    def _unit(self, group: list) -> Unit:
        unit = Unit([number for number, _row in group])
        first_number, first = group[0]
        for path, target in self.targets.items():
            if not target.is_line:
                self._put(unit, unit.values, path, target, first_number, first)
                if len(group) > 1 and (header := self.header_of.get(path)):
                    for number, row in group[1:]:
                        if reading.cell_text(row.get(header)).strip() not in (
                            "",
                            reading.cell_text(first.get(header)).strip(),
                        ):
                            unit.problems.append(
                                (
                                    number,
                                    header,
                                    reading.cell_text(row.get(header)),
                                    _("The rows of one record differ here."),
                                )
                            )
        unit.external_id = str(unit.values.pop("external_id", "") or "").strip()
        if self.has_lines:
            unit.values["lines"] = []
            for number, row in group:
                line: dict = {}
                for path, target in self.targets.items():
                    if target.is_line:
                        self._put(unit, line, path, target, number, row)
                if any(v not in (None, "") for v in line.values()):
                    unit.values["lines"].append(line)
        return unit

    def _put(self, unit: Unit, into: dict, path: str, target, number: int, row: dict) -> None:
        """One cell as a value, or its problem."""
        header = self.header_of.get(path, path)
        raw = row.get(header)
        try:
            raw = self._raw(path, row)
            value = self._value(path, target, raw)
        except ValidationError as error:
            unit.problems += [(number, header, reading.cell_text(raw), text) for text in error.messages]
            return
        name = path.removeprefix("lines.")
        if path.startswith("custom."):
            if value not in (None, ""):
                into.setdefault("custom", {})[path[7:]] = value
        elif value is not None or path in self.header_of:
            if value is None and target.field is not None and target.field.has_default():
                return  # an empty cell leaves the usual value
            into[name] = value
        if isinstance(value, Decimal) or (isinstance(value, int) and not isinstance(value, bool)):
            unit.sums[path] = unit.sums.get(path, Decimal(0)) + value

    def _raw(self, path: str, row: dict):
        """What the file says for a path: a cell, a formula over the row, or a constant."""
        if path in self.rules.get("formulas", {}):
            if self._named[0] is not row:  # several formulas read the same row
                self._named = row, _names(row)
            return formulas.evaluate(self.rules["formulas"][path], self._named[1])
        return row.get(self.header_of[path]) if path in self.header_of else self.rules.get("constants", {}).get(path)

    def _value(self, path: str, target, raw):
        text = reading.cell_text(raw)
        if path in self.rules.get("values", {}):
            raw = text = self._translated(path, text.strip())
        if path == "external_id":
            return text
        model = _linked_model(target)
        if model is not None:
            found = (
                self.linker.get(model, self.rules.get("links", {}).get(path, ""), text.strip())
                if text.strip()
                else None
            )
            return str(found.pk) if found is not None and target.custom else found
        options = {
            "decimal": self.rules.get("decimal") or ("," if self.table.delimiter == ";" else "."),
            "dates": self.rules.get("dates", ""),
        }
        if isinstance(raw, Decimal):
            options["decimal"] = "."
        if target.holds_files:
            return self.bundle.arriving(text.strip(), self.ctx, writing=self.writing) if text.strip() else None
        if target.custom:
            return _custom_value(target.custom, raw, options)
        if isinstance(target.field, models.JSONField):
            raise ValidationError(_("This field cannot be filled from a file."))
        return reading.value_for(target.field, raw, **options)

    def _translated(self, path: str, text: str) -> str:
        table = self.rules.get("values", {}).get(path)
        return table.get(text, table.get("*", text)) if table else text


def _linked_model(target):
    if target.custom is not None:
        return apps.get_model(target.custom.link_to) if target.custom.kind == "link" else None
    return target.field.related_model if isinstance(target.field, models.ForeignKey) else None


def _custom_value(definition, raw, options):
    match definition.kind:
        case "number" | "money":
            return reading.number(raw, options["decimal"])
        case "date":
            return reading.day(raw, options["dates"])
        case "bool":
            return reading.value_for(models.BooleanField(null=True), raw)
    return reading.cell_text(raw).strip()


def _names(row: dict) -> dict:
    """A row's cells for formulas: numbers where they are numbers."""
    found: dict[str, Any] = {}
    for header, cell in row.items():
        text = reading.cell_text(cell)
        try:
            found[rules.identifier(header)] = reading.number(text) if text else None
        except ValidationError:
            found[rules.identifier(header)] = text
    return found


def _join(table: reading.Table, other: reading.Table | None, how: dict) -> reading.Table:
    """The table with the columns of another file added to each row, by a shared column."""
    if not how:
        return table
    on = how.get("on", "")
    theirs = how.get("their", on)
    if other is None or on not in table.headers or theirs not in other.headers:
        raise ValidationError({"rules": _("The files cannot be joined by “%(name)s”.") % {"name": on}})
    extra = [h for h in other.headers if h not in table.headers]
    there = {reading.cell_text(row[theirs]): [row.get(h) for h in extra] for _n, row in other.rows()}
    here = table.headers.index(on)
    body = [
        (
            n,
            [
                *cells,
                *[""] * (len(table.headers) - len(cells)),
                *there.get(reading.cell_text(cells[here]) if here < len(cells) else "", [""] * len(extra)),
            ],
        )
        for n, cells in table.body
    ]
    return reading.Table([*table.headers, *extra], body, table.encoding, table.delimiter)
