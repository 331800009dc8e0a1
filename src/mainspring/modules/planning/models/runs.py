"""Runs of the material plan."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from mainspring.kernel import fields
from mainspring.kernel.models import Document, Site
from mainspring.kernel.workflow import Verb, Workflow


class PlanRun(Document):
    """One run of the material plan: what it proposed, what it withdrew, and what needs a person (rules P17, P19)."""

    site = fields.link(Site, _("site"), optional=True, help_text=_("Empty: every site."))
    ran_on = models.DateField(_("date"), null=True, editable=False)
    planned_items = models.PositiveIntegerField(_("items"), default=0, editable=False)
    new_proposals = models.PositiveIntegerField(_("new proposals"), default=0, editable=False)
    changed_proposals = models.PositiveIntegerField(_("changed proposals"), default=0, editable=False)
    withdrawn_proposals = models.PositiveIntegerField(_("withdrawn proposals"), default=0, editable=False)
    messages = models.JSONField(_("exceptions"), default=list, editable=False)
    message_text = models.TextField(_("what needs a person"), blank=True, editable=False)

    number_format = "MRP{year}-{seq:05}"
    workflow = Workflow(
        "draft",
        (
            Verb("run", "draft", "done", label=_("Plan"), help=_("Computes the shortages and renews the proposals.")),
            Verb("cancel", "draft", "cancelled", label=_("Cancel"), danger=True),
        ),
        labels={"draft": _("Draft"), "done": _("Done"), "cancelled": _("Cancelled")},
        colors={"done": "green"},
    )
    scope_paths = {"own": "created_by", "site": "site"}

    class Meta:
        verbose_name, verbose_name_plural = _("planning run"), _("planning runs")
        ordering = ["-pk"]
