"""Planned supply and demand of documents, as planned rows of the material ledger."""

from collections.abc import Mapping, Sequence
from typing import Any

from mainspring.kernel import database
from mainspring.modules.accounting.commands import key

from .moving import MoveSpec


def replan(ctx, origin, specs: Sequence[MoveSpec]) -> None:
    """Replace the planned rows of a document; each spec needs planned_on."""
    replan_all(ctx, {key(origin): specs})


def replan_all(ctx, plans: Mapping[Any, Sequence[MoveSpec]]) -> None:
    """Replace the planned rows of many documents ({key of the document: moves}) in one statement."""
    wanted = [(origin, spec) for origin, specs in plans.items() for spec in specs if spec.quantity > 0]
    database.planned_rows(
        """
        WITH gone AS (DELETE FROM stock_stockmove WHERE origin_id = ANY(%(origins)s::uuid[]) AND state = 'planned')
        INSERT INTO stock_stockmove (company_id, item_id, state, quantity, from_location_id, to_location_id, planned_on,
            origin_id, origin_line, reference, is_forecast, created_by_id, created_at)
        SELECT %(company)s::bigint, n.item, 'planned', n.quantity, n.start, n.finish, n.planned_on, n.origin, n.line,
               n.reference, n.is_forecast, %(user)s::bigint, now()
        FROM unnest(%(items)s::bigint[], %(quantities)s::numeric[], %(starts)s::bigint[], %(ends)s::bigint[],
                    %(days)s::date[], %(documents)s::uuid[], %(lines)s::bigint[], %(references)s::text[],
                    %(forecasts)s::boolean[])
             AS n (item, quantity, start, finish, planned_on, origin, line, reference, is_forecast)"""
        if wanted
        else "DELETE FROM stock_stockmove WHERE origin_id = ANY(%(origins)s::uuid[]) AND state = 'planned'",
        origins=list(plans),
        company=ctx.company_id,
        user=ctx.user.pk if ctx.user else None,
        items=[key(spec.item) for _origin, spec in wanted],
        quantities=[spec.quantity for _origin, spec in wanted],
        starts=[key(spec.from_location) for _origin, spec in wanted],
        ends=[key(spec.to_location) for _origin, spec in wanted],
        days=[spec.planned_on or ctx.business_date for _origin, spec in wanted],
        documents=[origin for origin, _spec in wanted],
        lines=[spec.origin_line for _origin, spec in wanted],
        forecasts=[spec.is_forecast for _origin, spec in wanted],
        references=[spec.reference[:80] for _origin, spec in wanted],
    )
