"""The record of follow-ups."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mainspring.kernel import fields
from mainspring.kernel.models import Entity
from mainspring.kernel.workflow import Input, Verb

from .common import Method
from .deals import Opportunity
from .leads import Lead


class Activity(Entity):
    """A follow-up: what was said to whom and how; what comes next is a follow-up task."""

    company = fields.link("kernel.Company", _("company"), editable=False)
    content = models.TextField(_("what happened"))
    method = models.CharField(_("method"), max_length=10, choices=Method, default=Method.CALL)
    at = models.DateTimeField(_("at"), default=timezone.now)
    lead = fields.link(Lead, _("lead"), optional=True, related_name="activities")
    opportunity = fields.link(Opportunity, _("opportunity"), optional=True, related_name="activities", within="party")
    party = fields.link("parties.Party", _("customer"), optional=True, related_name="activities")
    user = fields.link(settings.AUTH_USER_MODEL, _("by"), null=True, editable=False)
    automatic = models.BooleanField(
        _("written by itself"), default=False, editable=False, help_text=_("Not a follow-up by a person.")
    )
    corrected_at = models.DateTimeField(_("corrected at"), null=True, editable=False)

    company_path = "company"
    # Whoever owns the lead, the deal or the customer sees its whole history, whoever wrote it (K03, K11).
    scope_paths = {
        "own": ("lead__owner", "opportunity__owner", "party__owner"),
        "team": ("lead__owner__department", "opportunity__owner__department", "party__owner__department"),
        "territory": ("lead__territory", "opportunity__territory", "party__territory"),
    }
    actions = (
        Verb(
            "correct",
            label=_("Correct"),
            bulk=False,
            help=_("Changes a follow-up that may no longer be edited. What it said before stays in its history."),
            ask=(
                Input("content", "longtext", _("What happened"), initial=lambda one, ctx: one.content),
                Input("reason", "text", _("Reason")),
            ),
        ),
    )

    class Meta:
        verbose_name, verbose_name_plural = _("follow-up"), _("follow-ups")
        ordering = ["-at", "-id"]
        constraints = [
            models.CheckConstraint(
                name="activity_is_about_something",
                condition=Q(lead__isnull=False) | Q(opportunity__isnull=False) | Q(party__isnull=False),
                violation_error_message=_("Name the lead, the opportunity or the customer it is about."),
            )
        ]
        indexes = [
            models.Index(fields=["party", "-at"], name="activity_party"),
            models.Index(fields=["company", "at"], name="activity_day"),
        ]

    def __str__(self):
        return f"{self.get_method_display()} {self.at:%Y-%m-%d}"

    def prepare(self, ctx, lines=None):
        from .. import preparing

        preparing.activity(self, ctx)
