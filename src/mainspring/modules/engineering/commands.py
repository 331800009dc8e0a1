"""Everything that changes engineering: versions, engineering changes, standard costs from bills and routings."""

from django.db.models import F
from django.utils.translation import gettext as _

from mainspring.kernel import commands, database
from mainspring.kernel.workflow import effect
from mainspring.modules.items import queries as items
from mainspring.modules.items.models import ItemCost
from mainspring.modules.organization.models import unit_in_use

from . import changing, models, queries, versioning  # noqa: F401  (binds the verbs)


@effect(models.Bom, "roll_up_cost")
def roll_up_cost(bom, ctx, save: bool = False):
    """Compute the cost level by level; with `save` it becomes the standard cost of every made item in it."""
    company_id = bom.site.company_id if bom.site_id else ctx.company_id
    bom.roll_up = queries.cost_roll_up(bom, company_id=company_id, on=ctx.business_date)
    keep_roll_up(bom, bom.roll_up, company_id, ctx.business_date)
    if save:
        _save_costs(bom.roll_up, company_id, ctx)


def keep_roll_up(bom, rows, company_id: int, on) -> models.CostRollUp:
    """Store what a roll-up found, in place of an earlier one of the same version and day."""
    models.CostRollUp.objects.filter(bom=bom, company=company_id, rolled_up_on=on).delete()
    top = rows[0]
    kept = models.CostRollUp.objects.create(
        bom=bom, item=bom.item, company_id=company_id, rolled_up_on=on, total=top.total, is_missing=top.is_missing,
        **top.split,
    )  # fmt: skip
    models.CostRollUpLine.objects.bulk_create(
        [
            models.CostRollUpLine(
                document=kept, position=n, level=row.level, item=row.item, quantity=row.quantity,
                material=row.material, labour=row.labour, machine=row.machine, overhead=row.overhead,
                is_missing=row.is_missing,
            )
            for n, row in enumerate(rows, 1)
        ],
        batch_size=1000,
    )  # fmt: skip
    return kept


def roll_up_all(ctx) -> int:
    """Standard costs of every made item of the company from its bill of today; how many there are."""
    return _save_costs(costs_of_all(ctx), ctx.company_id, ctx)


def costs_of_all(ctx) -> list:
    """What every made item of the company costs by its bill of today, level by level."""
    seen: dict = {}
    rows = []
    for item in models.Item.objects.filter(make_or_buy="make", active=True).select_related("unit").order_by("code"):
        bom = queries.bom_for(item, ctx.business_date) if item.pk not in seen else None
        if bom is not None:
            rows += queries.cost_roll_up(bom, company_id=ctx.company_id, on=ctx.business_date, seen=seen)
    return rows


def _save_costs(rows, company_id: int, ctx) -> int:
    """Set the standard cost of the made items that differ."""
    made = {row.item.pk: row for row in rows if row.item.make_or_buy == "make"}
    stored = {c.item_id: c for c in ItemCost.objects.filter(company_id=company_id, item__in=list(made))}
    for item_id, row in made.items():
        cost = stored.get(item_id)
        values = {"standard_cost": row.total, "rolled_up_on": ctx.business_date}
        if cost is None:
            commands.create(ItemCost, ctx, item=row.item, company=company_id, **values)
        elif cost.standard_cost != row.total:
            commands.change(cost, ctx, **values)
    return len(made)


@items.in_use.fill
def boms_of(item) -> str:
    """A bill's batch is in the item's stocking unit; a component may be in another that converts to it (I22)."""
    made = models.Bom.objects.filter(item=item).exists()
    used = models.BomLine.objects.filter(component=item).exclude(unit=F("component__unit")).exists()
    return _("bills of material") if made or used else ""


@unit_in_use.fill
def boms_in(unit) -> str:
    return _("bills of material") if models.BomLine.objects.filter(unit=unit).exists() else ""


# Two people saving bills at once could close a loop that neither sees, so the database looks again at commit (P08).
# Drafts and versions of other days count: what is drafted now is released later.
database.declare(
    "engineering_no_loop_function",
    """
CREATE OR REPLACE FUNCTION engineering_no_loop() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    loop_codes text;
    bom bigint := CASE WHEN TG_TABLE_NAME = 'engineering_bomline' THEN (to_jsonb(NEW) ->> 'document_id')::bigint
                       ELSE (to_jsonb(NEW) ->> 'bom_id')::bigint END;
    first bigint := CASE WHEN TG_TABLE_NAME = 'engineering_bomline' THEN (to_jsonb(NEW) ->> 'component_id')::bigint
                         ELSE (to_jsonb(NEW) ->> 'alternate_id')::bigint END;
    own bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('engineering_bom'));
    SELECT b.item_id INTO own FROM engineering_bom b WHERE b.id = bom AND b.state <> 'retired';
    WITH RECURSIVE down AS (
        SELECT first AS item_id
        UNION
        SELECT below.component_id FROM down JOIN engineering_bom b ON b.item_id = down.item_id AND b.state <> 'retired'
        JOIN LATERAL (
            SELECT l.component_id FROM engineering_bomline l WHERE l.document_id = b.id
            UNION ALL SELECT a.alternate_id FROM engineering_bomalternate a WHERE a.bom_id = b.id) below ON true)
    SELECT i.code INTO loop_codes FROM down JOIN items_item i ON i.id = down.item_id
    WHERE down.item_id = own LIMIT 1;
    IF loop_codes IS NOT NULL THEN
        RAISE EXCEPTION '% would contain itself', loop_codes USING ERRCODE = 'P0001';
    END IF;
    RETURN NULL;
END $$;
""",
)
for _table in ("engineering_bomline", "engineering_bomalternate"):
    database.declare_constraint_trigger(
        f"{_table}_no_loop" if _table != "engineering_bomline" else "engineering_no_loop",
        _table,
        "AFTER INSERT OR UPDATE",
        "engineering_no_loop",
    )
