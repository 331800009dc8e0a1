"""Reasons the workshop of the demo gives, and what its suppliers can do in a week."""

from datetime import timedelta
from decimal import Decimal

from mainspring.kernel.models import Company
from mainspring.modules.engineering.models import RoutingOperation, SupplierCapacity
from mainspring.modules.organization.demo import bulk
from mainspring.modules.purchasing.models import SupplierItem

from .models import Reason

REASONS = (
    ("DENT", "Dent or scratch", "scrap"),
    ("RUNS", "Runs in the paint", "scrap"),
    ("CRACK", "Crack in the weld", "scrap"),
    ("SIZE", "Wrong size", "scrap"),
    ("RECOAT", "Coat again", "rework"),
    ("REALIGN", "Align again", "rework"),
    ("MATERIAL", "No material", "pause"),
    ("BREAKDOWN", "Machine broken", "pause"),
    ("SETUP", "Waiting for the setter", "pause"),
    ("BREAK", "Break", "pause"),
)

# item: how many its first supplier delivers, or does, in a week
SUPPLIERS_CAN = {"FORK": "220", "BAR": "400", "HSET": "150", "PLATING": "60"}


def load(ctx_factory, size: str, rng, out) -> None:
    """Why there is scrap and rework, why work stands still, and what suppliers can do."""
    ctx = ctx_factory()
    company = Company.objects.get(pk=ctx.company_id)
    bulk(Reason, ctx, [{"code": code, "name": name, "kind": kind} for code, name, kind in REASONS])
    sources = SupplierItem.objects.filter(item__code__in=SUPPLIERS_CAN, company=ctx.company_id).order_by("-priority")
    who = {source.item: source.supplier for source in sources.select_related("item", "supplier")}
    outside = RoutingOperation.objects.filter(supplier__isnull=False).select_related("service", "supplier").first()
    if outside is not None:
        who[outside.service] = outside.supplier
    bulk(
        SupplierCapacity,
        ctx,
        [
            {"company": company, "supplier": supplier, "item": item,
             "weekly_quantity": Decimal(SUPPLIERS_CAN[item.code]), "starts_on": ctx.business_date - timedelta(days=30)}
            for item, supplier in who.items()
        ],
    )  # fmt: skip
