"""What people, teams and territories are to win."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from mainspring.kernel import fields
from mainspring.kernel.models import Entity, Membership
from mainspring.kernel.workflow import Input, Verb


class Period(models.TextChoices):
    MONTH = "month", _("Month")
    QUARTER = "quarter", _("Quarter")


def _people_of(territories: list) -> Q:
    """Targets of the people who work in some territories."""
    return Q(person__in=Membership.objects.filter(territories__in=territories).values("user"))


class Target(Entity):
    """What a person, a team or a territory is to win in a month or a quarter, in any currency."""

    company = fields.link("kernel.Company", _("company"), editable=False)
    person = fields.link(settings.AUTH_USER_MODEL, _("person"), optional=True)
    department = fields.link("kernel.Department", _("team"), optional=True)
    territory = fields.link("kernel.Territory", _("territory"), optional=True)
    period = models.CharField(_("period"), max_length=10, choices=Period, default=Period.MONTH)
    starts_on = models.DateField(_("first day"), help_text=_("Any day of the month or quarter."))
    currency = fields.link("kernel.Currency", _("currency"), optional=True)
    amount = fields.MoneyField(_("amount"), currency="currency")
    ends_on = models.DateField(_("until before"), editable=False)
    note = models.CharField(_("note"), max_length=240, blank=True)

    company_path = "company"
    scope_paths = {
        "own": "person",
        "team": ("person__department", "department"),
        "territory": ("territory", _people_of),
    }
    actions = (
        Verb(
            "spread",
            label=_("Spread over months"),
            help=_("Makes three monthly targets of a quarter; the last one takes the rest of the division."),
        ),
        Verb(
            "repeat",
            label=_("Copy on"),
            help=_("Makes the same target for the periods that follow, growing by a share each time."),
            ask=(
                Input("periods", "integer", _("Periods"), initial=1),
                Input("growth", "decimal", _("Growth each time (%)"), required=False),
            ),
        ),
    )

    class Meta:
        verbose_name, verbose_name_plural = _("sales target"), _("sales targets")
        ordering = ["-starts_on", "id"]
        constraints = [
            models.CheckConstraint(
                name="target_amount",
                condition=Q(amount__gt=0),
                violation_error_message=_("The amount must be above zero."),
            ),
            models.CheckConstraint(
                name="target_of_one",
                condition=(
                    Q(person__isnull=False, department=None, territory=None)
                    | Q(person=None, department__isnull=False, territory=None)
                    | Q(person=None, department=None, territory__isnull=False)
                ),
                violation_error_message=_("Name a person, a team or a territory: one of them."),
            ),
            models.UniqueConstraint(
                fields=["company", "person", "department", "territory", "period", "starts_on"],
                name="target_once",
                nulls_distinct=False,
                violation_error_message=_("There is a target for this already."),
            ),
        ]

    def __str__(self):
        return f"{self.person or self.department or self.territory} {self.starts_on:%Y-%m}"

    def prepare(self, ctx, lines=None):
        from .. import targeting

        targeting.prepare(self, ctx)
