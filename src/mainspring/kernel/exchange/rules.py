"""How the columns of a file go to the fields of a resource: guessed by name, remembered, or written in a mapping file.

{"columns": {"Item No": "code", "Qty": "lines.quantity", "Colour": "custom.color", "ProductID": "external_id"},
 "key": ["external_id"], "system": "old-erp",     what tells whether a row is known already
 "constants": {"kind": "stock"},                  the same in every row
 "values": {"make_or_buy": {"1": "make", "0": "buy"}},
 "formulas": {"weight_kg": "Weight * 0.45359237 if Unit == 'LB' else Weight"},
 "links": {"lines.item": "external_id"},          how linked records are named: external_id or a field
 "where": {"Status": ["2", "4"]}, "unless": {"Component": [""]},
 "join": {"file": "Headers.csv", "on": "OrderID"},  columns of a second file, added to each row
 "decimal": ".", "dates": "dmy", "encoding": "", "delimiter": "", "sheet": "",
 "expected": {"rows": 504, "sums": {"lines.quantity": "1200"}}, "skip_wrong": false}
"""

import hashlib
import re
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import models
from django.utils.translation import gettext as _

from .. import access, custom, filling, formulas, shapes
from ..models import CustomField, ImportMapping
from ..resource import Resource

KNOWN = {
    "columns",
    "key",
    "system",
    "constants",
    "values",
    "formulas",
    "links",
    "where",
    "unless",
    "join",
    "decimal",
    "dates",
    "encoding",
    "delimiter",
    "sheet",
    "expected",
    "skip_wrong",
    "resource",
    "file",
    "title",
    "company",
}
ALIASES = {
    "no": "number",
    "nr": "number",
    "qty": "quantity",
    "sku": "code",
    "articleno": "code",
    "itemno": "item",
    "description": "description",
    "uom": "unit",
    "unitofmeasure": "unit",
    "vendor": "supplier",
    "编号": "code",
    "名称": "name",
    "数量": "quantity",
    "单价": "price",
    "kodas": "code",
    "pavadinimas": "name",
    "kiekis": "quantity",
    "kaina": "price",
    "id": "external_id",
    "externalid": "external_id",
}


@dataclass(frozen=True)
class Target:
    """A field a column may go to. `path`: "code", "lines.quantity", "custom.color" or "external_id"."""

    path: str
    label: str
    field: models.Field | None = None
    custom: CustomField | None = None

    @property
    def is_line(self) -> bool:
        return self.path.startswith("lines.")

    @property
    def holds_files(self) -> bool:
        return self.custom is not None and self.custom.kind == "attachment"


def targets(of: Resource, ctx) -> dict[str, Target]:
    """Every field of a resource an import may fill, by path."""
    found = {}
    modes = access.field_modes(ctx, of.model)
    for f in of.model._meta.concrete_fields:
        if f.editable and not f.auto_created and modes.get(f.name, "edit") == "edit" and f.name != "custom":
            found[f.name] = Target(f.name, str(f.verbose_name), f)
    for name in key_fields(of.model):
        if name not in found:
            known: Any = of.model._meta.get_field(name)
            found[name] = Target(name, str(known.verbose_name), known)
    if hasattr(of.model, "custom"):
        for c in custom.fields_of(of.model):
            if c.kind != "formula" and custom.may(ctx, of.model, c.name, "edit"):
                found[f"custom.{c.name}"] = Target(f"custom.{c.name}", c.label, custom=c)
    try:
        line_model = shapes.line_model_of(of.model)
        open_fields = filling.editable_names(line_model, ctx)
        for f in line_model._meta.concrete_fields:
            if f.name in open_fields and not f.auto_created and f.name != "document":
                found[f"lines.{f.name}"] = Target(f"lines.{f.name}", f"{_('Line')}: {f.verbose_name}", f)
    except FieldDoesNotExist:
        pass
    found["external_id"] = Target("external_id", _("Key in the other system"))
    return found


def key_fields(model) -> tuple[str, ...]:
    """The fields that name a record in files; some records have a field of their own called key instead."""
    stated = getattr(model, "key", ())
    return stated if isinstance(stated, tuple) else ()


def check(of: Resource, ctx, rules: dict, headers: list[str], *, files: bool = False) -> dict[str, Target]:
    """The targets the rules use; ValidationError names every part that does not fit the resource or the file.

    files  whether the table comes in a zip with the files its cells name
    """
    known, problems = targets(of, ctx), []
    if not isinstance(rules, dict) or set(rules) - KNOWN:
        raise ValidationError(
            {
                "rules": _("Unknown parts of the mapping: %(names)s.")
                % {"names": ", ".join(sorted(set(rules) - KNOWN)) if isinstance(rules, dict) else "?"}
            }
        )
    for part in ("columns", "constants", "values", "formulas", "links", "where", "unless", "expected"):
        if not isinstance(rules.get(part, {}), dict):
            raise ValidationError({"rules": _("“%(name)s” must be an object.") % {"name": part}})
    lists = [rules.get("key") or [], *rules.get("where", {}).values(), *rules.get("unless", {}).values()]
    if not all(isinstance(one, list) and all(isinstance(text, str) for text in one) for one in lists):
        raise ValidationError({"rules": _("“key”, “where” and “unless” need lists of texts.")})
    texts = [*rules.get("columns", {}).values(), *rules.get("links", {}).values()]
    if not all(isinstance(text, str | None) for text in texts):
        raise ValidationError({"rules": _("“%(name)s” must be an object.") % {"name": "columns"}})
    goals = [t for t in rules.get("columns", {}).values() if t]
    for path in {*goals, *rules.get("constants", {}), *rules.get("formulas", {})}:
        if path not in known:
            problems.append(_("There is no field “%(name)s” to fill.") % {"name": path})
        elif known[path].holds_files and not files:
            problems.append(
                _("“%(name)s” holds files: bring a zip with the table and the files its cells name.")
                % {"name": known[path].label}
            )
    problems += [
        _("“%(name)s” is filled twice.") % {"name": path} for path in sorted({g for g in goals if goals.count(g) > 1})
    ]
    for header in {*rules.get("columns", {}), *rules.get("where", {}), *rules.get("unless", {})} - set(headers):
        problems.append(_("The file has no column “%(name)s”.") % {"name": header})
    for text in rules.get("formulas", {}).values():
        unknown = formulas.names(str(text)) - {identifier(h) for h in headers} - {"true", "false", "none"}
        problems += [_("The file has no column “%(name)s”.") % {"name": name} for name in sorted(unknown)]
    if problems:
        raise ValidationError({"rules": problems})
    return {path: known[path] for path in [*goals, *rules.get("constants", {}), *rules.get("formulas", {})]}


def guess(of: Resource, ctx, headers: list[str], *, files: bool = False) -> dict[str, str]:
    """{header: path or ""} as remembered for these headers, else by name, label or a usual other name."""
    remembered = (
        ImportMapping.objects.filter(entity=of.label, headers=fingerprint(headers)).order_by("-updated_at").first()
    )
    if remembered:
        return {h: remembered.rules.get("columns", {}).get(h, "") for h in headers}
    known = {path: t for path, t in targets(of, ctx).items() if files or not t.holds_files}
    result: dict[str, str] = {}
    taken: set[str] = set()
    names: dict[str, str] = {}
    for path, target in known.items():
        plain = path.removeprefix("lines.").removeprefix("custom.")
        for text in (path, plain, target.label, target.label.partition(": ")[2]):
            names.setdefault(_simple(text), path)
    for path, others in of.also_called.items():
        if path in known:
            for text in others.split("|"):
                names.setdefault(_simple(text), path)
    for header in headers:
        simple = _simple(header)
        alias = ALIASES.get(simple, "")
        path = names.get(simple) or names.get(alias) or (f"lines.{alias}" if f"lines.{alias}" in known else "")
        result[header] = path if path and path not in taken else ""
        taken.add(path)
    return result


def remember(of: Resource, ctx, headers: list[str], rules: dict) -> None:
    """Keep the mapping for the next file with the same headers."""
    kept = {k: v for k, v in rules.items() if k != "expected"}
    name = _("Columns %(names)s") % {"names": ", ".join(headers)}
    ImportMapping.objects.update_or_create(
        entity=of.label,
        headers=fingerprint(headers),
        defaults={"rules": kept, "name": f"{name[:64]} {fingerprint(headers)[:8]}"},
        create_defaults={"rules": kept, "name": f"{name[:64]} {fingerprint(headers)[:8]}", "created_by": ctx.user},
    )


def fingerprint(headers: list[str]) -> str:
    return hashlib.sha256("\x1f".join(headers).encode()).hexdigest()


def identifier(header: str) -> str:
    """A header as a name in formulas: "Unit Price" is Unit_Price."""
    return re.sub(r"\W+", "_", header).strip("_")


def _simple(text: str) -> str:
    return re.sub(r"[\W_]+", "", str(text).lower())
