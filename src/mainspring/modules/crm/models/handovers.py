"""Customers handed from one representative to another."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from mainspring.kernel import fields
from mainspring.kernel.models import Entity
from mainspring.kernel.workflow import Verb, Workflow

from .pools import Level


class Handover(Entity):
    """Customers, with all that hangs on them, given by one representative to another: all of them or a part."""

    company = fields.link("kernel.Company", _("company"), editable=False)
    from_owner = fields.link(settings.AUTH_USER_MODEL, _("from"), related_name="handovers_given")
    to_owner = fields.link(settings.AUTH_USER_MODEL, pgettext_lazy("person", "to"), related_name="handovers_taken")
    territory = fields.link(
        "kernel.Territory", _("only of territory"), optional=True, help_text=_("With all territories under it.")
    )
    level = models.CharField(_("only of customer level"), max_length=1, choices=Level, blank=True)
    codes = models.TextField(
        _("only these customers"), blank=True, help_text=_("Codes with blanks between; empty: all of them.")
    )
    with_leads = models.BooleanField(_("leads too"), default=True)
    reason = models.CharField(_("reason"), max_length=240)
    state = models.CharField(_("state"), max_length=12, default="open", editable=False)
    done_at = models.DateTimeField(_("handed over at"), null=True, editable=False)
    moved = models.JSONField(default=dict, editable=False)

    company_path = "company"
    scope_paths = {"own": ("from_owner", "to_owner"), "team": ("from_owner__department",)}
    fixed = ("from_owner", "to_owner", "territory", "level", "codes", "with_leads")
    workflow = Workflow(
        "open",
        (
            Verb(
                "hand_over",
                "open",
                "done",
                label=_("Hand over"),
                bulk=False,
                help=_("The new owner has everything at once; the old one sees it no more."),
            ),
            Verb(
                "take_back",
                "done",
                "taken_back",
                label=_("Take back"),
                danger=True,
                bulk=False,
                help=_("What the new owner still has goes back to the old one."),
            ),
        ),
        editable=("open",),
        closed=("done", "taken_back"),
        labels={"open": pgettext_lazy("task", "Open"), "done": _("Handed over"), "taken_back": _("Taken back")},
        colors={"open": "amber", "done": "green", "taken_back": "grey"},
    )

    class Meta:
        verbose_name, verbose_name_plural = _("handover"), _("handovers")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="handover_between_two",
                condition=~Q(from_owner=F("to_owner")),
                violation_error_message=_("Hand over to somebody else."),
            )
        ]

    def __str__(self):
        return f"{self.from_owner} → {self.to_owner}"
