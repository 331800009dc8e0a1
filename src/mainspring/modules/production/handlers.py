"""What production answers the modules below."""

from mainspring.kernel import access, database, dossier, formats
from mainspring.modules.engineering import queries as engineering
from mainspring.modules.promising import queries as promising
from mainspring.modules.stock.models import StockBalance

from . import queries
from .models import CapacityBooking, Measurement, ProductionOperation

FACTS_MAX = 400
promising.lead_days.fill(queries.lead_days)


@engineering.on_hand.fill
def shown_in_trees(ctx, item_ids) -> dict:
    """What lies at the sites of the company, for the trees of bills."""
    if not access.can(ctx, StockBalance, "view"):
        return {}
    return {
        row["item_id"]: row["quantity"]
        for row in database.rows(
            """
         SELECT b.item_id, SUM(b.quantity) AS quantity FROM stock_stockbalance b
         JOIN stock_location l ON l.id = b.location_id AND l.kind = 'internal'
         JOIN kernel_site s ON s.id = l.site_id AND s.company_id = %(company)s
         WHERE b.item_id = ANY(%(items)s) GROUP BY b.item_id""",
            company=ctx.company_id,
            items=list(item_ids),
        )
    }


@dossier.facts.fill
def work(ctx, identity_ids) -> list[dossier.Fact]:
    """The operations of orders with who, where and which supplier; hours and measurements of reports (MFG-09)."""
    return [*_operations(ctx, identity_ids), *_hours(ctx, identity_ids), *_measured(ctx, identity_ids)]


def _operations(ctx, identity_ids) -> list[dossier.Fact]:
    if not access.can(ctx, ProductionOperation, "view"):
        return []
    found = access.rows(ctx, ProductionOperation).filter(order__in=identity_ids)
    return [
        dossier.Fact(
            one.order_id,
            "time",
            " · ".join(
                str(part)
                for part in (one, one.supplier or one.work_center.code, one.machine, one.person)
                if part is not None
            ),
            one.finished_at.date() if one.finished_at else one.ends_on,
            f"{_plain(one.good_quantity)} / {_plain(one.target)} {one.order.item.unit.code}",
            f"/production/production-operations/{one.pk}/",
        )
        for one in found.select_related("order__item__unit", "supplier", "work_center", "machine", "person").order_by(
            "order", "sequence"
        )[:FACTS_MAX]
    ]


def _plain(quantity) -> str:
    return formats.number(quantity, 0, 6)


def _hours(ctx, identity_ids) -> list[dossier.Fact]:
    if not access.can(ctx, CapacityBooking, "view"):
        return []
    found = access.rows(ctx, CapacityBooking).filter(origin__in=identity_ids, state="done").exclude(hours=0)
    return [
        dossier.Fact(
            one.origin_id,
            "time",
            " · ".join(str(part) for part in (one.work_center.code, one.machine, one.person) if part is not None),
            one.on_date,
            f"{formats.number(one.hours, 0, 2)} h",
            f"/production/capacity-bookings/{one.pk}/",
        )
        for one in found.select_related("work_center", "machine", "person").order_by("id")[:FACTS_MAX]
    ]


def _measured(ctx, identity_ids) -> list[dossier.Fact]:
    if not access.can(ctx, Measurement, "view"):
        return []
    found = access.rows(ctx, Measurement).filter(report__in=identity_ids)
    return [
        dossier.Fact(
            one.report_id,
            "quality",
            " · ".join(str(part) for part in (one.name, one.person) if part is not None),
            one.measured_at.date(),
            _value(one),
            f"/production/measurements/{one.pk}/",
        )
        for one in found.select_related("person").order_by("id")[:FACTS_MAX]
    ]


def _value(one: Measurement) -> str:
    said = "" if one.value is None else f"{formats.number(one.value, 0, 4)} {one.measure} "
    return f"{said}{'✓' if one.is_right else '✗'}"
