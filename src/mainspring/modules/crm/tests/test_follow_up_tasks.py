"""What is to be done next, and where it goes when its subject moves (CRM-06, CRM-07, CRM-22, K10, K11)."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from mainspring.kernel import access, commands, preferences
from mainspring.kernel.models import Notification
from mainspring.modules.crm import cadencing, tasks
from mainspring.modules.crm.models import Activity, Cadence, CadenceRun, FollowUpTask, Lead, Opportunity
from mainspring.modules.parties.models import Party

NEW_LEAD = [
    {"rhythm": "once", "number": 1, "method": "call", "title": "Introduce ourselves"},
    {"rhythm": "once", "number": 3, "method": "mail"},
    {"rhythm": "once", "number": 10, "method": "visit"},
    {"rhythm": "days", "number": 14, "method": "call"},
]


def plan(regions, code="NEW", lines=NEW_LEAD, **values) -> Cadence:
    return commands.create(
        Cadence, regions.system, code=code, name=f"Plan {code}", lines=lines, **{"shift": "none"} | values
    )


@pytest.fixture
def mei(regions):
    return regions.ctx(regions.person("mei", "sales_rep", regions.east))


@pytest.fixture
def held(regions, mei):
    """A lead that is Mei's."""
    return commands.perform(regions.lead("Suzhou Pumps", value=5000), "claim", mei)


@pytest.fixture
def acme(regions, mei):
    return commands.create(
        Party, regions.system, code="ACME", name="Acme", is_customer=True, country="LT", currency="EUR",
        territory=regions.east, owner=mei.user,
    )  # fmt: skip


def waiting(**about):
    return list(FollowUpTask.objects.filter(state="open", **about).order_by("due_on", "pk"))


def log(record, ctx, day=None, **said):
    return commands.perform(record, "log", ctx, **{"content": "Talked", "method": "call"} | said)


def test_claiming_a_lead_starts_its_plan_and_each_record_brings_the_next_step(regions, mei):
    """CRM-06: one task at a time, never all at once."""
    plan(regions, enters="claimed")
    lead = commands.perform(regions.lead("Suzhou Pumps"), "claim", mei)
    (first,) = waiting()
    assert (str(first), first.due_on, first.owner, first.origin) == (
        "Introduce ourselves", date(2026, 3, 3), mei.user, "plan",
    )  # fmt: skip
    assert Lead.objects.get().next_on == date(2026, 3, 3)

    log(lead, regions.ctx(mei.user, date(2026, 3, 3)))
    (second,) = waiting()
    assert (second.method, second.due_on) == ("mail", date(2026, 3, 5))
    first.refresh_from_db()
    assert (first.state, first.ending, first.done_by, first.activity.content) == ("done", "done", mei.user, "Talked")

    commands.perform(second, "finish", regions.ctx(mei.user, date(2026, 3, 5)))
    (third,) = waiting()
    assert (third.method, third.due_on, Lead.objects.get().next_on) == ("visit", date(2026, 3, 12), date(2026, 3, 12))
    commands.perform(third, "finish", regions.ctx(mei.user, date(2026, 3, 12)), content="Saw the plant")
    assert waiting()[0].due_on == date(2026, 3, 26)
    assert CadenceRun.objects.get().done == 3


def test_a_day_of_ones_own_comes_before_the_day_of_the_plan(regions, mei, held):
    commands.perform(held, "follow_plan", mei, cadence=plan(regions))
    log(held, mei, next_on="2026-03-20", next_step="Call Mr Li back")
    (task,) = waiting()
    assert (str(task), task.due_on, task.origin, task.method) == ("Call Mr Li back", date(2026, 3, 20), "step", "mail")


def test_a_plan_ends_after_its_last_step(regions, mei, held):
    commands.perform(held, "follow_plan", mei, cadence=plan(regions, lines=NEW_LEAD[:1]))
    log(held, mei)
    assert not waiting()
    assert CadenceRun.objects.get().state == "ended"
    held.refresh_from_db()
    assert held.next_on is None


def test_a_plan_pauses_in_the_pool_and_starts_anew_or_goes_on_with_who_claims(regions, mei):
    """CRM-06, K03: what was planned ends with the owner; its setting says how it goes on."""
    jun = regions.ctx(regions.person("jun", "sales_rep", regions.east), date(2026, 4, 1))
    for code, on_return in (("ANEW", "restart"), ("ON", "resume"), ("END", "end")):
        plan(regions, code, enters="claimed", on_return=on_return)
    lead = commands.perform(regions.lead("Suzhou Pumps"), "claim", mei)
    log(lead, mei)
    assert {task.method for task in waiting()} == {"mail"}
    lead = commands.perform(lead, "release", mei, reason="No time")
    assert not waiting()
    assert lead.next_on is None
    states = dict(CadenceRun.objects.values_list("cadence__code", "state"))
    assert states == {"ANEW": "paused", "ON": "paused", "END": "ended"}
    assert set(FollowUpTask.objects.exclude(state="done").values_list("ending", flat=True)) == {"pool"}

    commands.perform(lead, "claim", jun)
    found = {task.run.cadence.code: (task.method, task.due_on, task.owner) for task in waiting()}
    assert found == {
        "ANEW": ("call", date(2026, 4, 2), jun.user),
        "ON": ("mail", date(2026, 4, 2), jun.user),
    }


def test_tasks_go_to_the_new_owner_and_end_with_the_deal(regions, mei, acme):
    """K11: whoever takes over finds what is planned; the one before does not."""
    jun = regions.ctx(regions.person("jun", "sales_rep", regions.east))
    deal = commands.create(Opportunity, mei, name="Pumps", party=acme.pk, amount=1000)
    commands.perform(deal, "follow_plan", mei, cadence=plan(regions, about="opportunity"))
    log(acme, mei, next_on="2026-03-09", next_step="Lunch")
    commands.change(deal, regions.system, owner=jun.user)
    assert {(str(t), t.owner) for t in waiting()} == {("Introduce ourselves", jun.user), ("Lunch", mei.user)}
    commands.change(acme, regions.system, owner=jun.user)
    assert {t.owner for t in waiting()} == {jun.user}
    assert not access.rows(mei, FollowUpTask).exists()
    assert access.rows(jun, FollowUpTask).count() == 2

    commands.perform(Opportunity.objects.get(), "win", jun, amount="1000")
    assert [str(t) for t in waiting()] == ["Lunch"]
    assert CadenceRun.objects.get().ending == "closed"


def test_what_was_planned_with_a_lead_is_done_with_its_deal(regions, mei, held):
    commands.perform(held, "follow_plan", mei, cadence=plan(regions))
    tasks.open_for(held, mei, why="Wants samples", due_on=date(2026, 3, 4))
    commands.perform(held, "qualify", mei, value="6000")
    deal = commands.perform(
        held, "convert", mei, opportunity="Ten pumps", amount="6000", expected_close_on="2026-05-01"
    ).outcome
    (task,) = waiting()
    assert (task.opportunity, task.lead, str(task)) == (deal, None, "Wants samples")
    deal.refresh_from_db()
    assert deal.next_on == date(2026, 3, 4)
    assert Lead.objects.get().next_on is None


def test_others_ask_for_a_follow_up_once(regions, mei, acme):
    """CRM-22: a low score opens a task for whoever looks after the customer, who is told."""
    made = [
        tasks.open_for(acme, regions.system, why="Scored 2 of 10", due_on=date(2026, 3, 4), owner=None) for _n in "ab"
    ]
    assert made[0] == made[1]
    assert FollowUpTask.objects.get().owner == mei.user
    assert Notification.objects.get(user=mei.user).text == "Scored 2 of 10"
    log(acme, mei)
    assert waiting() == [made[0]]  # talking about something else does not answer it
    commands.perform(made[0], "finish", mei, content="Sorted out")
    assert not waiting()
    with pytest.raises(ValidationError):
        tasks.open_for(regions.east_pool, regions.system, why="x", due_on=date(2026, 3, 4))


def test_putting_off_keeps_the_day_first_planned(regions, mei, acme):
    log(acme, mei, next_on="2026-03-04")
    task = commands.perform(waiting()[0], "snooze", mei, due_on="2026-03-11")
    assert (task.due_on, task.planned_on, task.snoozed) == (date(2026, 3, 11), date(2026, 3, 4), 1)
    with pytest.raises(ValidationError, match="passed"):
        commands.perform(task, "snooze", mei, due_on="2026-03-01")
    task = commands.perform(task, "drop", mei, reason="They moved")
    assert (task.state, task.ending) == ("dropped", "dropped")


def test_giving_up_a_step_of_a_plan_goes_on_with_the_next(regions, mei, held):
    commands.perform(held, "follow_plan", mei, cadence=plan(regions))
    commands.perform(waiting()[0], "drop", mei, reason="Line is dead")
    assert [t.method for t in waiting()] == ["mail"]
    run = CadenceRun.objects.get()
    commands.perform(run, "pause", mei)
    assert not waiting()
    commands.perform(run, "resume", mei)
    assert [t.method for t in waiting()] == ["mail"]
    commands.perform(run, "stop", mei, reason="Enough")
    assert not waiting()
    assert CadenceRun.objects.get().state == "ended"


def test_plans_are_refused_where_they_make_no_sense(regions, mei, held, acme):
    cadence = plan(regions)
    with pytest.raises(ValidationError, match="not for this record"):
        commands.perform(acme, "follow_plan", mei, cadence=cadence)
    commands.perform(held, "follow_plan", mei, cadence=cadence)
    with pytest.raises(ValidationError, match="under way here already"):
        commands.perform(held, "follow_plan", mei, cadence=cadence)
    with pytest.raises(ValidationError, match="no owner"):
        commands.perform(regions.lead("Nobody's"), "follow_plan", regions.system, cadence=cadence)
    for wrong in (
        {"enters": "married"},
        {"lines": []},
        {"lines": [NEW_LEAD[3], NEW_LEAD[0]]},
        {"lines": [{"rhythm": "months", "number": 1, "month_day": 32}]},
        {"lines": [{"rhythm": "days", "number": 0}]},
    ):
        with pytest.raises(ValidationError):
            plan(regions, "WRONG", **wrong)


def test_plans_follow_the_value_and_only_once_in_the_life_of_a_record(regions, mei):
    plan(regions, "BIG", enters="claimed", value_min=10000)
    lead = commands.perform(regions.lead("Small", value=5000), "claim", mei)
    assert not waiting()
    big = commands.perform(regions.lead("Big", value=50000), "claim", mei)
    assert [t.lead for t in waiting()] == [big]
    commands.perform(CadenceRun.objects.get(), "stop", mei, reason="No")
    commands.change(big, mei, note="x")
    assert CadenceRun.objects.count() == 1
    assert lead.next_on is None


def test_sets_moved_without_a_command_each_are_caught_up_with_once(regions, mei):
    """A thousand leads given back to people by one statement: their plans go on with the next run of the job."""
    plan(regions, enters="claimed")
    lead = commands.perform(regions.lead("Suzhou Pumps"), "claim", mei)
    commands.perform(lead, "release", mei, reason="x")
    Lead.objects.update(owner=mei.user, state="claimed")
    assert not waiting()
    assert cadencing.keep_up(regions.system) == {"taken_over": 1, "continued": 0}
    assert cadencing.keep_up(regions.system) == {"taken_over": 0, "continued": 0}
    assert len(waiting()) == 1


# -- what was written stays -------------------------------------------------------------------------------------------


def test_an_old_follow_up_is_only_corrected_by_a_manager_with_a_reason(regions, mei, acme):
    """CRM-07: no edit after the days allowed without a trace, and never deleted."""
    boss = regions.ctx(regions.person("boss", "sales_manager", regions.east))
    commands.perform(acme, "log", mei, content="They pay 90 days", method="call")
    said = Activity.objects.get()
    with pytest.raises(ValidationError, match="may still be edited"):
        commands.perform(said, "correct", boss, content="x", reason="y")
    commands.change(said, mei, content="They pay in 90 days")
    preferences.save(regions.system, {"crm.follow_up_edit_days": 0})
    with pytest.raises(ValidationError, match="A manager can still correct"):
        commands.change(said, mei, content="They pay at once")
    with pytest.raises(PermissionDenied):
        commands.perform(said, "correct", mei, content="They pay at once", reason="Typo")
    said = commands.perform(said, "correct", boss, content="They pay in 60 days", reason="Misheard")
    assert said.content == "They pay in 60 days"
    assert said.corrected_at is not None
    with pytest.raises(ValidationError, match="never deleted"):
        commands.delete(said, boss)
    assert Activity.objects.count() == 1


def test_many_customers_returned_in_one_statement_end_their_tasks_as_one_does(regions, mei):
    """K03: from a hundred on the statements are planned for their number; what follows is the same."""
    values = {"is_customer": True, "country": "LT", "currency_id": "EUR", "territory": regions.east, "owner": mei.user}
    parties = Party.objects.bulk_create(Party(code=f"M{n}", name=f"Many {n}", **values) for n in range(120))
    for party in (parties[3], parties[90]):
        tasks.open_for(party, regions.system, why="Ask how it goes", due_on=date(2026, 3, 9))
    Party.objects.filter(pk__in=[p.pk for p in parties]).update(website="https://many.example")
    assert len(waiting(owner=mei.user)) == 2

    Party.objects.filter(pk__in=[p.pk for p in parties]).update(owner=None)

    assert waiting() == []
    assert set(FollowUpTask.objects.values_list("state", "ending")) == {("dropped", "pool")}
