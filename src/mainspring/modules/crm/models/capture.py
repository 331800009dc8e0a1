"""Forms by which people outside make themselves known, and what they sent."""

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from mainspring.kernel import fields
from mainspring.kernel.models import DocumentLine, Entity
from mainspring.modules.parties import models as parties

from .campaigns import Campaign
from .common import Source
from .leads import Lead

ASKED = ("contact_name", "email", "phone", "country", "city", "registry_code", "note")
"""What a form may ask for beside the company's name, in the order it is asked."""


class Asking(models.TextChoices):
    NO = "no", _("Not asked")
    YES = "yes", _("Asked")
    MUST = "must", _("Required")


def _asked(label, default: str = Asking.YES) -> models.CharField:
    return models.CharField(label, max_length=4, choices=Asking, default=default)


class CountryRoute(Entity):
    """The territory where leads of a country go that come in by themselves: by form, mail or card."""

    company = fields.link("kernel.Company", _("company"), editable=False)
    country = models.CharField(_("country"), max_length=2)
    territory = fields.link("kernel.Territory", _("territory"))

    key = ("company", "country")
    company_path = "company"
    scope_paths = {"territory": "territory"}

    class Meta:
        verbose_name, verbose_name_plural = _("country route"), _("country routes")
        ordering = ["country"]
        constraints = [models.UniqueConstraint(fields=["company", "country"], name="country_route_once")]

    def __str__(self):
        return f"{self.country}: {self.territory}"

    def prepare(self, ctx, lines=None):
        parties.cleaned(self, {"country": parties.identifiers.country})


class LeadForm(Entity):
    """A page without sign-in on which visitors ask for contact; every answer becomes a lead or a follow-up."""

    company = fields.link("kernel.Company", _("company"), editable=False)
    code = models.CharField(
        _("code"),
        max_length=40,
        unique=True,
        validators=[RegexValidator(r"^[a-z0-9]+(-[a-z0-9]+)*\Z", _("Small letters, digits and single dashes."))],
        help_text=_("The last part of the page's address."),
    )
    name = models.CharField(_("name"), max_length=80, help_text=_("For colleagues; visitors read the title."))
    contact_name = _asked(_("contact"), Asking.MUST)
    email = _asked(_("e-mail"), Asking.MUST)
    phone = _asked(_("phone"))
    country = _asked(_("country"))
    city = _asked(_("city"), Asking.NO)
    registry_code = _asked(_("registry code"), Asking.NO)
    note = _asked(_("message"))
    source = models.CharField(_("source"), max_length=12, choices=Source, default=Source.WEB)
    campaign = fields.link(Campaign, _("campaign"), optional=True)
    territory = fields.link("kernel.Territory", _("territory"), help_text=_("Where its leads go."))
    by_country = models.BooleanField(
        _("by country"), default=False, help_text=_("Country routes come first; the territory takes the others.")
    )
    embed_on = models.JSONField(
        _("may be shown on"),
        default=list,
        blank=True,
        help_text=_("Web sites that may show the form inside a page, one a line: https://www.example.com"),
    )
    active = models.BooleanField(_("active"), default=True)

    key = ("code",)
    company_path = "company"
    scope_paths = {"territory": "territory"}

    class Meta:
        verbose_name, verbose_name_plural = _("lead form"), _("lead forms")
        ordering = ["code"]

    def __str__(self):
        return self.name

    def clean(self):
        from .. import forms

        forms.check_origins(self)

    def asked(self) -> dict[str, bool]:
        """{field: whether it must be filled} of what the form asks for."""
        return {name: getattr(self, name) == Asking.MUST for name in ASKED if getattr(self, name) != Asking.NO}


class LeadFormText(DocumentLine):
    """What a form says in one language."""

    document = models.ForeignKey(LeadForm, on_delete=models.CASCADE, related_name="lines", verbose_name=_("form"))
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    title = models.CharField(_("title"), max_length=120)
    intro = models.TextField(_("introduction"), blank=True)
    button = models.CharField(_("button"), max_length=40, blank=True)
    consent = models.TextField(
        _("consent"), blank=True, help_text=_("With a text here the visitor must agree; text and time are kept.")
    )
    thanks = models.TextField(_("thanks"), blank=True)

    class Meta(DocumentLine.Meta):
        verbose_name, verbose_name_plural = _("form text"), _("form texts")
        constraints = [models.UniqueConstraint(fields=["document", "language"], name="form_language_once")]

    def __str__(self):
        return self.title


class Outcome(models.TextChoices):
    LEAD = "lead", _("New lead")
    FOLLOW_UP = "follow_up", _("Follow-up")


class Submission(Entity):
    """What a visitor sent by a form, the consent given with it, and what became of it."""

    form = fields.link(LeadForm, _("form"), related_name="submissions")
    at = models.DateTimeField(_("at"))
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome)
    lead = fields.link(Lead, _("lead"), optional=True)
    party = fields.link("parties.Party", _("customer"), optional=True)
    language = models.CharField(_("language"), max_length=10)
    consent = models.TextField(_("consent"), blank=True)
    values = models.JSONField(_("sent"), default=dict)
    challenge = models.CharField(max_length=64, unique=True, editable=False)

    company_path = "form__company"
    scope_paths = {
        "own": ("lead__owner", "party__owner"),
        "territory": ("lead__territory", "party__territory"),
    }
    read_only = True
    unwritten = ("values",)

    class Meta:
        verbose_name, verbose_name_plural = _("form answer"), _("form answers")
        ordering = ["-at"]
        constraints = [
            models.CheckConstraint(
                name="submission_became_something", condition=Q(lead__isnull=False) | Q(party__isnull=False)
            )
        ]

    def __str__(self):
        return f"{self.form} {self.at:%Y-%m-%d %H:%M}"
