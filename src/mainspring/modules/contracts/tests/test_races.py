"""Two at once, each on a connection of its own: together they never exceed what the contract allows (K07, K08)."""

from decimal import Decimal

from django.db import DatabaseError

from mainspring.kernel import commands
from mainspring.modules.contracts.models import Instalment
from mainspring.modules.sales.tests.test_races import together

from .world import fresh

D = Decimal


def refused(found) -> list[str]:
    return sorted(type(one).__name__ for one in found)


def test_two_requests_at_once_cannot_both_pass(committed_world):
    """K08: 20 000 each of a contract of 30 000."""
    world = committed_world
    contract = world.contract()
    asked = [world.request(contract, amount=20000, submit=False) for _n in range(3)]
    done = together([lambda r=r: commands.perform(r, "submit", world.ctx.inside(None)) for r in asked])
    assert refused(done) == ["InvoiceRequest", "ValidationError", "ValidationError"]
    assert fresh(contract).requested == 20000


def test_a_request_and_an_invoice_at_once_cannot_both_pass(committed_world):
    world = committed_world
    contract = world.contract()
    first = world.request(contract, amount=20000)
    second = world.request(contract, amount=10000, submit=False)
    third = world.request(contract, amount=10000, submit=False)
    ctx = world.ctx.inside(None)
    done = together(
        [
            lambda: commands.perform(first, "post_invoice", ctx, invoice_on=ctx.business_date),
            lambda: commands.perform(second, "submit", ctx),
            lambda: commands.perform(third, "submit", ctx),
        ]
    )
    assert refused(done) == ["InvoiceRequest", "InvoiceRequest", "ValidationError"]
    contract = fresh(contract)
    assert (contract.invoiced, contract.requested) == (20000, 10000)


def test_two_instalments_written_at_once_cannot_both_pass(committed_world):
    """K07: the database itself, without any command: 6 000 are free, two rows of 5 000 arrive together."""
    world = committed_world
    plan = world.plan(world.contract(), [("2026-03-10", "24000")], agree=False)

    def add(position):
        try:
            return Instalment.objects.create(document=plan, position=position, planned_on="2026-04-10", amount=D(5000))
        except DatabaseError as refusal:
            return refusal

    done = together([lambda n=n: add(n) for n in (2, 3)])
    assert len([one for one in done if isinstance(one, Instalment)]) == 1
    assert sum(plan.lines.values_list("amount", flat=True)) == 29000


def test_two_changes_of_a_plan_at_once_cannot_both_pass(committed_world):
    world = committed_world
    plan = world.plan(world.contract(), [("2026-03-10", "24000")], agree=False)
    kept = plan.lines.get().pk

    def add():
        lines = [{"id": kept}, *({"id": x.pk} for x in plan.lines.exclude(pk=kept))]
        return commands.change(
            fresh(plan), world.ctx, version=plan.version, lines=[*lines, {"planned_on": "2026-04-10", "amount": "5000"}]
        )

    done = together([add, add])
    assert refused(done) == ["CollectionPlan", "Conflict"]


def test_one_payment_matched_twice_at_once_is_used_once(committed_world):
    world = committed_world
    from mainspring.kernel import preferences

    preferences.save(world.ctx, {"contracts.match_receipts": False})
    contracts = [world.contract("10000") for _n in range(2)]
    for contract in contracts:
        world.plan(contract, [("2026-03-10", "10000")])
    payment = world.pays(10000)
    done = together(
        [lambda c=c: commands.perform(payment, "match", world.ctx, contract=c, amount="10000") for c in contracts]
    )
    assert refused(done) == ["Payment", "ValidationError"]
    assert sum(fresh(c).collected for c in contracts) == 10000


def test_orders_confirmed_at_once_stay_within_the_contract(committed_world):
    world = committed_world
    contract = world.contract("1210")
    orders = [world.order(world.pump, 6, confirm=False) for _n in range(2)]
    for order in orders:
        commands.perform(order, "call_off", world.ctx, contract=contract)
    done = together([lambda o=o: commands.perform(fresh(o), "confirm", world.ctx) for o in orders])
    assert refused(done) == ["SalesOrder", "ValidationError"]
    assert fresh(contract).ordered == 726
