"""What people add to any record they may see: notes with mentions, files, tasks."""

import hashlib
import mimetypes
import os
import re
import tempfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from . import access, commands, custom, errors, events, jobs, notifications
from .models import Attachment, Note, OutgoingMail, Task, User
from .models.collaboration import About
from .workflow import effect

EDIT_WINDOW = timedelta(minutes=15)
MENTION = re.compile(r"(?<![\w@.])@([\w.+-]{1,150})")
CHUNK_BYTES = 1 << 20
REFUSED_TYPES = {
    ".exe", ".com", ".bat", ".cmd", ".msi", ".scr", ".ps1", ".vbs", ".js", ".jse", ".wsf", ".hta", ".jar", ".lnk",
    ".reg", ".dll", ".cpl", ".apk", ".app", ".html", ".htm", ".xhtml", ".shtml", ".svgz",
}  # fmt: skip
HEARD_TYPES = {"audio/webm", "audio/ogg", "audio/mp4", "audio/mpeg", "audio/wav", "audio/x-wav", "audio/aac"}
SHOWN_TYPES = {
    "image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf", "text/plain", *HEARD_TYPES,
}  # fmt: skip
"""Types a browser may show in place; all others are only downloaded."""


def record_of(about: About, ctx):
    """The record something belongs to; DoesNotExist when the person may not see it (rule Z06)."""
    if about.record_model is None:
        raise ObjectDoesNotExist
    return access.get(ctx, about.record_model, about.record_id)


# -- notes ------------------------------------------------------------------------------------------------------------


def add_note(record, ctx, *, text: str) -> Note:
    """Write a note; people named with @ who may see the record are told."""
    text = text.strip()
    if not text:
        raise ValidationError({"text": _("This field is required.")})
    note = commands.create(
        Note,
        _adding(record, ctx),
        text=text,
        shared=access.is_portal(ctx),
        company=_company(record, ctx),
        **About.about(record),
    )
    _tell_mentioned(note, record, ctx, before="")
    return note


def edit_note(note: Note, ctx, *, text: str) -> Note:
    """Change one's own note, for a quarter of an hour; its earlier words stay in the history."""
    record = record_of(note, ctx)
    if note.created_by_id != ctx.user.pk:
        raise errors.Forbidden(_("Only %(person)s can change this note.") % {"person": note.created_by})
    if timezone.now() - note.created_at > EDIT_WINDOW:
        raise errors.Conflict(
            _("A note can be changed for %(n)s minutes; write another one.") % {"n": EDIT_WINDOW.seconds // 60},
            code="window",
        )
    if not text.strip():
        raise ValidationError({"text": _("This field is required.")})
    before = note.text
    note = commands.change(note, replace(ctx, trusted=True), text=text.strip(), edited_at=timezone.now())
    _tell_mentioned(note, record, ctx, before=before)
    return note


def may_edit(note: Note, ctx) -> bool:
    """Whether this person may still change the note."""
    return note.created_by_id == getattr(ctx.user, "pk", None) and timezone.now() - note.created_at <= EDIT_WINDOW


def mentionable(record, ctx, q: str = "", limit: int = 8) -> list[User]:
    """People whose name fits what was typed behind @ and who may see the record; the house is not listed outside."""
    if access.is_portal(ctx):
        return []
    fits = Q(username__icontains=q) | Q(first_name__icontains=q) | Q(last_name__icontains=q)
    found = User.objects.filter(fits, is_active=True, is_program=False).exclude(pk=ctx.user.pk).order_by("username")
    return [user for user in found[: limit * 5] if _may_see(user, record, ctx)][:limit]


def _tell_mentioned(note: Note, record, ctx, *, before: str) -> None:
    names = {m.rstrip(".").lower() for m in MENTION.findall(note.text)} - {
        m.rstrip(".").lower() for m in MENTION.findall(before)
    }
    if not names:
        return
    people = [
        u
        for u in User.objects.filter(username__iregex=rf"^({'|'.join(map(re.escape, names))})$", is_active=True)
        if _may_see(u, record, ctx)
    ]
    who, what = str(ctx.user), str(record)
    notifications.notify(
        people,
        ctx,
        kind="mention",
        record=record,
        text=note.text[:300],
        mail_template="news",
        title=lambda: gettext_lazy("%(person)s mentioned you: %(record)s") % {"person": who, "record": what},
    )


def _may_see(user: User, record, ctx) -> bool:
    return access.rows(notifications.context_of(user, ctx), type(record)).filter(pk=record.pk).exists()


# -- files ------------------------------------------------------------------------------------------------------------


def attach(record, ctx, *, name: str, content: BinaryIO, content_type: str = "") -> Attachment:
    """Keep a file with a record. Raises ValidationError when it is too large, empty or of a refused type.

    content_type  of a file whose name does not say it: a voice note
    """
    adding = _adding(record, ctx)
    name = clean_name(name)
    size, digest = store(content)
    return commands.create(
        Attachment,
        adding,
        name=name,
        size=size,
        digest=digest,
        shared=access.is_portal(ctx),
        company=_company(record, ctx),
        content_type=content_type[:100] or mimetypes.guess_type(name)[0] or "application/octet-stream",
        **About.about(record),
    )


def stage(ctx, *, name: str, content: BinaryIO) -> Attachment:
    """Keep a file that a custom field of a record not yet written will hold; forgotten after a day without one."""
    name = clean_name(name)
    size, digest = store(content)
    return commands.create(
        Attachment,
        replace(ctx, trusted=True, idempotency_key=""),
        name=name,
        size=size,
        digest=digest,
        company=ctx.company_id or None,
        content_type=mimetypes.guess_type(name)[0] or "application/octet-stream",
    )


@events.on(events.CommandDone)
def claim_files(event, ctx) -> None:
    """Files in custom fields belong to the record from the moment it is written."""
    if event.verb in ("create", "change") and getattr(event.record, "custom", None):
        _claim(event.record, ctx)


@events.on(events.BatchDone)
def claim_files_of_many(event, ctx) -> None:
    """The same for records written together."""
    model = type(event.records[0]) if event.records else None
    if model is not None and any(f.kind == "attachment" for f in custom.fields_of(model)):
        for record in event.records:
            _claim(record, ctx)


def _claim(record, ctx) -> None:
    for field in custom.fields_of(type(record)):
        held = (record.custom or {}).get(field.name) if field.kind == "attachment" else None
        if held:
            found = Attachment.objects.filter(pk=held["id"], entity="")
            found.update(field=field.name, company_id=_company(record, ctx), **About.about(record))


def may_see(attachment: Attachment, ctx) -> bool:
    """Whether a person who sees the record also sees the field that holds this file."""
    if not attachment.field:
        return True
    return custom.may(ctx, attachment.record_model, attachment.field)


def detach(attachment: Attachment, ctx) -> None:
    """Take a file away: who attached it may, and who may change the record. Its content goes with the last row."""
    record = record_of(attachment, ctx)
    if (
        attachment.created_by_id != ctx.user.pk
        and not access.rows(ctx, type(record), "change").filter(pk=record.pk).exists()
    ):
        raise errors.Forbidden(_("Only %(person)s can remove this file.") % {"person": attachment.created_by})
    commands.delete(attachment, replace(ctx, trusted=True))


def clean_name(name: str) -> str:
    """A file name without folders and control characters; ValidationError for types that could run."""
    name = re.sub(r"[\x00-\x1f\x7f<>:\"|?*]", "", name.replace("\\", "/").rsplit("/", 1)[-1]).strip(" .")
    if not name:
        raise ValidationError({"file": _("The file has no name.")})
    stem, suffix = os.path.splitext(name)
    if suffix.lower() in REFUSED_TYPES:
        raise ValidationError({"file": _("Files of type %(type)s are not accepted.") % {"type": suffix}})
    return stem[: 200 - len(suffix)] + suffix[:20]


def path_of(digest: str) -> Path:
    """Where the content with this SHA-256 lies; the name a person gave never becomes a path."""
    if not re.fullmatch(r"[0-9a-f]{64}", digest):
        raise ValueError(digest)
    return Path(settings.MEDIA_ROOT) / digest[:2] / digest


def store(content: BinaryIO) -> tuple[int, str]:
    """Write the content under its hash, once; (bytes, SHA-256)."""
    size, hasher, limit = 0, hashlib.sha256(), settings.ATTACHMENT_BYTES_MAX
    root = Path(settings.MEDIA_ROOT)
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=root, prefix=".upload-")
    try:
        with os.fdopen(handle, "wb") as stream:
            while chunk := content.read(CHUNK_BYTES):
                size += len(chunk)
                if size > limit:
                    raise ValidationError({"file": _("The file is larger than %(n)s MB.") % {"n": limit // 1_000_000}})
                hasher.update(chunk)
                stream.write(chunk)
            stream.flush()
            os.fsync(stream.fileno())
        if not size:
            raise ValidationError({"file": _("The file is empty.")})
        target = path_of(hasher.hexdigest())
        target.parent.mkdir(mode=0o700, exist_ok=True)
        os.replace(draft, target)
    finally:
        if os.path.exists(draft):
            os.unlink(draft)
    return size, hasher.hexdigest()


@jobs.job("kernel.tidy_files", title=gettext_lazy("Remove files nothing refers to"), schedule="30 2 * * *")
def tidy_files(run, ctx):
    """Contents without a row, a day old or older: an upload under way has no row yet."""
    root, removed = Path(settings.MEDIA_ROOT), 0
    Attachment.objects.filter(entity="", created_at__lt=timezone.now() - timedelta(days=1)).delete()
    known = set(Attachment.objects.values_list("digest", flat=True).distinct())
    known |= {f["digest"] for files in OutgoingMail.objects.values_list("files", flat=True) for f in files}
    for path in root.glob("*/*"):
        old = timezone.now().timestamp() - path.stat().st_mtime > 24 * 3600
        if len(path.name) == 64 and path.name not in known and old:
            with transaction.atomic():
                if not Attachment.objects.filter(digest=path.name).exists():
                    path.unlink(missing_ok=True)
                    removed += 1
    return {"removed": removed}


# -- tasks ------------------------------------------------------------------------------------------------------------


def add_task(record, ctx, *, title: str, assignee: User, due_on=None, text: str = "") -> Task:
    """Give somebody something to do on a record; they are told, and must be able to see it."""
    if not _may_see(assignee, record, ctx):
        raise ValidationError({"assignee": _("%(person)s may not see this record.") % {"person": assignee}})
    return commands.create(
        Task,
        _adding(record, ctx),
        title=title,
        assignee=assignee,
        due_on=due_on,
        text=text,
        company=_company(record, ctx),
        **About.about(record),
    )


@effect(Task, "finish")
def finish(task, ctx):
    task.done_at = timezone.now()
    if task.created_by and task.created_by_id != task.assignee_id:
        _tell(task.created_by, task, ctx, gettext_lazy("Done: %(task)s"))


@effect(Task, "reopen")
def reopen(task, ctx):
    task.done_at = None


@jobs.job("kernel.overdue_tasks", title=gettext_lazy("Remind of overdue tasks"), schedule="0 5 * * *", per_company=True)
def overdue_tasks(run, ctx):
    """Tell each person once, on the morning after the due day."""
    overdue = Task.objects.filter(state="open", due_on=ctx.business_date - timedelta(days=1), company=ctx.company_id)
    for task in overdue.select_related("assignee"):
        _tell(task.assignee, task, ctx, gettext_lazy("Overdue: %(task)s"), mail_template="news")
    return {"tasks": len(overdue)}


@events.on(events.CommandDone)
def tell_of_new_task(event, ctx) -> None:
    """Whoever gets a task is told, from wherever it came."""
    if isinstance(event.record, Task) and event.verb == "create":
        _tell_assignee(event.record, ctx)


@commands.after_change.fill
def tell_of_handed_task(record, changed: list[str], ctx) -> None:
    """A task handed to somebody else is news to them."""
    if isinstance(record, Task) and "assignee" in changed and record.state == "open":
        _tell_assignee(record, ctx)


def _tell_assignee(task: Task, ctx) -> None:
    words = gettext_lazy("New task: %(task)s")
    _tell(task.assignee, task, ctx, words, text=task.record_name, mail_template="news")


def _tell(person: User, task: Task, ctx, words, **more) -> None:
    """News about a task, worded in the language of the person."""
    about = {"task": task.title}
    notifications.notify([person], ctx, kind="task", record=task, title=lambda: words % about, **more)


# -- helpers ----------------------------------------------------------------------------------------------------------


def _adding(record, ctx):
    """The context to add to a record the person may see: adding needs no permission of its own."""
    access.get(ctx, type(record), record.pk)
    return replace(ctx, trusted=True)


def _company(record, ctx):
    return getattr(record, "company_id", None) or ctx.company_id or None
