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
    """The bills a change is about that hold on the day or later and are not left as they are, by item and revision."""
    found = models.Bom.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=change.effective_on)).exclude(
        state="retired"
    )
    if change.component_id:
        found = found.filter(lines__component=change.component_id)
    if change.category_id:
        found = found.filter(item__category=change.category_id)
    if change.kind == "add":
        found = found.exclude(lines__component=change.replacement_id).exclude(item=change.replacement_id)
    if change.site_id:
        found = found.filter(site=change.site_id)
    if change.pk:
        found = found.exclude(pk__in=change.lines.values("bom"))
    return list(found.select_related("item", "site").distinct().order_by("item__code", "revision"))


@guard(models.EngineeringChange, "carry_out")
def something_to_change(change, ctx):
    if not affected(change):
        if change.component_id:
            raise ValidationError(_("No bill holds %(item)s from that day on.") % {"item": change.component})
        raise ValidationError(_("No bill of %(category)s holds from that day on.") % {"category": change.category})


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
    change.before = _kept(later)
    _replace(change, [bom.pk for bom in new.values()] + [bom.pk for bom in later])
    models.Bom.objects.filter(pk__in=[b.pk for b in early]).update(valid_to=change.effective_on)
    models.Bom.objects.filter(pk__in=[b.pk for b in new.values()]).update(
        state="released", active=True, change=change.pk
    )
    models.Bom.objects.filter(pk__in=[b.pk for b in later]).update(change=change.pk)
    change.changed_bills = len(bills)


def _replace(change, bom_ids: Iterable[int]) -> None:
    """Change the lines and alternates of these bills; a few statements whatever their number."""
    keys = {"boms": list(bom_ids), "old": change.component_id, "new": change.replacement_id, "ratio": change.ratio}
    if change.kind == "add":
        database.execute(ADD, **keys)
        return
    if change.kind == "remove":
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


ADD = """
INSERT INTO engineering_bomline (document_id, position, component_id, quantity, unit_id, scrap_pct, is_fixed,
                                 operation_sequence, role, taking, note)
SELECT b.id, COALESCE(at.last, 0) + 1, new.id,
       round(%(ratio)s * COALESCE(at.quantity, b.batch_quantity), 6), new.unit_id, 0, false,
       at.operation_sequence, 'main', '', ''
FROM engineering_bom b CROSS JOIN items_item new
LEFT JOIN LATERAL (
    SELECT MAX(l.position) AS last, SUM(l.quantity) FILTER (WHERE l.component_id = %(old)s::bigint) AS quantity,
           MIN(l.operation_sequence) FILTER (WHERE l.component_id = %(old)s::bigint) AS operation_sequence
    FROM engineering_bomline l WHERE l.document_id = b.id) at ON true
WHERE b.id = ANY(%(boms)s) AND new.id = %(new)s"""
"""What is added is taken at the operation of the component it goes with, so much for each unit of that."""


# -- undoing ----------------------------------------------------------------------------------------------------------

LINE = ("position", "component_id", "quantity", "unit_id", "scrap_pct", "is_fixed", "operation_sequence", "role",
        "taking", "note")  # fmt: skip
ALTERNATE = ("component_id", "alternate_id", "priority", "ratio")


def _kept(bills: list[models.Bom]) -> dict:
    """{bill: its lines and alternates}, for bills that are changed themselves."""
    keys = [bom.pk for bom in bills]
    found: dict[str, dict] = {str(key): {"lines": [], "alternates": []} for key in keys}
    for line in models.BomLine.objects.filter(document__in=keys).order_by("position", "id"):
        found[str(line.document_id)]["lines"].append({name: _plain(getattr(line, name)) for name in LINE})
    for row in models.BomAlternate.objects.filter(bom__in=keys).order_by("id"):
        found[str(row.bom_id)]["alternates"].append({name: _plain(getattr(row, name)) for name in ALTERNATE})
    return found


def _plain(value):
    return str(value) if isinstance(value, Decimal) else value


@effect(models.EngineeringChange, "undo")
def undo(change, ctx):
    """The versions it made are retired and those before them hold again; bills changed themselves are as before."""
    made = [bom for bom in change.boms.select_related("item").order_by("pk") if str(bom.pk) not in change.before]
    itself = list(change.boms.filter(pk__in=[int(key) for key in change.before]).select_related("item"))
    _refuse_when_gone_on(change, made, itself)
    models.Bom.objects.filter(pk__in=[bom.pk for bom in made]).update(state="retired", active=False, change=None)
    for bom in made:
        models.Bom.objects.filter(item=bom.item_id, site=bom.site_id, active=True, valid_to=change.effective_on).update(
            valid_to=bom.valid_to
        )
    _put_back(itself, change.before)
    models.Bom.objects.filter(pk__in=[bom.pk for bom in itself]).update(change=None)
    change.state, change.before, change.changed_bills = "draft", {}, 0


def _refuse_when_gone_on(change, made: list, itself: list) -> None:
    """What somebody changed since is not thrown away unseen."""
    gone_on = [bom for bom in (*made, *itself) if bom.state == "retired" or (bom in made and bom.version != 1)]
    held = {line.document_id for line in models.BomLine.objects.filter(
        document__in=[*made, *itself], component=change.replacement_id)}  # fmt: skip
    if change.replacement_id:
        gone_on += [bom for bom in (*made, *itself) if bom.pk not in held and bom not in gone_on]
    if gone_on:
        raise ValidationError(
            _("Changed since: %(bills)s. Put these right by a new version.")
            % {"bills": ", ".join(str(bom) for bom in gone_on[:5])}
        )


def _put_back(bills: list, before: dict) -> None:
    keys = [bom.pk for bom in bills]
    models.BomLine.objects.filter(document__in=keys).delete()
    models.BomAlternate.objects.filter(bom__in=keys).delete()
    models.BomLine.objects.bulk_create(
        [models.BomLine(document_id=key, **line) for key in keys for line in before[str(key)]["lines"]]
    )
    models.BomAlternate.objects.bulk_create(
        [models.BomAlternate(bom_id=key, **row) for key in keys for row in before[str(key)]["alternates"]]
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
    if change.kind == "remove":
        return
    if change.kind == "add":
        most = max((b.batch_quantity for b in bills), default=Decimal(1))
        if change.component_id:
            held = models.BomLine.objects.filter(document__in=bills, component=change.component_id)
            most = max((line.quantity for line in held), default=Decimal(1))
        if most * change.ratio >= QUANTITY_MAX or round(most * change.ratio, 6) <= 0:
            raise ValidationError({"ratio": _("The quantity becomes too large or nothing.")})
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
    lines: dict[int, list] = {}
    for line in models.BomLine.objects.filter(document__in=bills, component=change.component_id).select_related("unit"):
        lines.setdefault(line.document_id, []).append(line)
    rows = []
    for bom in bills:
        found = lines.get(bom.pk, [])
        now = sum((line.quantity for line in found), Decimal(0))
        each = bom.batch_quantity if change.kind == "add" and not change.component_id else now
        rows.append(
            {
                "bom": bom,
                "now": now if found else None,
                "then": None if change.kind == "remove" else each * change.ratio,
                "unit": found[0].unit.code if found else "",
                "new_version": bom.state == "released"
                and (bom.valid_from is None or bom.valid_from < change.effective_on),
            }
        )
    return {"change": change, "done": False, "rows": rows}
