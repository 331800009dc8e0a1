"""The calendar feed: valid iCalendar in the owner's time zone under a secret address that can be withdrawn (CRM-06)."""

import re
from datetime import UTC, date, datetime, timedelta

import icalendar
import pytest
from django.test import Client
from django.utils import timezone

from mainspring.kernel import commands, rates
from mainspring.modules.crm import feeding, pages_calendar
from mainspring.modules.crm.models import CalendarFeed, FollowUpTask
from mainspring.modules.parties.models import Party


@pytest.fixture
def mei(regions):
    rates.forget()
    return regions.ctx(regions.person("mei", "sales_rep", regions.east, time_zone="Asia/Shanghai"))


@pytest.fixture
def acme(regions, mei):
    return commands.create(
        Party, regions.system, code="ACME", name="Acme, Ltd; Šiauliai", is_customer=True, country="LT",
        currency="EUR", territory=regions.east, owner=mei.user,
    )  # fmt: skip


def task(ctx, acme, **values):
    return commands.create(FollowUpTask, ctx, **{"party": acme.pk, "title": "Call", "due_on": "2026-07-03"} | values)


def read(text, **headers):
    return Client().get(f"/crm/calendar/{text}.ics", headers=headers)


def events(answer):
    return {str(e["summary"]): e for e in icalendar.Calendar.from_ical(answer.content).walk("VEVENT")}


def test_a_person_subscribes_to_their_follow_ups(mei, acme, regions):
    task(mei, acme, due_at="15:00", why="Wants a price")
    task(mei, acme, title="Visit", method="visit")
    task(regions.system, acme, title="Not mine", owner=regions.person("jun", "sales_rep", regions.east))
    _feed, text = feeding.issue(mei)
    answer = read(text)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    found = events(answer)
    assert set(found) == {"Call · Acme, Ltd; Šiauliai", "Visit · Acme, Ltd; Šiauliai"}
    call, visit = found["Call · Acme, Ltd; Šiauliai"], found["Visit · Acme, Ltd; Šiauliai"]
    assert call["dtstart"].dt.astimezone(UTC) == datetime(2026, 7, 3, 7, tzinfo=UTC)
    assert call["dtstart"].params["TZID"] == "Asia/Shanghai"
    assert (visit["dtstart"].dt, visit["dtend"].dt) == (date(2026, 7, 3), date(2026, 7, 4))
    assert call.walk("VALARM")[0]["trigger"].dt == timedelta(hours=-1)
    assert "Wants a price" in str(call["description"])
    assert f"/parties/parties/{acme.pk}/" in str(call["url"])


def test_the_feed_is_valid_by_the_rules_of_the_format(mei, acme):
    """RFC 5545: lines end with CRLF and have 75 octets at most; what an event must have is there; zones are told."""
    task(mei, acme, due_at="15:00", title="Ä very long title, with commas; and more " * 4)
    content = read(feeding.issue(mei)[1]).content
    assert content.endswith(b"END:VCALENDAR\r\n")
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    assert b"\n" not in content.replace(b"\r\n", b"")
    calendar = icalendar.Calendar.from_ical(content)
    assert not calendar.errors
    assert {"PRODID", "VERSION"} <= set(calendar)
    (event,) = calendar.walk("VEVENT")
    assert not event.errors
    assert {"UID", "DTSTAMP", "DTSTART", "SUMMARY", "SEQUENCE"} <= set(event)
    assert [str(zone["tzid"]) for zone in calendar.walk("VTIMEZONE")] == ["Asia/Shanghai"]
    assert re.search(rb"SUMMARY:.*\\,.*\\;", content.replace(b"\r\n ", b""))


def test_changes_and_deletions_reach_the_calendar_and_nothing_new_costs_nothing(mei, acme):
    first, other = task(mei, acme), task(mei, acme, title="Mail")
    text = feeding.issue(mei)[1]
    answer = read(text)
    before = events(answer)
    assert read(text, if_none_match=answer["ETag"]).status_code == 304
    commands.perform(first, "snooze", mei, due_on="2026-07-10")
    commands.perform(other, "drop", mei, reason="Not needed")
    changed = read(text, if_none_match=answer["ETag"])
    assert changed.status_code == 200
    after = events(changed)
    name, gone = "Call · Acme, Ltd; Šiauliai", "Mail · Acme, Ltd; Šiauliai"
    assert after[name]["uid"] == before[name]["uid"]
    assert after[name]["sequence"] > before[name]["sequence"]
    assert after[name]["dtstart"].dt == date(2026, 7, 10)
    assert str(after[gone]["status"]) == "CANCELLED"
    FollowUpTask.objects.filter(pk=other.pk).update(done_at=timezone.now() - timedelta(days=40))
    assert gone not in events(read(text))


def test_a_wrong_withdrawn_or_renewed_address_answers_nothing(mei, acme, regions):
    _feed, old = feeding.issue(mei)
    _feed, text = feeding.issue(mei)
    assert (read(old).status_code, read(text).status_code, read("x" * 43).status_code) == (404, 200, 404)
    assert text not in str(list(CalendarFeed.objects.values()))
    commands.perform(CalendarFeed.objects.get(revoked_at=None), "revoke", mei)
    assert read(text).status_code == 404
    _feed, text = feeding.issue(mei)
    mei.user.is_active = False
    mei.user.save()
    assert read(text).status_code == 404


def test_an_address_is_read_so_often_a_minute_and_no_more(mei, acme, monkeypatch):
    monkeypatch.setattr(pages_calendar, "READS_PER_MINUTE", 2)
    text = feeding.issue(mei)[1]
    codes = [read(text).status_code for _n in range(6)]
    assert codes[:2] == [200, 200]
    assert codes[-1] == 429
    guesses = [read(f"guess{n}").status_code for n in range(12)]
    assert guesses[0] == 404
    assert guesses[-1] == 429


def test_who_may_no_longer_see_follow_ups_reads_an_empty_calendar(mei, acme):
    task(mei, acme)
    text = feeding.issue(mei)[1]
    mei.user.memberships.all().delete()
    assert not events(read(text))
