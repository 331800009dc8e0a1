"""The system's own memory: audit, row history, number series, keys of calls already answered."""

from django.conf import settings
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from .. import fields
from ..ids import uuid7


class AuditEntry(models.Model):
    """One command: who did what to which record, when, from where, on which business date, with which inputs.

    `seal` and `sealed_seq` are set once by the sealing job (a hash chain over finished entries).
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    parent = models.UUIDField(null=True)
    company = fields.link("kernel.Company", null=True, db_constraint=False)
    entity = models.CharField(_("record type"), max_length=80)
    record_id = models.CharField(max_length=40)
    record_label = models.CharField(_("record"), max_length=120, blank=True)
    verb = models.CharField(_("verb"), max_length=60)
    user = fields.link(settings.AUTH_USER_MODEL, _("user"), null=True, db_index=False)
    source = models.CharField(_("source"), max_length=20)
    request_id = models.CharField(max_length=40, blank=True)
    business_date = models.DateField(_("business date"))
    details = models.JSONField(_("details"), default=dict)
    at = models.DateTimeField(_("at"), auto_now_add=True)
    sealed_seq = models.BigIntegerField(null=True, unique=True)
    seal = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        verbose_name, verbose_name_plural = _("audit entry"), _("audit trail")
        indexes = [
            models.Index(fields=["entity", "record_id"], name="audit_record"),
            BrinIndex(fields=["at"], name="audit_at_brin"),
        ]

    company_path, company_optional = "company", True
    history, read_only = False, True

    def __str__(self):
        return f"{self.verb}: {self.record_label or self.entity}"


class RowHistory(models.Model):
    """Before and after of every changed or deleted row, written by a database trigger."""

    table_name = models.CharField(max_length=63)
    row_id = models.CharField(max_length=40)
    parent_id = models.CharField(max_length=40, null=True)
    operation = models.CharField(max_length=6)
    changes = models.JSONField()
    command_id = models.UUIDField(null=True)
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["table_name", "row_id"], name="row_history_row"),
            models.Index(fields=["command_id"], name="row_history_command"),
            models.Index(fields=["parent_id"], name="row_history_parent", condition=models.Q(parent_id__isnull=False)),
        ]


class NumberSeries(models.Model):
    """The running number of one kind of document in one company and year.

    A gapless series counts in `last` under a row lock taken at the very end of the command; any other
    series counts in a PostgreSQL sequence, so writers never wait for one another (rule D11).
    """

    company = models.ForeignKey("kernel.Company", on_delete=models.PROTECT, verbose_name=_("company"))
    entity = models.CharField(_("record type"), max_length=80)
    year = models.PositiveIntegerField(_("year"))
    format = models.CharField(_("format"), max_length=60)
    gapless = models.BooleanField(_("gapless"), default=False)
    last = models.BigIntegerField(_("last number"), default=0, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    company_path = "company"

    class Meta:
        verbose_name, verbose_name_plural = _("number series"), _("number series")
        constraints = [models.UniqueConstraint(fields=["company", "entity", "year"], name="number_series_once")]

    def __str__(self):
        return f"{self.entity} {self.year}"


class IdempotencyKey(models.Model):
    """A call already answered: the same key by the same person returns the same record."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=120)
    fingerprint = models.CharField(max_length=64)
    entity = models.CharField(max_length=80)
    record_id = models.CharField(max_length=40, blank=True)
    status = models.PositiveSmallIntegerField(null=True)
    answer = models.JSONField(null=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="idempotency_key_once")]
