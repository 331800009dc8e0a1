"""Versions of bills and routings: copy, release, retire."""

import re

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _

from mainspring.kernel import commands
from mainspring.kernel.workflow import effect

from . import models

PARTS = {models.Bom: ("bomalternates", "bomoutputs"),
         models.Routing: ("operationalternates", "inspectionpoints", "operationdocuments")}  # fmt: skip


def next_revision(revision: str, taken) -> str:
    """The revision after one, which none of the taken ones has: A, B … Z, AA; 9, 10; v2, v3."""
    found = revision
    while found in taken or found == revision:
        found = _after(found)
    return found


def _after(revision: str) -> str:
    if number := re.search(r"(\d+)$", revision):
        return revision[: number.start()] + str(int(number[1]) + 1)
    if re.fullmatch(r"[A-Z]{1,3}", revision):
        letters = revision.rstrip("Z")
        if not letters:
            return "A" * (len(revision) + 1)
        return letters[:-1] + chr(ord(letters[-1]) + 1) + "A" * (len(revision) - len(letters))
    return f"{revision[:9]}.2"


def copies(versions: list, ctx, **changes) -> dict:
    """{version: its unsaved-then-saved draft copy} with all that belongs to them, in a fixed number of statements.

    changes  fields of the copies; `revision` may be a function of the version
    """
    if not versions:
        return {}
    model = type(versions[0])
    maker = ctx.user if getattr(ctx.user, "pk", None) else None
    found = {}
    for version in versions:
        values = {name: value(version) if callable(value) else value for name, value in changes.items()}
        found[version.pk] = _clone(version, state="draft", active=False, version=1, change=None,
                                   created_by=maker, **values)  # fmt: skip
    model.objects.bulk_create(list(found.values()), batch_size=1000)
    _copy_children(model._meta.get_field("lines").related_model, "document", found)
    for name in PARTS[model]:
        part = model._meta.get_field(name)
        _copy_children(part.related_model, part.field.name, found)
    return found


def _copy_children(model, parent: str, found: dict) -> None:
    rows = [
        _clone(row, **{f"{parent}_id": found[getattr(row, f"{parent}_id")].pk})
        for row in model.objects.filter(**{f"{parent}__in": list(found)}).order_by("pk")
    ]
    model.objects.bulk_create(rows, batch_size=2000)


def _clone(record, **values):
    names = {
        f.attname: getattr(record, f.attname)
        for f in record._meta.concrete_fields
        if not f.primary_key and f.name not in ("created_at", "updated_at")
    }
    for name, value in values.items():
        names.pop(f"{name}_id", None)
        names[name] = value
    return type(record)(**names)


def taken_revisions(version) -> set[str]:
    return set(
        type(version).objects.filter(item=version.item_id, site=version.site_id).values_list("revision", flat=True)
    )


def new_version(version, ctx):
    """A draft of the next revision with the same content, valid from nowhere yet."""
    revision = next_revision(version.revision, taken_revisions(version))
    return copies([version], ctx, revision=revision, valid_from=None, valid_to=None)[version.pk]


def release(version, ctx, valid_from=None):
    """From its first day the version holds; the one before it ends there. The database refuses what would overlap."""
    before = type(version).objects.filter(item=version.item_id, site=version.site_id, active=True)
    version.valid_from = valid_from or version.valid_from
    if version.valid_from is None and before.exists():
        version.valid_from = ctx.business_date
    if version.valid_from:
        ending = before.filter(
            Q(valid_to__isnull=True) | Q(valid_to__gt=version.valid_from),
            Q(valid_from__isnull=True) | Q(valid_from__lt=version.valid_from),
        )
        for one in ending:
            commands.change(one, ctx, valid_to=version.valid_from)
    version.state, version.active = "released", True


def retire(version, ctx):
    """The version is history: no order uses it any more."""
    version.state, version.active = "retired", False


def copy_to(bom, ctx, item):
    """A draft bill of another item with the same content."""
    if item.pk in {line.component_id for line in bom.lines.all()} or item.pk == bom.item_id:
        raise ValidationError(
            {"item": _("%(item)s is the item of this bill or a component of it.") % {"item": item.code}}
        )
    taken = set(models.Bom.objects.filter(item=item, site=bom.site_id).values_list("revision", flat=True))
    revision = "A" if "A" not in taken else next_revision("A", taken)
    return copies([bom], ctx, item=item, revision=revision, valid_from=None, valid_to=None)[bom.pk]


for _model in (models.Bom, models.Routing):
    effect(_model, "new_version")(new_version)
    effect(_model, "release")(release)
    effect(_model, "retire")(retire)
effect(models.Bom, "copy_to")(copy_to)
