"""Engineering changes: what one would change, and doing it to all bills at once."""

from collections.abc import Iterable
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _

from mainspring.kernel import database
from mainspring.kernel.workflow import effect, guard
from mainspring.modules.organization import queries as organization

from . import models, queries, versioning

QUANTITY_MAX = Decimal(10) ** 13


def affected(change) -> list[models.Bom]:
    """The bills that hold the component on the day or later and are not left as they are, by item and revision."""
    found = models.Bom.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=change.effective_on), lines__component=change.component_id
    ).exclude(state="retired")
    if change.site_id:
        found = found.filter(site=change.site_id)
    if change.pk:
        found = found.exclude(pk__in=change.lines.values("bom"))
    return list(found.select_related("item", "site").distinct().order_by("item__code", "revision"))


@guard(models.EngineeringChange, "carry_out")
def something_to_change(change, ctx):
    if not affected(change):
        raise ValidationError(_("No bill holds %(item)s from that day on.") % {"item": change.component})


@effect(models.EngineeringChange, "carry_out")
def carry_out(change, ctx):
    """New versions from the day for bills that hold before it; drafts and later versions are changed themselves."""
    bills = affected(change)
    _refuse_loops(change, bills)
    _refuse_units(change, bills)
    early = [b for b in bills if b.state == "released" and (b.valid_from is None or b.valid_from < change.effective_on)]
    later = [b for b in bills if b not in early]
    taken: dict[tuple, set] = {}
    for item, site, revision in models.Bom.objects.filter(item__in={b.item_id for b in early}).values_list(
        "item_id", "site_id", "revision"
    ):
        taken.setdefault((item, site), set()).add(revision)

    def revision(bom):
        names = taken[bom.item_id, bom.site_id]
        found = versioning.next_revision(bom.revision, names)
        names.add(found)
        return found

    new = versioning.copies(early, ctx, revision=revision, valid_from=change.effective_on)
    changed = [bom.pk for bom in new.values()] + [bom.pk for bom in later]
    _replace(change, changed)
    models.Bom.objects.filter(pk__in=[b.pk for b in early]).update(valid_to=change.effective_on)
    models.Bom.objects.filter(pk__in=[b.pk for b in new.values()]).update(
        state="released", active=True, change=change.pk
    )
    models.Bom.objects.filter(pk__in=[b.pk for b in later]).update(change=change.pk)
    change.changed_bills = len(changed)


def _replace(change, bom_ids: Iterable[int]) -> None:
    """One component for another in the lines and alternates of these bills; three statements whatever their number."""
    keys = {"boms": list(bom_ids), "old": change.component_id, "new": change.replacement_id, "ratio": change.ratio}
    if change.replacement_id is None:
        database.execute(
            "DELETE FROM engineering_bomline WHERE document_id = ANY(%(boms)s) AND component_id = %(old)s", **keys
        )
    else:
        database.execute(
            """
            UPDATE engineering_bomline l SET component_id = %(new)s, quantity = round(l.quantity * %(ratio)s, 6),
                   unit_id = CASE WHEN l.unit_id = old.unit_id THEN new.unit_id ELSE l.unit_id END
            FROM items_item old, items_item new
            WHERE l.document_id = ANY(%(boms)s) AND l.component_id = %(old)s
              AND old.id = %(old)s AND new.id = %(new)s""",
            **keys,
        )
    database.execute(
        """DELETE FROM engineering_bomalternate WHERE bom_id = ANY(%(boms)s)
             AND (component_id = %(old)s OR alternate_id = %(new)s::bigint)""",
        **keys,
    )


def _refuse_loops(change, bills) -> None:
    """The replacement may not hold any of the items it would go into (P08)."""
    if change.replacement_id is None:
        return
    below = queries.items_below(change.replacement_id)
    wrong = sorted({b.item.code for b in bills if b.item_id in below or b.item_id == change.replacement_id})
    if wrong:
        raise ValidationError(
            {
                "replacement": _("%(item)s is made from %(items)s itself; that would be a loop.")
                % {"item": change.replacement.code, "items": ", ".join(wrong[:5])}
            },
            code="loop",
        )


def _refuse_units(change, bills) -> None:
    """Every line converts to the replacement's stocking unit, and no quantity grows beyond what can be kept."""
    if change.replacement_id is None:
        return
    lines = models.BomLine.objects.filter(document__in=bills, component=change.component_id).select_related("unit")
    wrong = []
    for line in lines:
        if line.quantity * change.ratio >= QUANTITY_MAX:
            raise ValidationError({"ratio": _("The quantity becomes too large: %(line)s.") % {"line": line}})
        if line.unit_id == change.component.unit_id:
            continue
        try:
            organization.factor_between(line.unit, change.replacement.unit, change.replacement)
        except ValidationError:
            wrong.append(line.unit.code)
    if wrong:
        raise ValidationError(
            {
                "replacement": _("%(item)s has no unit that %(units)s converts to.")
                % {"item": change.replacement.code, "units": ", ".join(sorted(set(wrong)))}
            }
        )


def preview(change, ctx) -> dict:
    """Rows for the change's page: each bill, its quantity now and then, and whether it gets a new version."""
    if change.state != "draft":
        bills = list(change.boms.select_related("item", "site").order_by("item__code", "revision"))
        return {"change": change, "done": True, "rows": [{"bom": bom} for bom in bills]}
    bills = affected(change)
    lines = {
        line.document_id: line
        for line in models.BomLine.objects.filter(document__in=bills, component=change.component_id).select_related(
            "unit"
        )
    }
    rows = []
    for bom in bills:
        line = lines[bom.pk]
        early = bom.state == "released" and (bom.valid_from is None or bom.valid_from < change.effective_on)
        rows.append(
            {
                "bom": bom,
                "now": line.quantity,
                "then": line.quantity * (change.ratio or Decimal(1)) if change.replacement_id else None,
                "unit": line.unit.code,
                "new_version": early,
            }
        )
    return {"change": change, "done": False, "rows": rows}
