"""Rules of the workshop that hold when people act at once, each on a connection of their own."""

from dataclasses import replace
from decimal import Decimal as D

import pytest

from mainspring.kernel import commands, numbering, roles
from mainspring.kernel.models import Currency, User
from mainspring.modules.conftest import World
from mainspring.modules.production import queries
from mainspring.modules.production.models import ProductionOrder, WorkSession
from mainspring.modules.stock.tests.test_races import together

from .conftest import Making


@pytest.fixture
def making(transactional_db):
    """Committed, for several real connections."""
    numbering.forget()
    Currency.objects.get_or_create(code="EUR", defaults={"name": "Euro"})
    roles.sync_after_migrate()
    yield Making(World())
    numbering.forget()


def kinds(done) -> list[str]:
    return sorted(type(d).__name__ for d in done)


def at_once(making, *jobs):
    """Verbs on the order by different people, started together."""
    people = [User.objects.create(username=f"p{n}", is_superuser=True) for n in range(len(jobs))]
    contexts = [replace(making.ctx, user=person) for person in people]

    def job(ctx, order, verb, inputs):
        return lambda: commands.perform(ProductionOrder.objects.get(pk=order.pk), verb, ctx, **inputs)

    return together([job(ctx, *one) for ctx, one in zip(contexts, jobs, strict=True)])


def test_two_report_the_last_quantity_and_one_succeeds(making):
    order = making.released(making.frame, "10")
    making.do(order, "report", operation=10, good=6, hours=1)
    last = (order, "report", {"operation": 10, "good": 4, "hours": 1})
    assert kinds(at_once(making, last, last)) == ["ProductionOrder", "ValidationError"]
    assert order.operations.get(sequence=10).good_quantity == 10


def test_an_order_is_split_while_somebody_reports(making):
    """Whoever comes second finds what the first left: 10 are never 7 reported and 6 split off."""
    order = making.released(making.frame, "10")
    done = at_once(
        making,
        (order, "report", {"operation": 10, "good": 7, "hours": 1}),
        (order, "split", {"quantity": D(6)}),
    )
    assert kinds(done) == ["ProductionOrder", "ValidationError"]
    order.refresh_from_db()
    good = order.operations.get(sequence=10).good_quantity
    assert (order.quantity, good) in ((10, 7), (4, 0))
    assert sum(o.quantity for o in ProductionOrder.objects.filter(item=making.frame)) == 10


def test_the_same_material_is_picked_once(making):
    order = making.released(making.frame, "10")
    pick = (order, "pick", {"item": "TUBE"})
    assert kinds(at_once(making, pick, pick)) == ["ProductionOrder", "ValidationError"]
    assert making.on_hand(making.tube) == 70


def test_an_operation_may_be_started_by_two_but_nobody_is_at_two_places(making):
    first, second = making.released(making.frame, "10"), making.released(making.frame, "5")
    person = making.ctx

    def start(order):
        return lambda: commands.perform(ProductionOrder.objects.get(pk=order.pk), "start", person, operation=10)

    assert kinds(together([start(first), start(second)])) == ["ProductionOrder", "ValidationError"]
    assert WorkSession.objects.filter(stopped_at=None).count() == 1
    at_once(making, (first, "start", {"operation": 20}), (first, "start", {"operation": 20}))
    assert WorkSession.objects.filter(stopped_at=None).count() == 3


def test_two_receive_the_last_output_and_the_books_close_at_zero(making):
    order = making.released(making.frame, "10")
    making.do(order, "issue")
    receive = (order, "receive", {"quantity": D(10)})
    assert kinds(at_once(making, receive, receive)) == ["ProductionOrder", "ValidationError"]
    making.do(making.do(order, "complete"), "close")
    assert making.balance("wip") == 0
    assert not queries.open_in_process(making.ctx)
