"""Units, exchange rates and working calendars; companies, sites and people are tables of the kernel."""

from fractions import Fraction

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from mainspring.engines.problem import InvalidProblem
from mainspring.kernel import fields, remembered
from mainspring.kernel.models import Currency, DocumentLine, Entity, Site
from mainspring.kernel.plugin_points import PluginPoint
from mainspring.kernel.workflow import Input, Verb

unit_in_use = PluginPoint("organization.unit_in_use", many=True)
"""Called with a unit; each answer names what uses it ("items"), or is empty."""

WEEKDAYS = [
    (0, _("Monday")),
    (1, _("Tuesday")),
    (2, _("Wednesday")),
    (3, _("Thursday")),
    (4, _("Friday")),
    (5, _("Saturday")),
    (6, _("Sunday")),
]


@remembered.keep()
class UnitCategory(Entity):
    """A dimension, such as weight or length; units convert only within one dimension."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=60)

    key = ("code",)

    class Meta:
        verbose_name, verbose_name_plural = _("unit category"), _("unit categories")
        ordering = ["code"]

    def __str__(self):
        return self.name


@remembered.keep("category")
class Unit(Entity):
    """A unit of measure; one of it is numerator / denominator reference units of its category, exactly (rule I20)."""

    code = models.CharField(_("code"), max_length=12, unique=True)
    name = models.CharField(_("name"), max_length=60)
    category = fields.link(UnitCategory, _("category"), related_name="units")
    numerator = models.BigIntegerField(_("numerator"), default=1)
    denominator = models.BigIntegerField(_("denominator"), default=1)
    digits = models.PositiveSmallIntegerField(
        _("digits"), default=0, help_text=_("Decimal places a quantity may have; 0 for pieces.")
    )
    standard_code = models.CharField(
        _("standard code"),
        max_length=3,
        blank=True,
        help_text=_("UN/ECE Recommendation 20, used in electronic documents: C62, KGM."),
    )
    active = models.BooleanField(_("active"), default=True)

    key = ("code",)

    class Meta:
        verbose_name, verbose_name_plural = _("unit"), _("units")
        ordering = ["category", "code"]
        constraints = [
            models.CheckConstraint(
                name="unit_factor_positive",
                condition=Q(numerator__gt=0, denominator__gt=0),
                violation_error_message=_("The factor of a unit must be above zero."),
            ),
            models.CheckConstraint(
                name="unit_digits_range",
                condition=Q(digits__lte=6),
                violation_error_message=_("A unit has at most 6 digits."),
            ),
        ]

    def __str__(self):
        return self.code

    @property
    def factor(self) -> Fraction:
        """Reference units in one of this unit, exact."""
        return Fraction(self.numerator, self.denominator)

    def clean(self):
        """What a quantity means must not change under it (rules I20, I22)."""
        stored = Unit.objects.filter(pk=self.pk).first() if self.pk else None
        if stored is None or (stored.factor, stored.category_id) == (self.factor_or_none, self.category_id):
            return
        if uses := [str(use) for use in unit_in_use(self) if use]:
            raise ValidationError(
                {
                    "numerator" if stored.category_id == self.category_id else "category": _(
                        "%(unit)s is used by: %(uses)s. Add another unit instead of changing this one."
                    )
                    % {"unit": self.code, "uses": ", ".join(uses)}
                },
                code="in_use",
            )

    @property
    def factor_or_none(self) -> Fraction | None:
        return self.factor if self.denominator else None


class ExchangeRate(Entity):
    """What one unit of a currency is worth in another from a day on; its inverse is never stored (M17)."""

    from_currency = fields.link(Currency, _("from"))
    to_currency = fields.link(Currency, _("to"))
    valid_on = models.DateField(_("valid on"))
    rate = fields.RateField(_("rate"))
    source = models.CharField(_("source"), max_length=40, blank=True)

    key = ("from_currency", "to_currency", "valid_on")

    class Meta:
        verbose_name, verbose_name_plural = _("exchange rate"), _("exchange rates")
        ordering = ["-valid_on", "from_currency", "to_currency"]
        constraints = [
            models.UniqueConstraint(fields=["from_currency", "to_currency", "valid_on"], name="exchange_rate_once"),
            models.CheckConstraint(
                name="exchange_rate_positive",
                condition=Q(rate__gt=0),
                violation_error_message=_("A rate must be above zero."),
            ),
            models.CheckConstraint(
                name="exchange_rate_two_currencies",
                condition=~Q(from_currency=F("to_currency")),
                violation_error_message=_("A rate needs two different currencies."),
            ),
        ]

    def __str__(self):
        return f"{self.from_currency_id}/{self.to_currency_id} {self.valid_on}"


class WorkCalendar(Entity):
    """The working time of a plant, work center, supplier or carrier: weekly shifts and dated exceptions."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=80)
    country = models.CharField(
        _("country"),
        max_length=2,
        blank=True,
        help_text=_("Country whose public holidays are taken over, e.g. LT or CN."),
    )
    active = models.BooleanField(_("active"), default=True)

    key = ("code",)
    actions = (
        Verb(
            "import_holidays",
            label=_("Import public holidays"),
            ask=(Input("year", "integer", _("Year"), initial=lambda record, ctx: ctx.business_date.year),),
            help=_("Closes the country's public holidays and opens the days worked instead."),
        ),
    )

    class Meta:
        verbose_name, verbose_name_plural = _("working calendar"), _("working calendars")
        ordering = ["code"]

    def __str__(self):
        return self.name

    def prepare(self, ctx, lines=None):
        from . import queries

        self.country = (self.country or "").upper()
        try:
            if lines is not None and all(None not in (s.weekday, s.starts_at, s.ends_at) for s in lines):
                queries.as_engine(self.code, lines)
        except (InvalidProblem, IndexError):
            raise ValidationError({"lines": _("The shifts of a day must not overlap.")}, code="overlap") from None


class CalendarShift(DocumentLine):
    """A span of work on one weekday; an end at or before the start means the next morning."""

    document = models.ForeignKey(WorkCalendar, on_delete=models.CASCADE, related_name="lines")
    weekday = models.PositiveSmallIntegerField(_("weekday"), choices=WEEKDAYS)
    starts_at = models.TimeField(_("starts at"))
    ends_at = models.TimeField(_("ends at"))

    class Meta(DocumentLine.Meta):
        verbose_name, verbose_name_plural = _("shift"), _("shifts")
        constraints = [models.CheckConstraint(name="shift_weekday", condition=Q(weekday__lte=6))]

    def __str__(self):
        return f"{self.get_weekday_display()} {self.starts_at:%H:%M}–{self.ends_at:%H:%M}"


class CalendarException(Entity):
    """A day that differs from the week: a holiday that is closed, or a make-up day that is worked."""

    calendar = models.ForeignKey(
        WorkCalendar, on_delete=models.CASCADE, related_name="exceptions", verbose_name=_("calendar")
    )
    on_date = models.DateField(_("date"))
    name = models.CharField(_("name"), max_length=120, blank=True)
    is_working = models.BooleanField(_("is worked"), default=False)
    starts_at = models.TimeField(
        _("starts at"),
        null=True,
        blank=True,
        help_text=_("Empty: a worked day follows the first working day of the week."),
    )
    ends_at = models.TimeField(_("ends at"), null=True, blank=True)
    is_holiday = models.BooleanField(_("public holiday"), default=False, editable=False)

    key = ("calendar", "on_date")

    class Meta:
        verbose_name, verbose_name_plural = _("calendar exception"), _("calendar exceptions")
        ordering = ["on_date"]
        constraints = [models.UniqueConstraint(fields=["calendar", "on_date"], name="calendar_exception_once")]

    def __str__(self):
        return f"{self.on_date} {self.name}"

    def clean(self):
        if (self.starts_at is None) != (self.ends_at is None):
            raise ValidationError({"ends_at": _("Give both the start and the end, or neither.")})


class SiteCalendar(Entity):
    """The calendar a site works by."""

    site = models.OneToOneField(Site, on_delete=models.CASCADE, related_name="working_calendar", verbose_name=_("site"))
    calendar = fields.link(WorkCalendar, _("calendar"))

    key = ("site",)
    company_path = "site__company"
    scope_paths = {"site": "site"}

    class Meta:
        verbose_name, verbose_name_plural = _("site calendar"), _("site calendars")

    def __str__(self):
        return f"{self.site}: {self.calendar}"
