"""Who is told of a follow-up, when, and how often: reminders, quiet hours, absences, managers (CRM-06)."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from mainspring.engines.calendar import working
from mainspring.kernel import commands, database, preferences
from mainspring.kernel.models import Absence, Department, Notification, OutgoingMail
from mainspring.modules.crm import reminding
from mainspring.modules.crm.models import FollowUpTask, ReminderHabit
from mainspring.modules.organization.models import CalendarException, WorkCalendar
from mainspring.modules.parties.models import Party


@pytest.fixture
def mei(regions):
    """Works in Shanghai."""
    values = {"email": "mei@alfa.example", "time_zone": "Asia/Shanghai"}
    return regions.ctx(regions.person("mei", "sales_rep", regions.east, **values))


@pytest.fixture
def acme(regions, mei):
    return commands.create(
        Party, regions.system, code="ACME", name="Acme", is_customer=True, country="LT", currency="EUR",
        territory=regions.east, owner=mei.user,
    )  # fmt: skip


def task(ctx, acme, **values):
    return commands.create(FollowUpTask, ctx, **{"party": acme.pk, "title": "Call", "due_on": "2026-03-03"} | values)


def at(day, hour, minute=0):
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


def test_a_reminder_comes_an_hour_before_in_the_time_zone_of_the_owner_and_once(regions, mei, acme):
    """15:00 in Shanghai is 7:00 UTC: told from 6:00 UTC on; a job that runs twice tells once."""
    due = task(mei, acme, due_at="15:00")
    assert reminding.remind(regions.system, at(3, 5, 59)) == 0
    assert reminding.remind(regions.system, at(3, 6)) == 1
    assert reminding.remind(regions.system, at(3, 6, 5)) == 0
    assert [n.title for n in Notification.objects.filter(user=mei.user)] == ["1 follow-up is due"]
    assert OutgoingMail.objects.filter(user=mei.user, template="news").count() == 1

    commands.perform(due, "snooze", mei, due_on="2026-03-04")
    assert reminding.remind(regions.system, at(3, 23)) == 0
    assert reminding.remind(regions.system, at(4, 6)) == 1


def test_what_is_due_together_is_told_together_and_nothing_that_is_done(regions, mei, acme):
    commands.create(ReminderHabit, mei, before_minutes=0, by_mail=False, day_starts_at="10:00")
    due = [task(mei, acme, title=f"Call {n}") for n in range(3)]
    commands.perform(due[0], "finish", mei)
    assert reminding.remind(regions.system, at(3, 1, 59)) == 0
    assert reminding.remind(regions.system, at(3, 2)) == 2
    (told,) = Notification.objects.filter(user=mei.user)
    assert told.title == "2 follow-ups are due"
    assert "Call 1 (Acme, " in told.text
    assert not OutgoingMail.objects.exists()


@pytest.mark.parametrize(
    ("due", "before", "quiet", "wanted"),
    [
        ("09:00", 60, ("20:00", "07:00"), "08:00"),
        ("07:30", 60, ("20:00", "07:00"), "07:00"),  # quiet ends before it is due
        ("06:30", 60, ("20:00", "07:00"), "-20:00"),  # it does not: the evening before
        ("06:30", 1440, ("22:00", "06:00"), "-06:30"),
        ("13:30", 60, ("12:00", "13:00"), "13:00"),
        ("12:45", 15, ("12:00", "13:00"), "12:00"),
        ("12:45", 15, (None, None), "12:30"),
    ],
)
def test_quiet_hours_move_a_reminder_but_never_past_the_hour(db, due, before, quiet, wanted):
    found = database.scalar(
        "SELECT crm_remind_at(crm_moment('2026-03-03', %(due)s, %(zone)s), %(before)s, %(start)s, %(end)s, %(zone)s)"
        " AT TIME ZONE %(zone)s", due=due, before=before, start=quiet[0], end=quiet[1], zone="Europe/Vilnius",
    )  # fmt: skip
    day = date(2026, 3, 2) if wanted.startswith("-") else date(2026, 3, 3)
    assert found == datetime.combine(day, time.fromisoformat(wanted.lstrip("-")))


def test_a_zone_nobody_knows_is_universal_time(db):
    assert database.scalar("SELECT crm_moment('2026-03-03', '09:00', 'Mars/Base')") == at(3, 9)


def test_who_is_away_is_not_reminded_but_the_stand_in_is(regions, mei, acme):
    jun = regions.person("jun", "sales_rep", regions.east)
    away = Absence.objects.create(user=mei.user, stand_in=jun, starts_on="2026-03-01", ends_on="2026-03-10")
    task(mei, acme)
    assert reminding.remind(regions.system, at(3, 12)) == 1
    assert set(Notification.objects.values_list("user", flat=True)) == {jun.pk}
    Absence.objects.filter(pk=away.pk).update(stand_in=None)
    task(mei, acme, title="Mail")
    assert reminding.remind(regions.system, at(3, 12)) == 0
    back = regions.ctx(regions.system.user, date(2026, 3, 10))
    assert reminding.remind(back, at(10, 12)) == 1


@pytest.fixture
def led(regions, mei):
    """Mei's department is led by Bo, the one over it by Ada."""
    bo, ada = regions.person("bo", "sales_manager"), regions.person("ada", "manager")
    top = Department.objects.create(company=regions.company, code="TOP", name="All", manager=ada)
    sales = Department.objects.create(company=regions.company, code="S", name="Sales", manager=bo, parent=top)
    mei.user.department = sales
    mei.user.save()
    return bo, ada


def test_what_stays_undone_goes_to_the_manager_and_then_one_level_higher(regions, mei, acme, led):
    """Three working days, then five more; each once, and the task says why."""
    bo, ada = led
    late = task(mei, acme, due_on="2026-03-04")  # a Wednesday

    def run(day):
        return reminding.escalate(regions.ctx(regions.system.user, date(2026, 3, day)))

    assert run(8) == 0  # Thursday, Friday; the weekend does not count
    assert (run(9), run(9), run(10)) == (1, 0, 0)
    late.refresh_from_db()
    assert (late.escalated_to, late.escalation) == (bo, 1)
    assert reminding.why_escalated(late) == (
        "Due on 4 Mar 2026 and not done by 9 Mar 2026: Bo, who leads Mei, was told."
    )
    assert (run(13), run(16), run(17)) == (0, 1, 0)
    late.refresh_from_db()
    assert (late.escalated_to, late.escalation) == (ada, 2)
    assert list(Notification.objects.order_by("id").values_list("user__username", "title")) == [
        ("bo", "1 follow-up is overdue"),
        ("ada", "1 follow-up is overdue"),
    ]
    assert f"id__in={late.pk}" in Notification.objects.first().href


def test_holidays_absences_and_settings_are_respected(regions, mei, acme, led):
    calendar = WorkCalendar.objects.create(code="LT", name="Lithuania")
    commands.change(calendar, regions.system, lines=[
        {"weekday": n, "starts_at": "08:00", "ends_at": "17:00"} for n in range(5)
    ])  # fmt: skip
    CalendarException.objects.create(calendar=calendar, on_date="2026-03-11", name="Restoration")
    preferences.save(regions.system, {"organization.calendar": calendar.pk, "crm.escalate_after_days": 2})
    task(mei, acme, due_on="2026-03-09")
    run = [reminding.escalate(regions.ctx(regions.system.user, date(2026, 3, day))) for day in (10, 11, 12)]
    assert run == [0, 0, 1]
    task(mei, acme, due_on="2026-03-12")
    Absence.objects.create(user=mei.user, starts_on="2026-03-13", ends_on="2026-03-17")
    run = [reminding.escalate(regions.ctx(regions.system.user, date(2026, 3, day))) for day in (16, 17, 18)]
    assert run[:2] == [0, 0]
    assert run[2] >= 1
    preferences.save(regions.system, {"crm.escalate_after_days": 0})
    assert reminding.escalate(regions.ctx(regions.system.user, date(2026, 4, 1))) == 0


def test_overdue_days_count_working_days_the_owner_was_there():
    week = working.Calendar("office")
    friday, monday = date(2026, 3, 6), date(2026, 3, 9)
    assert reminding.overdue_days(week, friday, friday) == 0
    assert reminding.overdue_days(week, friday, monday) == 1
    assert reminding.overdue_days(week, friday, monday + timedelta(days=4), [(monday, date(2026, 3, 12))]) == 2
