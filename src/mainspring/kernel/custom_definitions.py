"""Definitions of custom fields: what they must satisfy, where they are used, and what follows a change (Z01, Z02)."""

import re
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from . import custom, formulas, jobs, resource, shapes
from .events import CommandDone, on
from .models import ApprovalRule, ImportMapping, RoleGrant, SavedView
from .models.custom import CustomField


def fill_in(field: CustomField) -> None:
    """Give a new field its name from the label."""
    if not field.name:
        base = (re.sub(r"[-_]+", "_", slugify(field.label)).strip("_") or "field")[:36]
        base = f"f_{base}" if base[0].isdigit() else base
        taken = set(CustomField.objects.filter(entity=field.entity).values_list("name", flat=True))
        field.name = next(n for n in (base, *(f"{base}_{i}" for i in range(2, 999))) if n not in taken)


def check(field: CustomField) -> None:
    """Everything a definition must satisfy; ValidationError by field, all errors at once."""
    found: dict[str, Any] = {}
    model = shapes.model_named(field.entity)
    if not hasattr(model, "custom"):
        raise ValidationError({"entity": _("“%(value)s” takes no custom fields.") % {"value": field.entity}})
    if not field.name.isidentifier() or "__" in field.name or field.name in {f.name for f in model._meta.get_fields()}:
        found["name"] = _("“%(value)s” cannot be a name here.") % {"value": field.name}
    if field.kind == "choice" and not _good_choices(field.choices):
        found["choices"] = _("Name at least one choice; each once.")
    if field.kind == "link" and shapes.model_named(field.link_to) is None:
        found["link_to"] = _("“%(value)s” is not a record type.") % {"value": field.link_to}
    if field.kind == "formula":
        try:
            _check_formula(field, model)
        except ValidationError as error:
            found["formula"] = error.messages
    if field.digits > 9:
        found["digits"] = _("At most 9 digits.")
    before = CustomField.objects.filter(pk=field.pk).first() if field.pk else None
    if before:
        if field.name != before.name:
            found["name"] = _(
                "The name stays, so that everything that uses the field goes on working; change the label."
            )
        if field.entity != before.entity:
            found["entity"] = _("A field stays with its record type.")
        if field.kind != before.kind or (before.active and not field.active):
            where = used_in(before)
            if where:
                found["kind" if field.kind != before.kind else "active"] = _("The field is used: %(uses)s.") % {
                    "uses": "; ".join(where)
                }
        if field.kind != before.kind and "kind" not in found and _has_values(before, model):
            found["kind"] = _("Records hold values of this field; add a new field of the other kind.")
    if found:
        raise ValidationError(found)


def _good_choices(choices) -> bool:
    if not isinstance(choices, list) or not choices:
        return False
    keys = [c.get("value") if isinstance(c, dict) else c for c in choices]
    return all(isinstance(k, str) and k for k in keys) and len(set(keys)) == len(keys)


def _check_formula(field: CustomField, model) -> None:
    others = [f for f in CustomField.objects.filter(entity=field.entity, active=True) if f.name != field.name]
    kinds = (
        custom.kinds_of_fields(model)
        | {f.name: custom.FORMULA_KINDS.get(f.kind, f.result_kind) for f in others}
        | {"today": "date"}
    )
    field.result_kind = formulas.check(field.formula, kinds)
    reads = {f.name: formulas.names(f.formula) for f in others if f.kind == "formula"}
    reached, waiting = set(), set(formulas.names(field.formula))
    while waiting:
        name = waiting.pop()
        reached.add(name)
        waiting |= reads.get(name, set()) - reached
    if field.name in reached:
        raise ValidationError(_("The formula leads back to itself."))


def used_in(field: CustomField) -> list[str]:
    """Where a field is used, in words: formulas, approval rules, permissions, import mappings and saved views."""
    found = [
        _("formula of “%(name)s”") % {"name": f.label}
        for f in CustomField.objects.filter(entity=field.entity, kind="formula").exclude(pk=field.pk)
        if field.name in formulas.names(f.formula)
    ]
    found += [
        _("approval rule “%(name)s”") % {"name": rule.name}
        for rule in ApprovalRule.objects.filter(entity=field.entity)
        if field.name in {n.removeprefix("old_") for n in formulas.names(rule.condition or "0")}
    ]
    key = f"custom.{field.name}"
    found += [
        _("permission of “%(name)s”") % {"name": g.role}
        for g in RoleGrant.objects.filter(fields__has_key=key).select_related("role")
    ]
    found += [
        _("import mapping “%(name)s”") % {"name": m.name}
        for m in ImportMapping.objects.filter(entity=field.entity)
        if key in str(m.rules)
    ]
    lists = [r.key for r in resource.registry.values() if r.label == field.entity]
    found += [
        _("saved view “%(name)s”") % {"name": v.name}
        for v in SavedView.objects.filter(entity__in=lists)
        if key in f"{v.parameters} {getattr(v, 'columns', '')}"
    ]
    return found


def _has_values(field: CustomField, model) -> bool:
    return model._default_manager.filter(custom__has_key=field.name).exists()


@on(CommandDone)
def follow_definition(event, ctx) -> None:
    """Keep definitions in memory, indexes and stored formula values in step with what an administrator did."""
    field = event.record
    if not isinstance(field, CustomField):
        return
    if event.verb == "delete":
        where = used_in(field)
        if where:
            raise ValidationError(_("The field is used: %(uses)s.") % {"uses": "; ".join(where)}, code="used")
    custom.definitions.changed()
    if event.verb in ("create", "change"):
        if field.indexed:
            jobs.defer("custom.build_index", None, key=str(field.pk), field_id=field.pk)
        if field.kind == "formula":
            jobs.defer("custom.recompute", None, key=str(field.pk), field_id=field.pk)


# -- slow work, done by jobs ------------------------------------------------------------------------------------------


def index_name(field: CustomField) -> str:
    return f"custom_{field.pk}_value"


def build_index(field_id: int) -> None:
    """Make a field searchable without stopping writers; runs outside any transaction."""
    field = CustomField.objects.filter(pk=field_id, indexed=True).first()
    if field is None:
        return
    table = connection.ops.quote_name(apps.get_model(field.entity)._meta.db_table)
    value = f"(custom ->> '{field.name}')"  # a name is an identifier, see `check`
    number = field.kind in ("number", "money") or (field.kind == "formula" and field.result_kind == "number")
    wanted = {index_name(field): f"({value + '::numeric(38, 10)' if number else value})"}
    if custom.is_text(field):
        wanted[f"{index_name(field)}_words"] = f"USING gin (upper({value}) gin_trgm_ops)"
    for name, expression in wanted.items():
        with connection.cursor() as cursor:
            cursor.execute("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(%s)", [name])
            row = cursor.fetchone()
            if row and not row[0]:  # left over from a build that was broken off
                cursor.execute(f'DROP INDEX CONCURRENTLY "{name}"')
            cursor.execute(f'CREATE INDEX CONCURRENTLY IF NOT EXISTS "{name}" ON {table} {expression}')


def recompute(field_id: int, progress=lambda done: None, size: int = 2000) -> int:
    """Work a formula out for all records, a piece a transaction; returns the number of records changed."""
    field = CustomField.objects.filter(pk=field_id).first()
    if field is None:
        return 0
    model, last, changed, done = apps.get_model(field.entity), None, 0, 0
    while True:
        query = model._default_manager.order_by("pk")
        with transaction.atomic():
            batch = list(
                (query.filter(pk__gt=last) if last is not None else query).select_for_update(of=("self",))[:size]
            )
            moved = []
            for record in batch:
                before = record.custom
                custom.refresh(record)
                if record.custom != before:
                    moved.append(record)
            model._default_manager.bulk_update(moved, ["custom"], batch_size=500)
        if not batch:
            return changed
        last, changed, done = batch[-1].pk, changed + len(moved), done + len(batch)
        progress(done)
