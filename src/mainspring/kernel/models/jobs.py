"""Background work: its runs and its schedule."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .. import fields
from ..workflow import Verb, Workflow
from .base import Entity


class JobRun(Entity):
    """One run of a background job: what was asked, how far it is, how it ended."""

    name = models.CharField(_("job"), max_length=80, editable=False)
    title = models.CharField(_("title"), max_length=200, editable=False)
    state = models.CharField(_("state"), max_length=12, default="queued", editable=False, db_index=True)
    arguments = models.JSONField(default=dict, editable=False)
    company = fields.link("kernel.Company", _("company"), null=True, editable=False)
    company_ids = models.JSONField(default=list, editable=False)
    business_date = models.DateField(_("business date"), editable=False)
    language = models.CharField(max_length=10, default="en", editable=False)
    key = models.CharField(max_length=120, blank=True, default="", editable=False)  # type: ignore[assignment]
    due_at = models.DateTimeField(_("due"), default=timezone.now, editable=False)
    started_at = models.DateTimeField(_("started"), null=True, editable=False)
    finished_at = models.DateTimeField(_("finished"), null=True, editable=False)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0, editable=False)
    done = models.BigIntegerField(_("done"), default=0, editable=False)
    total = models.BigIntegerField(_("of"), null=True, editable=False)
    message = models.CharField(_("message"), max_length=300, blank=True, default="", editable=False)
    log = models.TextField(_("log"), blank=True, default="", editable=False)
    result = models.JSONField(_("result"), default=dict, editable=False)
    error = models.TextField(_("error"), blank=True, default="", editable=False)
    cancel_requested = models.BooleanField(_("asked to stop"), default=False, editable=False)

    workflow = Workflow(
        "queued",
        (
            Verb("cancel", source=("queued", "running"), label=_("Cancel"), danger=True),
            Verb("retry", source=("failed", "cancelled"), target="queued", label=_("Try again")),
        ),
        editable=(),
        labels={
            "queued": _("Waiting"),
            "running": _("Running"),
            "done": _("Done"),
            "failed": _("Failed"),
            "cancelled": _("Cancelled"),
        },
        colors={"running": "blue", "done": "green", "failed": "red"},
        closed=("done", "cancelled"),
    )
    history, read_only = False, True
    company_path, company_optional = "company", True
    scope_paths = {"own": "created_by"}

    class Meta:
        verbose_name, verbose_name_plural = _("background job"), _("background jobs")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["name", "key"], name="job_waits_once", condition=Q(state="queued") & ~Q(key="")
            )
        ]

    def __str__(self):
        return self.title

    @property
    def percent(self) -> int | None:
        """How far the run is (0 to 100); None when that is not known."""
        if self.state == "done":
            return 100
        return min(100, 100 * self.done // self.total) if self.total else None


class JobSchedule(Entity):
    """A job that runs by the clock, and the last time it was due."""

    name = models.CharField(_("job"), max_length=80, unique=True, editable=False)
    last_due_at = models.DateTimeField(_("last due"), editable=False)
    active = models.BooleanField(_("active"), default=True)

    history = False

    class Meta:
        verbose_name, verbose_name_plural = _("scheduled job"), _("scheduled jobs")
        ordering = ["name"]

    def __str__(self):
        return self.name
