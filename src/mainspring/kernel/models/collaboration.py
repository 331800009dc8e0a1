"""What people add to records and to one another: notes, files, tasks, notifications, mail."""

from django.apps import apps
from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from .. import fields
from ..ids import uuid7
from ..workflow import Verb, Workflow
from .base import Document, DocumentIdentity, Entity


class About(models.Model):
    """Belongs to one record of any kind; to a document by a real foreign key."""

    entity = models.CharField(_("record type"), max_length=80, blank=True, default="", editable=False)
    record_id = models.CharField(max_length=40, blank=True, default="", editable=False)
    record_label = models.CharField(_("record"), max_length=120, blank=True, default="", editable=False)
    identity = fields.link(DocumentIdentity, optional=True, editable=False)

    class Meta:
        abstract = True
        indexes = [models.Index(fields=["entity", "record_id"], name="%(class)s_record")]

    @staticmethod
    def about(record) -> dict:
        """The values that tie something to `record`."""
        return {
            "entity": record._meta.label_lower,
            "record_id": str(record.pk),
            "record_label": str(getattr(record, "name_in_any_language", record))[:120],
            "identity_id": record.pk if isinstance(record, Document) else None,
        }

    @property
    def record_name(self) -> str:
        """The record in the language of the reader: a document with its kind, as its party alone may be its name."""
        model = self.record_model
        if model is None or not issubclass(model, Document):
            return self.record_label
        return f"{model._meta.verbose_name} {self.record_label}".strip()

    @property
    def record_model(self):
        """Model of the record; None when its module is gone or there is no record."""
        try:
            return apps.get_model(self.entity) if self.entity else None
        except LookupError:
            return None


class Note(About, Entity):
    """Something a person wrote on a record."""

    text = models.TextField(_("text"), max_length=20000)
    company = fields.link("kernel.Company", null=True, editable=False)
    edited_at = models.DateTimeField(null=True, blank=True, editable=False)
    shared = models.BooleanField(_("shared with the partner"), default=False, editable=False)

    class Meta(About.Meta):
        verbose_name, verbose_name_plural = _("note"), _("notes")
        ordering = ["-id"]

    def __str__(self):
        return self.text[:60]


class Attachment(About, Entity):
    """A file on a record; the content lies in the data folder under its SHA-256."""

    name = models.CharField(_("name"), max_length=200, editable=False)
    size = models.BigIntegerField(_("size"), editable=False)
    content_type = models.CharField(_("type"), max_length=100, editable=False)
    digest = models.CharField(max_length=64, editable=False, db_index=True)
    field = models.CharField(max_length=60, blank=True, default="", editable=False)  # custom field that holds it
    shared = models.BooleanField(_("shared with the partner"), default=False, editable=False)
    company = fields.link("kernel.Company", null=True, editable=False)

    class Meta(About.Meta):
        verbose_name, verbose_name_plural = _("file"), _("files")
        ordering = ["-id"]

    def __str__(self):
        return self.name


class Task(About, Entity):
    """Something a person has to do by a day, on a record or on its own."""

    title = models.CharField(_("title"), max_length=200)
    text = models.TextField(_("details"), blank=True)
    assignee = fields.link(settings.AUTH_USER_MODEL, _("who"), related_name="tasks")
    due_on = models.DateField(_("due on"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=12, default="open", editable=False, db_index=True)
    done_at = models.DateTimeField(_("done at"), null=True, blank=True, editable=False)
    company = fields.link("kernel.Company", _("company"), null=True, editable=False)

    workflow = Workflow(
        "open",
        (Verb("finish", "open", "done", label=_("Done")), Verb("reopen", "done", "open", label=_("Open again"))),
        editable=("open",),
        labels={"open": pgettext_lazy("task", "Open"), "done": _("Done")},
        colors={"done": "green"},
    )
    company_path, company_optional = "company", True
    scope_paths = {"own": ("assignee", "created_by"), "team": "assignee__department"}

    class Meta(About.Meta):
        verbose_name, verbose_name_plural = _("task"), _("tasks")
        ordering = ["due_on", "id"]
        indexes = [
            *About.Meta.indexes,
            models.Index(fields=["assignee", "due_on"], name="task_open", condition=models.Q(state="open")),
        ]

    def __str__(self):
        return self.title


class Notification(About):
    """News for one person."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notifications")
    kind = models.CharField(max_length=20)
    title = models.CharField(max_length=200)
    text = models.CharField(max_length=500, blank=True)
    href = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True)

    class Meta(About.Meta):
        verbose_name, verbose_name_plural = _("notification"), _("notifications")
        ordering = ["-id"]
        indexes = [
            *About.Meta.indexes,
            models.Index(fields=["user", "-at"], name="notification_user"),
            models.Index(fields=["user"], name="notification_unread", condition=models.Q(read_at=None)),
        ]

    def __str__(self):
        return self.title


class OutgoingMail(About, Entity):
    """An e-mail the system sends: queued with the command that caused it, sent by a job, kept as its log."""

    to = models.CharField(pgettext_lazy("mail", "to"), max_length=1000, editable=False)
    reply_to = models.CharField(_("answers go to"), max_length=320, blank=True, default="", editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        editable=False,
        verbose_name=_("person"),
    )
    template = models.CharField(_("template"), max_length=60, editable=False)
    language = models.CharField(_("language"), max_length=10, editable=False)
    subject = models.CharField(_("subject"), max_length=250, editable=False)
    text = models.TextField(_("text"), editable=False)
    html = models.TextField(editable=False)
    files = models.JSONField(_("files"), default=list, editable=False)  # [{name, size, digest, content_type}]
    message_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    key = models.CharField(max_length=120, null=True, unique=True, editable=False)  # type: ignore[assignment]
    state = models.CharField(_("state"), max_length=12, default="queued", editable=False, db_index=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0, editable=False)
    error = models.CharField(_("error"), max_length=500, blank=True, default="", editable=False)
    sent_at = models.DateTimeField(_("sent at"), null=True, editable=False)
    company = fields.link("kernel.Company", _("company"), null=True, editable=False)

    workflow = Workflow(
        "queued",
        (
            Verb("send_again", "failed", "queued", label=_("Send again")),
            Verb("cancel", ("queued", "failed"), "cancelled", label=_("Cancel"), danger=True),
        ),
        editable=(),
        labels={"queued": _("Waiting"), "sent": _("Sent"), "failed": _("Failed"), "cancelled": _("Cancelled")},
        colors={"sent": "green", "failed": "red"},
        closed=("sent", "cancelled"),
    )
    history, read_only = False, True
    company_path, company_optional = "company", True

    class Meta(About.Meta):
        verbose_name, verbose_name_plural = pgettext_lazy("letter", "e-mail"), _("e-mails")
        ordering = ["-id"]

    def __str__(self):
        return self.subject
