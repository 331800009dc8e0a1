"""Doors to other programs: API tokens, webhooks and their delivery log."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from .. import fields
from ..ids import uuid7
from ..workflow import Verb
from .base import Entity


class ApiToken(Entity):
    """A key with which a program acts for a person, limited to some records and verbs and in time."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="api_tokens",
        verbose_name=_("user"),
        editable=False,
    )
    name = models.CharField(_("name"), max_length=80)
    prefix = models.CharField(_("first characters"), max_length=12, editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    scopes = models.JSONField(
        _("allowed"),
        default=dict,
        blank=True,
        help_text=_(
            'Record type and verbs, for example {"sales.salesorder": ["view", "create"]}; empty: all the person may do.'
        ),
    )
    expires_at = models.DateTimeField(_("valid until"), null=True, blank=True)
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True, editable=False)

    scope_paths = {"own": "user"}
    history = False
    actions = (Verb("revoke", label=_("Revoke"), danger=True),)

    class Meta:
        verbose_name, verbose_name_plural = _("API token"), _("API tokens")
        ordering = ["-id"]

    def __str__(self):
        return f"{self.name} ({self.prefix}…)"

    def clean(self):
        from .. import tokens

        tokens.check_scopes(self.scopes)


class RateBucket(models.Model):
    """How many calls a token or person has left: one bucket for all processes, refilled steadily."""

    key = models.CharField(max_length=60, primary_key=True)
    left = models.FloatField()
    taken = models.IntegerField(default=0)
    at = models.DateTimeField()

    history, read_only = False, True

    class Meta:
        verbose_name, verbose_name_plural = _("call rate"), _("call rates")

    def __str__(self):
        return self.key


class WebhookEndpoint(Entity):
    """An address that is told what happened, signed with a secret both sides know."""

    company = fields.link("kernel.Company", _("company"), optional=True)
    name = models.CharField(_("name"), max_length=80)
    url = models.URLField(_("address"), max_length=400)
    events = models.TextField(
        _("events"),
        default="*",
        help_text=_("One a line: module.record.verb, for example sales.salesorder.confirm; * stands for anything."),
    )
    secret = models.CharField(_("secret"), max_length=80, blank=True, help_text=_("Left empty, one is made."))
    active = models.BooleanField(_("active"), default=True)

    company_path, company_optional = "company", True
    clear_when = {"secret": lambda ctx: models.Q(created_by=ctx.user)}
    unwritten = ("secret",)

    class Meta:
        verbose_name, verbose_name_plural = _("webhook"), _("webhooks")
        ordering = ["name"]

    def __str__(self):
        return self.name

    def prepare(self, ctx, lines=None) -> None:
        from .. import webhooks

        self.secret = self.secret or webhooks.new_secret()

    def clean(self):
        from .. import webhooks

        webhooks.check_address(self.url)


class WebhookDelivery(models.Model):
    """One message to one webhook: what was sent, when, how often, and what came back."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Failed")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    endpoint = models.ForeignKey(
        WebhookEndpoint, on_delete=models.CASCADE, related_name="deliveries", verbose_name=_("webhook")
    )
    event = models.CharField(_("event"), max_length=120)
    payload = models.JSONField(_("message"))
    outcome = models.CharField(_("state"), max_length=8, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_attempt_at = models.DateTimeField(_("next attempt"), null=True)
    status_code = models.PositiveSmallIntegerField(_("status code"), null=True)
    answer = models.CharField(_("answer"), max_length=500, blank=True)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    sent_at = models.DateTimeField(_("sent at"), null=True)

    company_path, company_optional = "endpoint__company", True
    history = False
    actions = (Verb("replay", label=_("Send again")),)

    class Meta:
        verbose_name, verbose_name_plural = _("webhook delivery"), _("webhook deliveries")
        ordering = ["-id"]
        indexes = [models.Index(fields=["next_attempt_at"], name="webhook_due", condition=models.Q(outcome="waiting"))]

    def __str__(self):
        return f"{self.event} → {self.endpoint}"


class ExternalId(models.Model):
    """The key another system uses for one of our records."""

    system = models.CharField(_("system"), max_length=40)
    entity = models.CharField(_("record type"), max_length=80)
    external_id = models.CharField(_("external id"), max_length=120)
    record_id = models.CharField(max_length=40)

    class Meta:
        verbose_name, verbose_name_plural = _("external id"), _("external ids")
        constraints = [models.UniqueConstraint(fields=["system", "entity", "external_id"], name="external_id_once")]
        indexes = [models.Index(fields=["entity", "record_id"], name="external_id_record")]

    def __str__(self):
        return f"{self.system}: {self.external_id}"


class ImportMapping(Entity):
    """How the columns of a file go to the fields of a record type; remembered for the next file."""

    entity = models.CharField(_("record type"), max_length=80)
    name = models.CharField(_("name"), max_length=80)
    headers = models.CharField(max_length=64, editable=False, blank=True)
    rules = models.JSONField(_("rules"), default=dict)

    history = False

    class Meta:
        verbose_name, verbose_name_plural = _("import mapping"), _("import mappings")
        constraints = [models.UniqueConstraint(fields=["entity", "name"], name="import_mapping_once")]

    def __str__(self):
        return self.name


class ImportRun(Entity):
    """One file brought in: what it held, what became of each row, and what undoing it takes."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        CHECKED = "checked", _("Checked")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        STOPPED = "stopped", _("Stopped")
        UNDONE = "undone", _("Undone")

    company = fields.link("kernel.Company", _("company"), editable=False)
    entity = models.CharField(_("record type"), max_length=80)
    file_name = models.CharField(_("file"), max_length=200)
    file = models.FileField(upload_to="imports/", max_length=200, editable=False)
    digest = models.CharField(max_length=64, editable=False)
    rules = models.JSONField(_("rules"), default=dict)
    progress = models.CharField(_("state"), max_length=8, choices=State, default=State.DRAFT, editable=False)
    rows_total = models.PositiveIntegerField(_("rows"), default=0, editable=False)
    rows_created = models.PositiveIntegerField(_("new"), default=0, editable=False)
    rows_changed = models.PositiveIntegerField(_("changed"), default=0, editable=False)
    rows_same = models.PositiveIntegerField(_("unchanged"), default=0, editable=False)
    rows_wrong = models.PositiveIntegerField(_("wrong"), default=0, editable=False)
    totals = models.JSONField(_("control totals"), default=dict, editable=False)
    problems = models.JSONField(_("problems"), default=list, editable=False)
    finished_at = models.DateTimeField(_("finished"), null=True, editable=False)

    scope_paths = {"own": "created_by"}
    company_path = "company"
    history = False
    actions = (Verb("undo", label=_("Undo import"), danger=True, bulk=False),)

    class Meta:
        verbose_name, verbose_name_plural = _("import"), _("imports")
        ordering = ["-id"]

    def __str__(self):
        return f"{self.file_name} ({self.entity})"


class ExportRun(Entity):
    """Records that left as a file, or are to leave once that is approved: which list, how many, for whom."""

    company = fields.link("kernel.Company", _("company"), editable=False)
    entity = fields.RecordTypeField(_("record type"))
    address = models.CharField(_("list"), max_length=2000, help_text=_("Its address, with filters and columns."))
    format = models.CharField(_("format"), max_length=4)
    rows = models.PositiveIntegerField(_("records"))
    fetched_at = models.DateTimeField(_("fetched"), null=True, editable=False)

    scope_paths = {"own": "created_by"}
    company_path = "company"
    history = False

    class Meta:
        verbose_name, verbose_name_plural = _("export"), _("exports")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["created_by", "entity"], name="export_to_fetch", condition=models.Q(fetched_at=None))
        ]

    def __str__(self):
        return f"{self.entity} ({self.rows})"


class ImportChunk(models.Model):
    """Records one committed piece of an import touched; a piece that is here is never brought in twice."""

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="chunks")
    position = models.PositiveIntegerField()
    command_ids = ArrayField(models.UUIDField(), default=list)
    created = ArrayField(models.CharField(max_length=40), default=list)
    changed = ArrayField(models.CharField(max_length=40), default=list)
    same = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("import piece")
        constraints = [models.UniqueConstraint(fields=["run", "position"], name="import_chunk_once")]
