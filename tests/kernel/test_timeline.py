"""The timeline of a record, and what people add to it: who sees what, and at what cost."""

import io
from datetime import timedelta

import pytest
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from mainspring_fleet.models import Inspection, Vehicle

from mainspring.kernel import collaboration, commands, inbox, jobs, notifications, timeline
from mainspring.kernel.models import Attachment, CustomField, Note, Notification, RoleGrant, Task


@pytest.fixture
def ona(cast):
    return cast.person("ona", "fleet_manager")


@pytest.fixture
def jonas(cast):
    return cast.person("jonas", "fleet_manager")


@pytest.fixture
def guest(cast):
    """Sees vehicles: plates masked, seats hidden, no inspections."""
    return cast.person("guest", "fleet_guest")


@pytest.fixture
def van(cast, ona, jonas):
    commands.create(
        CustomField,
        cast.ctx(cast.person("admin", superuser=True)),
        entity="fleet.vehicle",
        name="color",
        label="Colour",
        kind="text",
    )
    van = commands.create(Vehicle, cast.ctx(ona), plate="ABC123", seats=3)
    van = commands.change(van, cast.ctx(ona, source="api"), seats=5, plate="XYZ789", custom_values={"color": "red"})
    return commands.perform(van, "hand_over", cast.ctx(ona), keeper=jonas)


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "attachments"
    return settings.MEDIA_ROOT


def told(ctx, record, **extra):
    found, _more = timeline.entries(ctx, record, **extra)
    return [(e.who, e.title, [(c["label"], c["before"], c["after"]) for c in e.changes]) for e in found]


def test_the_timeline_says_who_did_what_with_old_and_new_values_and_from_where(cast, ona, jonas, van):
    """SEC-02."""
    assert told(cast.ctx(jonas), van) == [
        ("ona", "Hand over", [("Keeper", "", "jonas")]),
        ("ona", "changed (API)", [("Plate", "ABC123", "XYZ789"), ("Seats", "3", "5"), ("Colour", "", "red")]),
        ("ona", "created this", []),
    ]


def test_hidden_fields_are_left_out_and_masked_ones_masked(cast, guest, van):
    """Z06, SEC-01."""
    entries = told(cast.ctx(guest), van)
    labels = {label: (before, after) for _who, _title, changes in entries for label, before, after in changes}
    assert "Seats" not in labels
    assert labels["Plate"] == ("A****3", "X****9")
    assert "ABC123" not in str(entries)


def test_lines_and_changes_caused_by_other_records_are_told(cast, ona, van):
    inspection = commands.create(
        Inspection,
        cast.ctx(ona),
        vehicle=van,
        done_on="2026-03-02",
        lines=[{"finding": "Brakes", "price": 40}, {"finding": "Oil", "price": 10}],
    )
    brakes, _oil = inspection.lines.all()
    inspection = commands.change(inspection, cast.ctx(ona), lines=[{"id": brakes.pk, "price": 45}])
    changes = told(cast.ctx(ona), inspection)[0][2]
    assert ("Line removed", "Oil", "") in changes
    assert any(label.endswith("Price") and (before, after) == ("40.00", "45.00") for label, before, after in changes)
    assert any(label == "Total" and after == "45.00" for label, _before, after in changes)

    commands.perform(inspection, "submit", cast.ctx(ona))
    again = commands.perform(inspection, "refuse", cast.ctx(ona), reason="Photos missing").outcome
    first, _more = timeline.entries(cast.ctx(ona), inspection)
    assert first[0].text == "Reason: Photos missing"
    assert told(cast.ctx(ona), again)[0][1] == "created this"


def test_the_number_of_queries_does_not_grow_with_the_entries(cast, ona, jonas, van):
    def cost():
        with CaptureQueriesContext(
            connection,
        ) as queries:
            timeline.entries(cast.ctx(jonas), van, limit=100)
        return len(queries)

    collaboration.add_note(van, cast.ctx(ona), text="first")
    collaboration.add_task(van, cast.ctx(ona), title="Wash", assignee=jonas)
    before = cost()
    for n in range(12):
        commands.change(van, cast.ctx(ona), seats=n + 10, keeper=[ona, jonas][n % 2])
        collaboration.add_note(van, cast.ctx(ona), text=f"note {n}")
    assert cost() <= before
    assert before <= 20


def test_older_entries_come_page_by_page_and_none_twice(cast, ona, van):
    for n in range(7):
        collaboration.add_note(van, cast.ctx(ona), text=f"note {n}")
    seen, before = [], None
    while True:
        entries, before = timeline.entries(cast.ctx(ona), van, before=before, limit=4)
        seen += [e.id for e in entries]
        if before is None:
            break
    assert len(seen) == len(set(seen)) == 10


def test_who_is_mentioned_and_may_see_the_record_is_told(cast, ona, jonas, guest, van):
    inspection = commands.create(Inspection, cast.ctx(ona), vehicle=van, done_on="2026-03-02")
    note = collaboration.add_note(inspection, cast.ctx(ona), text="@jonas, @guest and @nobody: look. Mail me@jonas.lt")
    assert [n.user.username for n in Notification.objects.filter(kind="mention")] == ["jonas"]
    assert notifications.counts(jonas)["unread"] == 1
    assert {u.username for u in collaboration.mentionable(inspection, cast.ctx(ona), "")} == {"jonas", "admin"}

    with pytest.raises(PermissionDenied):
        collaboration.edit_note(note, cast.ctx(jonas), text="nonsense")
    collaboration.edit_note(note, cast.ctx(ona), text="@jonas: look again")
    assert Notification.objects.filter(kind="mention").count() == 1
    Note.objects.update(created_at=note.created_at - timedelta(minutes=16))
    note.refresh_from_db()
    with pytest.raises(ValidationError, match="15 minutes"):
        collaboration.edit_note(note, cast.ctx(ona), text="too late")
    with pytest.raises(ObjectDoesNotExist):
        collaboration.add_note(inspection, cast.ctx(guest), text="let me in")


def test_a_file_is_kept_under_its_hash_and_follows_the_access_to_its_record(cast, ona, guest, van, folder):
    inspection = commands.create(Inspection, cast.ctx(ona), vehicle=van, done_on="2026-03-02")

    def attach(name, content=b"%PDF bracket"):
        return collaboration.attach(inspection, cast.ctx(ona), name=name, content=io.BytesIO(content))

    first, second = attach("../../etc/pass wd.pdf"), attach("C:\\secret\\second.pdf")
    assert (first.name, second.name, first.content_type) == ("pass wd.pdf", "second.pdf", "application/pdf")
    assert [p.read_bytes() for p in folder.glob("*/*")] == [b"%PDF bracket"]  # one content, kept once
    assert collaboration.path_of(first.digest).is_relative_to(folder)
    with pytest.raises(ObjectDoesNotExist):
        collaboration.record_of(first, cast.ctx(guest))
    for name, content in (("run.exe", b"x"), ("page.HTML", b"x"), ("empty.txt", b""), ("..", b"x")):
        with pytest.raises(ValidationError):
            attach(name, content)
    with pytest.raises(ValueError, match="etc"):
        collaboration.path_of("../../etc/passwd")
    assert not list(folder.glob(".upload-*"))


def test_a_file_that_is_too_large_leaves_nothing_behind(cast, ona, van, folder, settings):
    settings.ATTACHMENT_BYTES_MAX = 10
    with pytest.raises(ValidationError, match="larger"):
        collaboration.attach(van, cast.ctx(ona), name="big.bin", content=io.BytesIO(b"x" * 11))
    assert not [p for p in folder.rglob("*") if p.is_file()]
    assert not Attachment.objects.exists()


def test_removed_files_are_forgotten_when_nothing_refers_to_them(cast, ona, jonas, van, folder):
    import os

    one = collaboration.attach(van, cast.ctx(ona), name="a.txt", content=io.BytesIO(b"same"))
    two = collaboration.attach(van, cast.ctx(ona), name="b.txt", content=io.BytesIO(b"same"))
    path = collaboration.path_of(one.digest)
    os.utime(path, (0, 0))
    for attachment, stays in ((one, True), (two, False)):
        collaboration.detach(attachment, cast.ctx(jonas))
        jobs.defer("kernel.tidy_files", None)
        jobs.run_pending()
        assert path.exists() is stays


def test_a_task_is_told_done_and_reminded_of_when_overdue(cast, ona, jonas, guest, van):
    inspection = commands.create(Inspection, cast.ctx(ona), vehicle=van, done_on="2026-03-02")
    with pytest.raises(ValidationError, match="may not see"):
        collaboration.add_task(inspection, cast.ctx(ona), title="Look", assignee=guest)
    task = collaboration.add_task(van, cast.ctx(ona), title="Wash the van", assignee=jonas, due_on="2026-03-01")
    assert [t.pk for t in inbox.open_tasks(cast.ctx(jonas))] == [task.pk]
    assert inbox.counts(cast.ctx(jonas)) == {"inbox": 1, "kernel/tasks": 1}
    late = next(e for e in timeline.entries(cast.ctx(ona), van)[0] if e.id == f"task-{task.pk}")
    assert late.tone == "danger"

    Task.objects.update(due_on=jobs.timezone.now().date() - timedelta(days=1))
    jobs.defer("kernel.overdue_tasks", cast.ctx(ona).on(jobs.timezone.now().date()))
    jobs.run_pending()
    assert Notification.objects.filter(user=jonas, title="Overdue: Wash the van").exists()

    commands.perform(task, "finish", cast.ctx(jonas))
    assert Notification.objects.filter(user=ona, title="Done: Wash the van").exists()
    assert not inbox.open_tasks(cast.ctx(jonas)).exists()


def test_the_live_address_tells_only_what_is_new(cast, ona, jonas, van):
    collaboration.add_note(van, cast.ctx(ona), text="@jonas look")
    moment = Notification.objects.get().at
    news = inbox.news(cast.ctx(jonas), (moment - timedelta(seconds=1)).isoformat())
    assert news["unread"] == 1
    assert news["toasts"][0]["text"] == "ona mentioned you: XYZ789"
    with CaptureQueriesContext(connection) as queries:
        assert inbox.news(cast.ctx(jonas), moment.isoformat()) == {"unread": 1, "topics": [], "toasts": []}
    assert len(queries) == 1
    assert inbox.news(cast.ctx(jonas), "nonsense")["unread"] == 1
    notifications.mark_read(jonas)
    assert notifications.unread(jonas) == 0


def test_everybody_may_do_their_own_work_and_portals_may_not(cast, ona):
    assert not RoleGrant.objects.filter(entity="kernel.task").exists()
    assert commands.create(Task, cast.ctx(ona), title="Call", assignee=ona).state == "open"


def test_a_task_from_a_form_or_handed_on_is_news_to_whoever_gets_it(cast, ona, jonas, guest):
    ctx = cast.ctx(ona)
    task = commands.create(Task, ctx, title="Order tyres", assignee=jonas)
    assert list(Notification.objects.filter(kind="task").values_list("user__username", "title")) == [
        (jonas.username, "New task: Order tyres")
    ]
    commands.change(task, ctx, assignee=guest)
    commands.change(Task.objects.get(pk=task.pk), ctx, title="Order wide tyres")
    assert Notification.objects.filter(kind="task").count() == 2
    assert Notification.objects.filter(kind="task", user=guest).count() == 1
