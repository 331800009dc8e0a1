"""What people decide about proposals: to stand for them, move, join or divide them, and to turn them into orders."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _

from mainspring.kernel import access, commands, database
from mainspring.kernel.ids import uuid7
from mainspring.kernel.models import DocumentIdentity
from mainspring.modules.production import commands as production
from mainspring.modules.production.models import ProductionOrder
from mainspring.modules.purchasing import commands as purchasing
from mainspring.modules.purchasing.models import PurchaseRequest

from . import proposals as stored
from .models import FirmProposal

MODELS: tuple[tuple[Any, str, str], ...] = (
    (ProductionOrder, "due_on", "starts_on"),
    (PurchaseRequest, "needed_on", "order_by"),
)
PLANNED: dict[Any, dict] = {ProductionOrder: {"is_planned": True}, PurchaseRequest: {"source": "plan"}}


def firm(ctx, keys: Iterable[UUID], *, why: str = "") -> int:
    """Stand for proposals: the plan keeps their quantity and dates. How many were not firm before."""
    with commands.batch(FirmProposal, ctx, "create", proposals=len(keys := set(keys))) as inner:
        chosen = proposals_of(inner, keys, lock=True)
        return stand_for(inner, chosen, why)


def unfirm(ctx, keys: Iterable[UUID]) -> int:
    """Give proposals back to the plan, which may change or withdraw them. How many were firm."""
    with commands.batch(FirmProposal, ctx, "delete", proposals=len(keys := set(keys))) as inner:
        chosen = proposals_of(inner, keys, lock=True)
        return FirmProposal.objects.filter(pk__in=[p.pk for p in chosen]).delete()[0]


def move(ctx, keys: Iterable[UUID], *, to: date, why: str = "") -> int:
    """Have proposals due on another day, started as much earlier or later, and stand for it."""
    if to < ctx.business_date:
        raise ValidationError({"to": _("Nothing can be planned for a day that is past.")})
    with commands.batch(FirmProposal, ctx, "create", proposals=len(keys := set(keys)), to=to) as inner:
        chosen = proposals_of(inner, keys, lock=True)
        for model, due, start in MODELS:
            moved = [p for p in chosen if isinstance(p, model)]
            for proposal in moved:
                days = to - getattr(proposal, due)
                begins = getattr(proposal, start)
                setattr(proposal, due, to)
                setattr(proposal, start, begins and max(begins + days, min(ctx.business_date, to)))
            database.update(moved, [due, start])
        stand_for(inner, chosen, why)
    return len(chosen)


def merge(ctx, keys: Iterable[UUID], *, why: str = "") -> Any:
    """Join proposals of one item and site into the earliest of them; the one that is left, now firm."""
    with commands.batch(FirmProposal, ctx, "create", proposals=len(keys := set(keys))) as inner:
        chosen = proposals_of(inner, keys, lock=True)
        return _join(inner, chosen, why)


def _join(ctx, chosen: list, why: str) -> Any:
    if len(chosen) < 2 or len({(type(p), p.item_id, p.site_id) for p in chosen}) > 1:
        raise ValidationError(_("Choose two or more proposals of the same item at the same site."))
    if any(p.is_dedicated for p in chosen) and len({p.demand_id for p in chosen}) > 1:
        raise ValidationError(_("What is made or bought for one document alone is not joined with anything else."))
    due = next(due for model, due, _start in MODELS if isinstance(chosen[0], model))
    first, *rest = sorted(chosen, key=lambda p: (getattr(p, due), str(p.pk)))
    first.quantity = sum((p.quantity for p in chosen), Decimal(0))
    database.update([first], ["quantity"])
    withdraw(rest)
    stand_for(ctx, [first], why)
    return first


def split(ctx, key: UUID, quantities: Sequence[Decimal], *, why: str = "") -> list:
    """Divide a proposal into lots of these quantities, which add up to its own; all are firm."""
    with commands.batch(FirmProposal, ctx, "create", proposals=len(quantities)) as inner:
        (first,) = proposals_of(inner, [key], lock=True)
        if len(quantities) < 2 or any(q <= 0 for q in quantities) or sum(quantities) != first.quantity:
            text = _("The parts must be above zero and add up to %(quantity)s.")
            raise ValidationError({"quantities": text % {"quantity": first.quantity}})
        parts = [first, *(_copy(first) for _q in quantities[1:])]
        for part, quantity in zip(parts, quantities, strict=True):
            part.quantity = quantity
        database.update([first], ["quantity"])
        label = first._meta.label_lower
        DocumentIdentity.objects.bulk_create(
            [DocumentIdentity(id=p.pk, kind=label, company_id=p.company_id, title=p.item.code) for p in parts[1:]]
        )
        type(first).objects.bulk_create(parts[1:])
        stand_for(inner, parts, why)
    return parts


def convert(ctx, keys: Iterable[UUID]) -> dict[str, int]:
    """Turn proposals into orders: made ones are confirmed, bought ones ordered or, by who may not order, approved.

    {"confirmed": …, "ordered": …, "approved": …}
    """
    made, bought = [], []
    for proposal in proposals_of(ctx, keys, verb={ProductionOrder: "confirm", PurchaseRequest: ""}):
        (made if isinstance(proposal, ProductionOrder) else bought).append(proposal)
    found = {"confirmed": 0, "ordered": 0, "approved": 0}
    if made:
        found["confirmed"] = len(production.confirm_orders(made, ctx))
    if bought and access.can(ctx, PurchaseRequest, "order"):
        purchasing.order_requests(bought, ctx)
        found["ordered"] = len(bought)
    else:
        for request in bought:
            commands.perform(request, "approve", ctx)
        found["approved"] = len(bought)
    return found


# -- what each of these is made of ------------------------------------------------------------------------------------


def proposals_of(ctx, keys: Iterable[UUID], verb: dict | None = None, *, lock: bool = False) -> list:
    """The proposals of the plan with these keys, those to make first; refused when one is out of sight or gone.

    lock  as they are under their row locks: the planner and whoever confirms one wait until the transaction ends
    """
    wanted = set(keys)
    found: list = []
    for model, _due, _start in MODELS:
        if lock:
            list(model.objects.filter(pk__in=wanted).order_by("pk").select_for_update(of=("self",)).values_list("pk"))
        name = (verb or {}).get(model, "change") or "view"
        if access.can(ctx, model, name):
            rows = access.rows(ctx, model, name).filter(pk__in=wanted, state="proposed", **PLANNED[model])
            found += rows.select_related("item__unit", "site").order_by("pk")
    if len(found) != len(wanted):
        raise PermissionDenied(
            _("Some of these are no longer proposals of the plan, or you may not change them. Look again.")
        )
    return found


def stand_for(ctx, proposals: list, why: str) -> int:
    """Note who stands for these, and why; how many that are."""
    made = FirmProposal.objects.bulk_create(
        [FirmProposal(identity_id=p.pk, company_id=p.company_id, why=why[:240], firmed_by=ctx.user) for p in proposals],
        update_conflicts=True,
        unique_fields=["identity"],
        update_fields=["why", "firmed_by"],
    )
    return len(made)


def withdraw(proposals: list) -> None:
    """Proposals that others replace; their rows are locked."""
    stored.withdraw([(stored.MODELS.index(type(p)), p.pk) for p in proposals])


def _copy(proposal):
    fields = [f.attname for f in proposal._meta.concrete_fields if not f.primary_key and f.name != "number"]
    values = {name: getattr(proposal, name) for name in fields if name not in ("created_at", "updated_at", "version")}
    return type(proposal)(identity_id=uuid7(), **values)
