"""Rules that say how promising a lead is."""

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from mainspring.kernel import fields
from mainspring.kernel.models import Entity
from mainspring.kernel.workflow import Verb

POINTS_MAX = 100


class ScoreRule(Entity):
    """A condition on leads and the points it is worth; the score of a lead is the sum, from 0 to 100."""

    company = fields.link("kernel.Company", _("company"), editable=False)
    name = models.CharField(_("name"), max_length=120, help_text=_("The reason as people read it."))
    names = models.JSONField(
        _("translations"), default=dict, blank=True, help_text=_("Names in other languages by language code.")
    )
    condition = models.JSONField(
        _("condition"),
        default=dict,
        help_text=_("As lists are filtered, one a line: field, colon, value; all must hold. Example: value__gte: 5000"),
    )
    points = models.SmallIntegerField(_("points"), help_text=_("From -100 to 100."))
    active = models.BooleanField(_("active"), default=True)

    key = ("company", "name")
    company_path = "company"
    actions = (
        Verb("rescore", label=_("Compute scores now"), help=_("Computes the scores of all leads anew."), bulk=False),
    )

    class Meta:
        verbose_name, verbose_name_plural = _("scoring rule"), _("scoring rules")
        ordering = ["-points", "name"]
        constraints = [
            models.UniqueConstraint(fields=["company", "name"], name="score_rule_once"),
            models.CheckConstraint(
                name="score_rule_points",
                condition=Q(points__gte=-POINTS_MAX, points__lte=POINTS_MAX) & ~Q(points=0),
                violation_error_message=_("Points lie between -100 and 100 and are not zero."),
            ),
        ]

    def __str__(self):
        return self.local_name

    @property
    def local_name(self) -> str:
        """The name in the reader's language."""
        return (self.names or {}).get(get_language() or "en") or self.name

    def clean(self):
        from .. import scoring

        scoring.check_rule(self)
