"""MFG-02: the master plan as task lists of departments, work centers and people, by week and day."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal as D

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mainspring.kernel import access, commands
from mainspring.kernel.models import Department, Membership, Role, User
from mainspring.modules.planning import tasklists, tasks
from mainspring.modules.planning.models import TaskList
from mainspring.modules.production.models import ProductionOrder

MONDAY = date(2026, 3, 2)


@pytest.fixture
def shop(making):
    """Two departments of one plant; three frames are to be welded and painted in the week of 2 March."""
    company = making.world.company
    top = commands.create(Department, making.ctx, company=company, code="PROD", name="Production")
    making.departments = {
        code: commands.create(Department, making.ctx, company=company, code=code, name=name, parent=top)
        for code, name in (("FRM", "Frame shop"), ("PNT", "Paint shop"))
    }
    making.top = top
    for center, code in ((making.welding, "FRM"), (making.painting, "PNT")):
        commands.change(center, making.ctx, department=making.departments[code])
    making.first = making.order(making.frame, "10", starts_on="2026-03-02", due_on="2026-03-06")
    return making


def person(name: str, role: str, making, **values) -> User:
    found = User.objects.create(username=name, email=f"{name}@example.com", **values)
    Membership.objects.create(user=found, role=Role.objects.get(code=role)).sites.add(making.site)
    return found


def flat(places, depth=0):
    for place in places:
        yield (depth, place.level, place.name, place.cells[0].left, place.cells[0].done)
        yield from flat(place.below, depth + 1)


def test_the_plan_is_broken_down_and_rolls_up_again(shop):
    """10 frames: 1 + 5 hours of welding, 2.5 of painting; every level is the sum of those below it."""
    top = tasks.broken_down(shop.ctx, tasks.weeks(MONDAY, 2))
    assert list(flat(top)) == [
        (0, "site", str(shop.site), D("8.5"), 0),
        (1, "department", "Frame shop", D("6"), 0),
        (2, "center", "WELD Weld", D("6"), 0),
        (1, "department", "Paint shop", D("2.5"), 0),
        (2, "center", "PAINT Paint", D("2.5"), 0),
    ]
    assert [cell.open for cell in top[0].cells] == [80, 80]
    only = tasks.broken_down(shop.ctx, tasks.weeks(MONDAY, 1), department=shop.departments["PNT"])
    assert [place.name for place in only[0].below] == ["Paint shop"]
    assert len(tasks.broken_down(shop.ctx, tasks.weeks(MONDAY, 1), department=shop.top)[0].below) == 2


def test_what_is_done_and_given_to_people_shows_at_every_level(shop):
    welder = person("welder", "workshop", shop, first_name="Ona", last_name="Oraitė")
    order = shop.do(shop.first, "release")
    shop.do(order, "assign", operation=10, person=welder)
    shop.do(order, "report", operation=10, good=4, hours=3)
    top = tasks.broken_down(shop.ctx, tasks.weeks(MONDAY, 1))
    assert list(flat(top))[:4] == [
        (0, "site", str(shop.site), D("5.5"), D("3")),
        (1, "department", "Frame shop", D("3"), D("3")),
        (2, "center", "WELD Weld", D("3"), D("3")),
        (3, "person", "Ona Oraitė", D("3"), D("3")),
    ]
    days = tasks.broken_down(shop.ctx, tasks.days_of(MONDAY))
    assert sum(cell.left for cell in days[0].cells) == D("5.5")


def test_a_task_says_what_it_waits_for_and_whom_it_keeps_waiting(shop):
    bike = shop.made("BIKE", [(shop.frame, "1")], [(10, shop.painting, "0", "0.1")])
    parent = shop.order(bike, "5", starts_on="2026-03-09", due_on="2026-03-13")
    centers = [shop.welding.pk, shop.painting.pk]
    weld, paint = tasks.tasks(shop.ctx, MONDAY, MONDAY + timedelta(days=7), centers=centers)
    assert (weld["sequence"], weld["before_sequence"], weld["after_sequence"], weld["after_center"]) == (
        10, None, 20, "PAINT",
    )  # fmt: skip
    assert (paint["before_name"], paint["after_sequence"], paint["for_number"]) == ("Weld", None, parent.number)
    sales = replace(shop.ctx, user=person("seller", "sales_rep", shop))
    assert tasks.may_see(sales) is False


def test_proposals_are_tasks_too(shop):
    proposal = ProductionOrder.objects.get(pk=shop.order(shop.frame, "2", confirm=False, starts_on="2026-03-09").pk)
    ProductionOrder.objects.filter(pk=proposal.pk).update(
        state="proposed", is_planned=True, starts_on="2026-03-09", due_on="2026-03-15"
    )
    second = tasks.weeks(MONDAY, 2)[1]
    found = tasks.tasks(shop.ctx, second.first, second.last, centers=[shop.welding.pk, shop.painting.pk])
    assert [(r["sequence"], r["proposed"], r["hours"], r["on_date"]) for r in found] == [
        (10, True, D("2"), date(2026, 3, 9)), (20, True, D("0.5"), date(2026, 3, 12)),
    ]  # fmt: skip


def test_a_week_is_released_and_what_changes_since_is_marked(shop):
    record = tasklists.hand_over(shop.ctx, shop.departments["FRM"], date(2026, 3, 4))
    assert (record.state, record.week, record.hours, record.released_by) == ("released", MONDAY, D("6"), shop.ctx.user)
    assert record.number.startswith("TL2026-")
    assert [(str(line), line.hours) for line in record.lines.all()] == [(f"{shop.first.number}/10", D("6"))]

    def changes():
        return [(str(c.now or c.was), c.what) for c in tasklists.changes([record], shop.ctx)[record.pk]]

    assert changes() == []
    more = shop.order(shop.frame, "2", starts_on="2026-03-03", due_on="2026-03-06")
    shop.do(shop.first, "reschedule", due_on="2026-03-13")
    assert changes() == [(f"{more.number}/10", "new"), (f"{shop.first.number}/10", "gone")]
    record = tasklists.hand_over(shop.ctx, shop.departments["FRM"], MONDAY)
    assert changes() == []
    order = shop.do(more, "release")
    shop.do(order, "report", operation=10, good=1, hours=1)
    assert changes() == []  # work done is progress, not a change of the plan
    commands.perform(record, "withdraw", shop.ctx)
    assert TaskList.objects.get().state == "withdrawn"


def test_an_empty_week_a_foreign_department_and_a_second_list_are_refused(shop):
    with pytest.raises(ValidationError, match="Nothing is planned for Paint shop in this week"):
        tasklists.hand_over(shop.ctx, shop.departments["PNT"], date(2026, 6, 1))
    assert not TaskList.objects.exists()
    with pytest.raises(ValidationError, match="Production has no work center"):
        commands.create(TaskList, shop.ctx, department=shop.top, week=MONDAY)
    tasklists.hand_over(shop.ctx, shop.departments["PNT"], MONDAY)
    with pytest.raises(ValidationError, match="is the task list of this week"):
        commands.create(TaskList, shop.ctx, department=shop.departments["PNT"], week=date(2026, 3, 5))


def test_a_foreman_sees_the_lists_of_his_department_alone(shop):
    foreman = replace(shop.ctx, user=person("foreman", "workshop", shop, department=shop.departments["FRM"]))
    for code in ("FRM", "PNT"):
        tasklists.hand_over(shop.ctx, shop.departments[code], MONDAY)
    assert [one.department.code for one in access.rows(foreman, TaskList)] == ["FRM"]
    with pytest.raises(PermissionDenied, match="may not"):
        tasklists.hand_over(foreman, shop.departments["FRM"], date(2026, 3, 9))


def test_the_page_asks_the_same_number_of_queries_for_many_orders(shop, client):
    planner = person("planner", "planner", shop)
    client.force_login(planner)
    for code in ("FRM", "PNT"):
        tasklists.hand_over(shop.ctx, shop.departments[code], MONDAY)

    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            answer = client.get("/planning/tasks/?from=2026-03-02")
        assert answer.status_code == 200
        return len(found)

    queries()
    few = queries()
    for _n in range(5):
        shop.order(shop.frame, "1", starts_on="2026-03-03", due_on="2026-03-06")
    assert queries() == few
    page = client.get("/planning/tasks/?from=2026-03-02").content.decode()
    assert "5 changes" in page
    assert "Frame shop" in page
    assert client.get("/planning/tasks/?by=day&from=2026-03-02").status_code == 200
    for wrong in ("?department=999999", "of/?center=999999", "of/?department=x&center=7777"):
        assert client.get(f"/planning/tasks/{wrong}").status_code == 404
    assert client.get("/planning/tasks/?from=nonsense&by=x").status_code == 200
    listed = client.get(f"/planning/tasks/of/?department={shop.departments['FRM'].pk}&late=1")
    assert shop.first.number in listed.content.decode()
    bad = client.post("/planning/tasks/release/", {"department": "x", "week": "2026-03-02"})
    assert bad.status_code in (400, 422)
    bad = client.post("/planning/tasks/release/", {"department": shop.departments["FRM"].pk, "week": "soon"})
    assert bad.status_code in (400, 422)
