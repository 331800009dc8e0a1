"""Planned supply and demand of documents, as planned rows of the material ledger."""

from collections.abc import Mapping, Sequence
from typing import Any

from mainspring.kernel import database
from mainspring.modules.accounting.commands import key

from .models import StockMove
from .moving import MoveSpec


def replan(ctx, origin, specs: Sequence[MoveSpec]) -> None:
    """Replace the planned rows of a document; each spec needs planned_on."""
    replan_all(ctx, {key(origin): specs})


def replan_all(ctx, plans: Mapping[Any, Sequence[MoveSpec]]) -> None:
    """Replace the planned rows of many documents ({key of the document: moves}) in two statements."""
    database.execute(
        "DELETE FROM stock_stockmove WHERE origin_id = ANY(%(origins)s) AND state = 'planned'", origins=list(plans)
    )
    StockMove.objects.bulk_create(
        StockMove(
            company_id=ctx.company_id,
            item_id=key(spec.item),
            state="planned",
            quantity=spec.quantity,
            from_location_id=key(spec.from_location),
            to_location_id=key(spec.to_location),
            planned_on=spec.planned_on or ctx.business_date,
            origin_id=origin,
            origin_line=spec.origin_line,
            reference=spec.reference[:80],
            created_by_id=ctx.user.pk if ctx.user else None,
        )
        for origin, specs in plans.items()
        for spec in specs
        if spec.quantity > 0
    )
