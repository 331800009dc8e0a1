"""What stock tells other rooms: moves of a document for its dossier, and what holds an item as it is."""

from mainspring.kernel import access, dossier
from mainspring.modules.items import queries as items

from .models import StockMove, StockValue
from .moving import plain


@dossier.facts.fill
def moves(ctx, identity_ids) -> list[dossier.Fact]:
    """The done and planned moves of a document, for those who may see stock moves."""
    if not access.can(ctx, StockMove, "view"):
        return []
    found = (
        access.rows(ctx, StockMove)
        .filter(origin_id__in=identity_ids)
        .select_related("item__unit", "from_location", "to_location")
        .order_by("id")[:400]
    )
    return [
        dossier.Fact(
            m.origin_id,
            "stock",
            f"{m.get_state_display()}: {m.item} {m.from_location} → {m.to_location}",
            m.effective_on or m.planned_on,
            f"{plain(m.quantity)} {m.item.unit.code}",
            f"/stock/stock-moves/{m.pk}/",
        )
        for m in found
    ]


@items.in_use.fill
def moves_of(item) -> str:
    """Moves are counted in the item's stocking unit (I22)."""
    return str(StockMove._meta.verbose_name_plural) if StockMove.objects.filter(item=item).exists() else ""


@items.cost_method_in_use.fill
def values_of(item) -> str:
    """What was valued by one method is not valued by another from one day to the next (I15)."""
    return str(StockValue._meta.verbose_name_plural) if StockValue.objects.filter(item=item).exists() else ""
