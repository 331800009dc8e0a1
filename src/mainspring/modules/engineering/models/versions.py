"""Versions of bills and routings: drafted, released, retired; one is valid for a day and site."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from mainspring.kernel import fields, preferences
from mainspring.kernel.models import Entity, Site
from mainspring.kernel.workflow import Input, Verb
from mainspring.modules.items.models import Item

PERIOD = Q(valid_from__isnull=True) | Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from"))


def same(expression):
    """Equality as a range, so that an exclusion constraint needs no further extension."""
    return Func(expression, expression, Value("[]"), function="int8range")


def constraints_of(name: str, message) -> list:
    """The rules of a kind of version; an item has one active version a day at a site (no site: everywhere)."""
    return [
        models.UniqueConstraint(
            fields=["item", "site", "revision"], name=f"{name}_revision_once", nulls_distinct=False
        ),
        models.CheckConstraint(
            name=f"{name}_period", condition=PERIOD, violation_error_message=_("It must end after it starts.")
        ),
        models.CheckConstraint(
            name=f"{name}_active_is_released",
            condition=Q(active=True, state="released") | (Q(active=False) & ~Q(state="released")),
        ),
        ExclusionConstraint(
            name=f"{name}_one_a_day",
            violation_error_message=message,
            condition=Q(active=True),
            expressions=[
                (same(F("item")), "&&"),
                (same(Coalesce(F("site"), Value(0))), "&&"),
                (Func(F("valid_from"), F("valid_to"), function="daterange"), "&&"),
            ],
        ),
    ]


def verbs_of_versions() -> tuple[Verb, ...]:
    return (
        Verb(
            "release",
            "draft",
            "released",
            label=_("Release"),
            ask=(
                Input(
                    "valid_from",
                    "date",
                    _("Valid from"),
                    required=False,
                    initial=lambda record, ctx: record.valid_from,
                    help=_("Empty: as the draft says, else today when another version holds."),
                ),
            ),
            help=_("It holds from its first day; the version before it ends there."),
        ),
        Verb("new_version", label=_("New version"), help=_("Copies it as a draft with the next revision."), bulk=False),
        Verb("retire", "released", "retired", label=_("Retire"), danger=True, help=_("New orders no longer use it.")),
    )


class Revision(Entity):
    """Base of a bill of material and a routing: whose, where, which revision, on the days [valid from, valid to)."""

    item = fields.link(Item, _("item"), related_name="%(class)ss")
    site = fields.link(Site, _("site"), optional=True, help_text=_("Empty: at every site."))
    revision = models.CharField(_("revision"), max_length=12, default="A")
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_to = models.DateField(_("valid to"), null=True, blank=True, help_text=_("The first day it no longer holds."))
    state = models.CharField(_("state"), max_length=10, default="released", editable=False, db_index=True)
    active = models.BooleanField(_("active"), default=True, editable=False)
    change = models.ForeignKey(
        "engineering.EngineeringChange",
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="%(class)ss",
        verbose_name=_("engineering change"),
    )
    note = models.TextField(_("note"), blank=True)

    key = ("item", "site", "revision")
    company_path = "site__company"
    company_optional = True
    scope_paths = {"site": "site"}
    states: dict = {
        "editable": ("draft", "released"),
        "labels": {"draft": _("Draft"), "released": _("Released"), "retired": _("Retired")},
        "colors": {"released": "green"},
        "closed": ("retired",),
    }

    class Meta:
        abstract = True

    def __str__(self):
        return f"{self.item.code} {self.revision}"

    @property
    def state_label(self) -> str:
        return self.workflow.label(self.state)

    def prepare_version(self, ctx) -> None:
        """A new version is released as it is entered, or waits as a draft where the company releases them."""
        if self._state.adding:
            if is_controlled(self, ctx):
                self.state = "draft"
            self.active = self.state == "released"
        else:
            self.refuse_when_frozen(ctx)

    def refuse_when_frozen(self, ctx) -> None:
        """Where versions are released, a released one stays as it is."""
        if self.state != "draft" and not self._state.adding and is_controlled(self, ctx):
            raise ValidationError(
                _("%(version)s is %(state)s and stays as it is; make a new version.")
                % {"version": self, "state": self.state_label},
                code="frozen",
            )


def is_controlled(version, ctx) -> bool:
    """Whether the company releases versions by a verb of its own."""
    company_id = version.site.company_id if version.site_id else ctx.company_id
    return bool(company_id and preferences.get(company_id, "engineering.release_versions"))
