"""The material plan: shortages become purchase requests and production order proposals, each with its reason.

A run replaces only proposals nobody has firmed, and changes nothing when nothing has changed (P19, S05).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import gettext_noop

from mainspring.engines.mrp import lots, solve
from mainspring.engines.mrp.result import Plan, PlannedOrder, Reason
from mainspring.engines.problem import InvalidProblem
from mainspring.kernel import commands, database, jobs, sentences
from mainspring.kernel.ids import uuid7
from mainspring.kernel.models import DocumentIdentity, Site
from mainspring.kernel.sentences import Sentence, say
from mainspring.kernel.workflow import effect
from mainspring.modules.purchasing.models import PurchaseRequest

from . import exceptions, problem
from .models import PlanRun, ProductionOrder

ZERO = Decimal(0)
LOCK_SPACE = 7203  # advisory locks (LOCK_SPACE, site): one run a site at a time


@dataclass
class Outcome:
    """What a run did."""

    items: int = 0
    new: int = 0
    changed: int = 0
    withdrawn: int = 0
    messages: list[dict] = field(default_factory=list)


@effect(PlanRun, "run")
def run(record, ctx):
    """Plan the site, or every site of the company, and keep what happened."""
    record.ran_on = ctx.business_date
    found = propose(ctx, record.site)
    record.planned_items, record.new_proposals = found.items, found.new
    record.changed_proposals, record.withdrawn_proposals = found.changed, found.withdrawn
    record.messages = found.messages
    record.message_text = exceptions.summary(found.messages)


def propose(ctx, site: Site | None = None, *, items: Iterable[int] | None = None) -> Outcome:
    """Renew the proposals of a site (None: every active site of the company) for these items and all below them.

    items  keys of items whose supply or demand changed; None plans everything
    """
    if ctx.command_id is None:
        with commands.batch(PlanRun, ctx, "propose") as inner:
            return propose(inner, site, items=items)
    total = Outcome()
    sites = (
        [site]
        if site is not None
        else list(Site.objects.filter(company=ctx.company_id, active=True).exclude(kind="office").order_by("pk"))
    )
    for one in sites:
        database.execute("SELECT pg_advisory_xact_lock(%(space)s, %(site)s)", space=LOCK_SPACE, site=one.pk)
        _plan_site(ctx, one, items, total)
    return total


@jobs.job("production.plan", title=_lazy("Renew the material plan"), schedule="15 * * * *", per_company=True)
def renew(run, ctx):
    """Plan every site of the company."""
    found = propose(ctx)
    return {"items": found.items, "new": found.new, "changed": found.changed, "withdrawn": found.withdrawn}


@jobs.job("production.follow", title=_lazy("Plan the items of an order"))
def follow(run, ctx, *, site_id, items):
    """Propose what an order lacks, or withdraw what it no longer needs: its items and what they are made of."""
    found = propose(ctx, Site.objects.get(pk=site_id), items=items)
    return {"items": found.items, "new": found.new, "changed": found.changed, "withdrawn": found.withdrawn}


def _plan_site(ctx, site, items, total: Outcome) -> None:
    ids = problem.affected(site, items)
    if not ids:
        return
    inputs = problem.read(ctx, site, ids)
    try:
        plan = solve.solve(inputs.problem)
    except InvalidProblem as error:
        raise ValidationError([f"{d.array} {d.row}: {d.field} {d.value} {d.rule}" for d in error.defects]) from error
    orders = problem.by_item([o for o in plan.orders if _by_net_need(inputs, o)])
    for item_id, found in _by_reorder_point(ctx, inputs).items():
        orders[item_id] = found
    why = _Why(ctx, site, inputs, plan)
    total.items += len(inputs.items)
    total.messages += [
        *(
            {
                "code": "data",
                "item": d["item"],
                "site": site.name,
                "text": _("%(item)s: %(field)s %(value)s %(rule)s.") % d,
            }
            for d in inputs.defects
        ),
        *why.messages(),
    ]
    made = {pk: orders.get(pk, []) for pk, item in inputs.items.items() if item.make_or_buy == "make"}
    bought = {pk: orders.get(pk, []) for pk, item in inputs.items.items() if item.make_or_buy == "buy"}
    _write(ctx, site, made, _ProductionProposals(ctx, site, inputs, why), total)
    _write(ctx, site, bought, _PurchaseProposals(ctx, site, inputs, why), total)


def _by_net_need(inputs, order: PlannedOrder) -> bool:
    row = inputs.rows.get(int(order.item))
    return row is None or row.policy != "reorder"


def _by_reorder_point(ctx, inputs) -> dict[int, list[PlannedOrder]]:
    """Orders of items planned by reorder point: the inventory position against it (P18)."""
    found = {}
    coming: dict[str, Decimal] = {}
    going: dict[str, Decimal] = {}
    for row in inputs.problem.receipts:
        coming[row.item] = coming.get(row.item, ZERO) + row.quantity
    for row in inputs.problem.demands:
        if inputs.documents.get(row.id, {}).get("is_forecast"):
            continue  # only what is promised takes from the inventory position
        going[row.item] = going.get(row.item, ZERO) + row.quantity
    for item in inputs.problem.items:
        plan = inputs.rows.get(int(item.id))
        if plan is None or plan.policy != "reorder":
            continue
        position = lots.inventory_position(item.on_hand, coming.get(item.id, ZERO), going.get(item.id, ZERO))
        reason = Reason(
            "reorder_point", position, (("reorder_point", plan.reorder_point), ("order_up_to", plan.reorder_to))
        )
        calendar = inputs.problem.calendars["site"]
        due_on = solve.working.add_working_days(calendar, ctx.business_date, sum(lead.days for lead in item.leads))
        found[int(item.id)] = [
            PlannedOrder(f"{item.id}#r{n}", item.id, quantity, due_on, ctx.business_date, due_on, reason)
            for n, quantity in enumerate(
                lots.replenishment(position, plan.reorder_point, plan.reorder_to, item.lot, item.digits), 1
            )
        ]
    return found


# -- reasons ----------------------------------------------------------------------------------------------------------


class _Why:
    """Reasons of planned orders in words and data: demand documents, stock, incoming, lot rule (PUR-04, P17)."""

    def __init__(self, ctx, site, inputs, plan: Plan):
        self.ctx, self.site, self.inputs, self.plan = ctx, site, inputs, plan
        self.requirements = {r.id: r for r in plan.requirements}
        self.orders = {o.id: o for o in plan.orders}
        self.pegs: dict[str, list] = {}
        for peg in plan.pegs:
            self.pegs.setdefault(peg.supply, []).append(peg)
        self.on_hand = {int(i.id): i.on_hand for i in inputs.problem.items}
        self.incoming: dict[int, Decimal] = {}
        for receipt in inputs.problem.receipts:
            key = int(receipt.item)
            self.incoming[key] = self.incoming.get(key, ZERO) + receipt.quantity

    def reason(self, order: PlannedOrder) -> tuple[dict, str, Any]:
        """(data, sentence, key of the first demand document) of a planned order."""
        item = self.inputs.items[int(order.item)]
        demands = self._demands(order)
        steps = [[name, plain(value)] for name, value in order.reason.steps]
        found = {
            "code": order.reason.code,
            "on_hand": plain(self.on_hand[item.pk]),
            "incoming": plain(self.incoming.get(item.pk, ZERO)),
            "projected": plain(order.reason.projected),
            "steps": steps,
            "demands": demands,
            "due_on": order.due_on.isoformat(),
            "available_on": order.available_on.isoformat(),
        }
        first = next((d["document"] for d in demands if d["document"]), None)
        return found, self._sentence(item, order, demands), first

    def _demands(self, order: PlannedOrder) -> list[dict]:
        """The documents at the top of what this order serves."""
        found: dict[str, dict] = {}
        for peg in self.pegs.get(order.id, ()):
            top, through = self._top(peg.demand)
            document = self.inputs.documents.get(top.id, {})
            key = str(document.get("origin_id") or top.id)
            row = found.setdefault(
                key,
                {
                    "document": str(document["origin_id"]) if document.get("origin_id") else None,
                    "number": document.get("number") or "",
                    "title": document.get("title") or "",
                    "quantity": ZERO,
                    "on": self.requirements[peg.demand].due_on.isoformat(),
                    "through": through,
                },
            )
            row["quantity"] += peg.quantity
        return [{**row, "quantity": plain(row["quantity"])} for row in found.values()]

    def _top(self, demand_id: str):
        """The independent demand above a requirement, and the code of the item it goes through."""
        requirement, through = self.requirements[demand_id], ""
        while requirement.parent:
            parent = self.orders[requirement.parent]
            through = self.inputs.items[int(parent.item)].code
            pegs = self.pegs.get(parent.id)
            if not pegs:
                break
            requirement = self.requirements[pegs[0].demand]
        return requirement, through or self.inputs.documents.get(requirement.id, {}).get("through", "")

    def _sentence(self, item, order: PlannedOrder, demands: list[dict]) -> Sentence:
        unit = item.unit.code
        if order.reason.code == "reorder_point":
            return say(
                gettext_noop(
                    "Stock and orders of %(position)s %(unit)s are at or below the reorder point of %(point)s."
                ),
                position=order.reason.projected,
                unit=unit,
                point=order.reason.steps[0][1],
            )
        wanted = [
            say(
                gettext_noop("%(quantity)s %(unit)s for %(document)s on %(date)s"),
                quantity=d["quantity"],
                unit=unit,
                date=date.fromisoformat(d["on"]),
                document=sentences.join(
                    (d["number"] or d["title"] or say(gettext_noop("a plan")), d["through"] and f"({d['through']})")
                ),
            )
            for d in demands[:4]
        ]
        said = [
            say(
                gettext_noop("%(demand)s; on hand %(on_hand)s, incoming %(incoming)s."),
                demand=sentences.join(wanted, ", ") if wanted else say(gettext_noop("safety stock")),
                on_hand=self.on_hand[item.pk],
                incoming=self.incoming.get(item.pk, ZERO),
            )
        ]
        if len(order.reason.steps) > 1:
            steps = [say(_STEPS.get(name, "%(quantity)s"), quantity=value) for name, value in order.reason.steps]
            said.append(say(gettext_noop("Lot: %(steps)s."), steps=sentences.join(steps, " → ")))
        if order.available_on > order.due_on:
            late = gettext_noop("Needed on %(due)s, possible on %(date)s.")
            said.append(say(late, due=order.due_on, date=order.available_on))
        return sentences.join(said)

    def messages(self) -> list[dict]:
        """What needs a person: late, overdue and used-up safety time, in words."""
        found = [self._expedite(peg) for peg in self.plan.pegs if self._is_late(peg)]
        for m in self.plan.messages:
            document = self.inputs.documents.get(m.subject, {})
            found.append(self._message(m.code, m.item, m.original_on, m.planned_on, document))
        return found

    def _message(self, code: str, item_id: str, original_on, planned_on, document: dict) -> dict:
        said = {
            "code": code,
            "item": self.inputs.items[int(item_id)].code,
            "item_id": int(item_id),
            "site": self.site.name,
            "original_on": original_on.isoformat(),
            "planned_on": planned_on.isoformat(),
            "number": document.get("number") or "",
            "document": str(document.get("origin_id") or ""),
        }
        return said | {"text": exceptions.sentence(said)}

    def _is_late(self, peg) -> bool:
        supply = self.inputs.documents.get(peg.supply, {}).get("planned_on")
        return bool(supply and supply > self.requirements[peg.demand].due_on)

    def _expedite(self, peg) -> dict:
        """Supply that comes after it is needed, but soon enough to wait for."""
        supply, need = self.inputs.documents[peg.supply], self.requirements[peg.demand]
        return self._message("expedite", need.item, need.due_on, supply["planned_on"], supply)


_STEPS = {
    "net": gettext_noop("net %(quantity)s"),
    "minimum": gettext_noop("at least %(quantity)s"),
    "multiple": gettext_noop("multiple %(quantity)s"),
    "fixed": gettext_noop("fixed lot %(quantity)s"),
    "economic": gettext_noop("economic lot %(quantity)s"),
    "period": gettext_noop("period %(quantity)s"),
}


# -- proposals in the database ----------------------------------------------------------------------------------------


class _Proposals:
    """Proposals of one kind at a site: how they are found, compared and filled."""

    model: Any
    label: str

    def __init__(self, ctx, site, inputs, why: _Why):
        self.ctx, self.site, self.inputs, self.why = ctx, site, inputs, why

    def values(self, order: PlannedOrder) -> dict:
        """Field values of the proposal for a planned order."""
        data, text, document = self.why.reason(order)
        return {"quantity": order.quantity, "reason": data, "reason_text": text, "demand_id": document}


class _ProductionProposals(_Proposals):
    model, label = ProductionOrder, "production.productionorder"

    def existing(self, item_ids):
        return ProductionOrder.objects.filter(
            company=self.ctx.company_id, site=self.site, state="proposed", is_planned=True, item__in=item_ids
        ).order_by("due_on", "pk")

    def values(self, order):
        return {**super().values(order), "starts_on": order.release_on, "due_on": max(order.due_on, order.available_on)}

    def build(self, item, values):
        return ProductionOrder(
            identity_id=uuid7(),
            company_id=self.ctx.company_id,
            state="proposed",
            item=item,
            site=self.site,
            is_planned=True,
            **values,
        )


class _PurchaseProposals(_Proposals):
    model, label = PurchaseRequest, "purchasing.purchaserequest"

    def existing(self, item_ids):
        return PurchaseRequest.objects.filter(
            company=self.ctx.company_id, site=self.site, state="proposed", source="plan", item__in=item_ids
        ).order_by("needed_on", "pk")

    def values(self, order):
        return {**super().values(order), "order_by": order.release_on, "needed_on": order.due_on}

    def build(self, item, values):
        return PurchaseRequest(
            identity_id=uuid7(),
            company_id=self.ctx.company_id,
            state="proposed",
            item=item,
            unit=item.unit,
            site=self.site,
            source="plan",
            **values,
        )


def _write(ctx, site, wanted: dict[int, list[PlannedOrder]], kind: _Proposals, total: Outcome) -> None:
    """Make the stored proposals what the plan says, touching only those that differ."""
    stored: dict[int, list] = {}
    for proposal in kind.existing(list(wanted)):
        stored.setdefault(proposal.item_id, []).append(proposal)
    new, changed, surplus = [], [], []
    for item_id, orders in wanted.items():
        old = stored.get(item_id, [])
        for n, order in enumerate(sorted(orders, key=lambda o: (o.due_on, o.id))):
            values = kind.values(order)
            if n >= len(old):
                new.append(kind.build(kind.inputs.items[item_id], values))
            elif any(_differs(getattr(old[n], name), value) for name, value in values.items()):
                for name, value in values.items():
                    setattr(old[n], name, value)
                changed.append(old[n])
        surplus += old[len(orders) :]
    if new:
        DocumentIdentity.objects.bulk_create(
            [DocumentIdentity(id=p.pk, kind=kind.label, company_id=p.company_id, title=p.item.code) for p in new]
        )
        kind.model.objects.bulk_create(new)
    if changed:
        kind.model.objects.bulk_update(changed, list(kind.values(_any_order(wanted))), batch_size=500)
    if surplus:
        _withdraw(kind.model, surplus)
    total.new, total.changed, total.withdrawn = (
        total.new + len(new),
        total.changed + len(changed),
        total.withdrawn + len(surplus),
    )


def _withdraw(model, surplus: list) -> None:
    """Proposals the plan no longer needs; they were never numbered and nothing came of them."""
    keys = [p.pk for p in surplus]
    model.objects.filter(pk__in=keys, state="proposed").delete()
    DocumentIdentity.objects.filter(pk__in=keys).delete()


def _any_order(wanted) -> PlannedOrder:
    return next(order for orders in wanted.values() for order in orders)


def _differs(old, new) -> bool:
    return (str(old) if hasattr(old, "hex") else old) != new


def plain(quantity: Decimal) -> str:
    """A quantity without trailing zeros."""
    return f"{quantity.normalize():f}"
