"""My day and the quick record: three inputs, one tap, voice and pictures; timelines tell of it (CRM-07, CRM-20)."""

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from mainspring.kernel import commands, timeline
from mainspring.kernel.models import Attachment
from mainspring.kernel.reports import registry as reports
from mainspring.modules.crm.models import Activity, CalendarFeed, FollowUpTask, PoolCustomer, ReminderHabit
from mainspring.modules.parties.models import Party


@pytest.fixture
def mei(regions):
    return regions.ctx(regions.person("mei", "sales_rep", regions.east, default_company=regions.company))


@pytest.fixture
def acme(regions, mei):
    return commands.create(
        Party, regions.system, code="ACME", name="Acme", is_customer=True, country="LT", currency="EUR",
        territory=regions.east, owner=mei.user,
    )  # fmt: skip


@pytest.fixture
def browser(mei):
    client = Client()
    client.force_login(mei.user)
    return client


def task(ctx, acme, **values):
    return commands.create(FollowUpTask, ctx, **{"party": acme.pk, "title": "Call", "due_on": "2026-03-03"} | values)


def test_three_inputs_note_a_follow_up_and_what_comes_next(browser, acme, mei):
    """CRM-07: content, method, next step; the way of the last time is proposed."""
    page = browser.get(f"/crm/follow-up/?party={acme.pk}").content.decode()
    assert 'value="call" checked' in page
    answer = browser.post(
        "/crm/follow-up/",
        {"about": f"party:{acme.pk}", "content": "Wants blue", "method": "visit", "next_on": "2099-03-09"},
    )
    assert (answer.status_code, answer["Location"]) == (302, f"/parties/parties/{acme.pk}/")
    said, planned = Activity.objects.get(), FollowUpTask.objects.get()
    assert (said.content, said.method, said.party, said.user) == ("Wants blue", "visit", acme, mei.user)
    assert (planned.due_on.isoformat(), planned.origin) == ("2099-03-09", "step")
    assert 'value="visit" checked' in browser.get(f"/crm/follow-up/?party={acme.pk}").content.decode()
    assert "Acme" in browser.get("/crm/follow-up/").content.decode()


def test_my_day_shows_what_is_late_and_one_tap_does_it(browser, acme, mei):
    late = task(mei, acme, why="Wants a price")
    page = browser.get("/crm/my-day/").content.decode()
    assert "Overdue" in page
    assert "Wants a price" in page
    answer = browser.post(f"/crm/follow-up-tasks/{late.pk}/do/finish/", {"version": late.version})
    assert answer.status_code == 204
    assert Activity.objects.get().content == "Call"
    assert "Wants a price" not in browser.get("/crm/my-day/").content.decode()
    answer = browser.get(f"/crm/follow-up/?task={late.pk}")
    assert answer.status_code == 200


def test_voice_and_picture_stay_with_the_follow_up_and_play_in_the_timeline(browser, acme, mei, regions):
    """Whoever sees the customer hears them; others do not find the file."""
    voice = SimpleUploadedFile("Voice note.webm", b"\x1aE\xdf\xa3" + bytes(300), "audio/webm;codecs=opus")
    photo = SimpleUploadedFile("plant.jpg", b"\xff\xd8\xff" + bytes(50), "image/jpeg")
    sent = {"about": f"party:{acme.pk}", "content": "", "method": "call", "next_on": "", "files": [voice, photo]}
    assert browser.post("/crm/follow-up/", {**sent, "idempotency_key": "a"}).status_code == 302
    said = Activity.objects.get()
    assert (said.content, Attachment.objects.filter(record_id=str(said.pk)).count()) == ("Voice note", 2)
    (entry,) = [e for e in timeline.entries(mei, acme)[0] if e.files]
    assert [file["kind"] for file in entry.files] == ["audio", "image"]
    href = entry.files[0]["href"]
    whole, part = browser.get(href), browser.get(href, headers={"range": "bytes=0-3"})
    assert (whole.status_code, whole["Content-Type"]) == (200, "audio/webm")
    assert (part.status_code, part.content, part["Content-Range"]) == (206, b"\x1aE\xdf\xa3", "bytes 0-3/304")
    assert browser.get(href, headers={"range": "bytes=900-"}).status_code == 416
    stranger = Client()
    stranger.force_login(regions.person("jun", "sales_rep", regions.central, default_company=regions.company))
    assert stranger.get(href).status_code == 404


def test_what_is_wrong_is_said_beside_the_field_and_nothing_is_kept(browser, acme):
    about = f"party:{acme.pk}"
    wrong = [
        {"about": about, "method": "call"},
        {"content": "x", "method": "call"},
        {"about": about, "content": "x", "method": "telepathy"},
        {"about": about, "content": "x", "method": "call", "next_on": "tomorrow"},
        {"about": about, "content": "x", "method": "call", "files": [SimpleUploadedFile("a.exe", b"x", "audio/mp4")]},
        {"about": about, "content": "x", "method": "call", "files": [SimpleUploadedFile("a.pdf", b"x", "text/html")]},
        {"about": about, "content": "x", "method": "call", "files": [SimpleUploadedFile("a.png", b"", "image/png")]},
    ]
    assert [browser.post("/crm/follow-up/", one).status_code for one in wrong] == [422] * len(wrong)
    assert not Activity.objects.exists()
    for address in ("?task=x", "?lead=1", "?about=moon:1", "?task=99999999999999999999999", "?party=0"):
        assert browser.get(f"/crm/follow-up/{address}").status_code == 404


def test_a_customer_out_of_sight_is_not_found(acme, regions):
    stranger = Client()
    stranger.force_login(regions.person("jun", "sales_rep", regions.central, default_company=regions.company))
    assert stranger.get(f"/crm/follow-up/?party={acme.pk}").status_code == 404
    assert stranger.post("/crm/follow-up/", {"about": f"party:{acme.pk}", "content": "x"}).status_code == 404
    outsider = Client()
    outsider.force_login(regions.person("li", "warehouse", default_company=regions.company))
    assert {outsider.get(f"/crm/{page}/").status_code for page in ("my-day", "follow-up", "reminders")} == {404}


def test_a_person_sets_reminders_and_makes_renews_and_withdraws_an_address(browser, mei):
    sent = {
        "what": "habit",
        "before_minutes": "180",
        "day_starts_at": "08:30",
        "quiet_from": "21:00",
        "quiet_until": "06:00",
    }
    assert browser.post("/crm/reminders/", sent).status_code == 302
    assert browser.post("/crm/reminders/", sent | {"by_mail": "on"}).status_code == 302
    habit = ReminderHabit.objects.get()
    assert (habit.user, habit.before_minutes, habit.by_mail) == (mei.user, 180, True)
    assert browser.post("/crm/reminders/", sent | {"quiet_from": ""}).status_code == 422
    made = browser.post("/crm/reminders/", {"what": "address"})
    assert "/crm/calendar/" in made.content.decode()
    assert "data:image/svg+xml" in made.content.decode()
    assert "/crm/calendar/" not in browser.get("/crm/reminders/").content.decode()
    assert browser.post("/crm/reminders/withdraw/").status_code == 204
    assert not CalendarFeed.objects.filter(revoked_at=None).exists()
    assert browser.post("/crm/reminders/withdraw/").status_code == 404


def test_a_row_of_a_customer_level_opens_the_customers_of_that_level(browser, acme, mei, regions):
    commands.perform(acme, "log", mei, content="Asked for pumps", method="call")
    found, _given = reports["crm-follow-ups"].answer(mei, by="level", since="2020-01-01", until="2100-01-01")
    assert [(row["group"], row["follow_ups"], row["_href"]) for row in found.rows] == [("Not in pools", 1, "")]
    place = PoolCustomer.objects.create(
        company=regions.company, party=acme, pool=regions.east_pool, owner=mei.user, territory=regions.east
    )
    for level, asked in (("A", "level=A"), ("", "level__empty=true")):
        PoolCustomer.objects.filter(pk=place.pk).update(level=level)
        found, _given = reports["crm-follow-ups"].answer(mei, by="level", since="2020-01-01", until="2100-01-01")
        (row,) = found.rows
        assert row["_href"] == f"/crm/pool-customers/?{asked}"
        page = browser.get(row["_href"])
        assert page.status_code == 200
        assert str(acme.name) in page.content.decode()
    other = browser.get("/crm/pool-customers/?level=B")
    assert str(acme.name) not in other.content.decode()


@pytest.mark.parametrize(
    ("name", "given", "wrong"),
    [
        ("crm-follow-ups", {"since": "2026-03-02", "until": "2026-03-01"}, "until"),
        ("crm-silence", {"days": "0"}, "days"),
        ("crm-silence", {"days": "-5"}, "days"),
    ],
)
def test_a_report_says_what_is_wrong_with_its_days(mei, name, given, wrong):
    with pytest.raises(ValidationError) as refused:
        reports[name].answer(mei, **given)
    assert list(refused.value.message_dict) == [wrong]
