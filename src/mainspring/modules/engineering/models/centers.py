"""What work is done with: work centers, their machines and people, skills and tools."""

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from mainspring.engines.calendar import working
from mainspring.kernel import fields
from mainspring.kernel.models import Company, Department, Entity, Site
from mainspring.modules.items.models import Item
from mainspring.modules.organization import queries as organization
from mainspring.modules.organization.models import WorkCalendar
from mainspring.modules.parties.models import Party

from .versions import same


class WorkCenter(Entity):
    """A machine, line or group of people; as many as its size work at once, by its calendar."""

    site = fields.link(Site, _("site"))
    code = models.CharField(_("code"), max_length=20)
    name = models.CharField(_("name"), max_length=120)
    department = fields.link(
        Department, _("department"), optional=True, help_text=_("Whose task list its work stands on.")
    )
    calendar = fields.link(WorkCalendar, _("calendar"))
    size = models.PositiveSmallIntegerField(
        pgettext_lazy("capacity", "size"), default=1, help_text=_("Machines or people working at once.")
    )
    efficiency_pct = fields.PercentField(_("efficiency"), default=100)
    hourly_cost = fields.MoneyField(_("hourly cost"), currency="site__company__base_currency")
    machine_hourly_cost = fields.MoneyField(
        _("of it for machines"),
        currency="site__company__base_currency",
        help_text=_("The rest of the hourly cost, less the overhead, is labour."),
    )
    overhead_hourly_cost = fields.MoneyField(_("of it for overhead"), currency="site__company__base_currency")
    active = models.BooleanField(_("active"), default=True)

    key = ("site", "code")
    company_path = "site__company"
    scope_paths = {"site": "site", "team": "department"}

    class Meta:
        verbose_name, verbose_name_plural = _("work center"), _("work centers")
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(fields=["site", "code"], name="work_center_code_once"),
            models.CheckConstraint(
                name="work_center_positive",
                condition=Q(size__gte=1, efficiency_pct__gt=0),
                violation_error_message=_("Size and efficiency must be above zero."),
            ),
            models.CheckConstraint(
                name="work_center_cost",
                condition=Q(hourly_cost__gte=0, machine_hourly_cost__gte=0, overhead_hourly_cost__gte=0),
                violation_error_message=_("A cost cannot be negative."),
            ),
            models.CheckConstraint(
                name="work_center_cost_parts",
                condition=Q(hourly_cost__gte=F("machine_hourly_cost") + F("overhead_hourly_cost")),
                violation_error_message=_("Machine and overhead are parts of the hourly cost, not beside it."),
            ),
        ]

    def __str__(self):
        return f"{self.code} {self.name}"

    def clean(self):
        """Its department is one of its own company."""
        if self.site_id and self.department_id and self.department.company_id != self.site.company_id:
            raise ValidationError(
                {"department": _("%(department)s belongs to another company.") % {"department": self.department}}
            )


class CapacityChange(Entity):
    """For a time a work center has other shifts, another size or another efficiency than usual (CAP-01).

    Days are [starts_on, ends_on); what is left empty is as usual. Overtime is a change to a calendar with longer days.
    """

    work_center = fields.link(WorkCenter, _("work center"), related_name="capacity_changes")
    starts_on = models.DateField(pgettext_lazy("day", "from"))
    ends_on = models.DateField(
        _("until"), null=True, blank=True, help_text=_("The first day it is as usual again; empty: from then on.")
    )
    calendar = fields.link(
        WorkCalendar, _("calendar"), optional=True, help_text=_("Other shifts or overtime; empty: as usual.")
    )
    size = models.PositiveSmallIntegerField(
        pgettext_lazy("capacity", "size"), null=True, blank=True,
        help_text=_("Working at once; empty: as usual. Where machines are named, they are the size."),
    )  # fmt: skip
    efficiency_pct = fields.PercentField(
        _("efficiency"), null=True, blank=True, default=None, help_text=_("Empty: as usual.")
    )
    reason = models.CharField(_("reason"), max_length=120)

    key = ("work_center", "starts_on")
    company_path = "work_center__site__company"
    scope_paths = {"site": "work_center__site", "team": "work_center__department"}

    class Meta:
        verbose_name, verbose_name_plural = _("change of capacity"), _("changes of capacity")
        ordering = ["-starts_on", "work_center"]
        constraints = [
            models.CheckConstraint(
                name="capacity_change_ends_later",
                condition=Q(ends_on__isnull=True) | Q(ends_on__gt=F("starts_on")),
                violation_error_message=_("It must end after it starts."),
            ),
            models.CheckConstraint(
                name="capacity_change_efficiency",
                condition=Q(efficiency_pct__isnull=True) | Q(efficiency_pct__gt=0, efficiency_pct__lte=1000),
                violation_error_message=_("An efficiency is above 0 and at most 1,000 percent."),
            ),
            models.CheckConstraint(
                name="capacity_change_says_something",
                condition=Q(calendar__isnull=False) | Q(size__isnull=False) | Q(efficiency_pct__isnull=False),
                violation_error_message=_("Say what changes: the calendar, the size or the efficiency."),
            ),
            ExclusionConstraint(
                name="capacity_change_once_a_day",
                violation_error_message=_("Another change of this work center holds on some of these days."),
                expressions=[
                    (same(F("work_center")), "&&"),
                    (Func(F("starts_on"), F("ends_on"), function="daterange"), "&&"),
                ],
            ),
        ]

    def __str__(self):
        return f"{self.work_center.code} {self.starts_on}"


class SupplierCapacity(Entity):
    """How much a supplier can deliver of an item, or do of a service, in a week; days are [starts_on, ends_on)."""

    company = fields.link(Company, _("company"), editable=False)
    supplier = fields.link(Party, _("supplier"), related_name="+", limit_choices_to={"is_supplier": True})
    item = fields.link(Item, _("item"), related_name="+")
    weekly_quantity = fields.QuantityField(_("a week"), unit="item__unit", help_text=_("In the stocking unit."))
    starts_on = models.DateField(pgettext_lazy("day", "from"))
    ends_on = models.DateField(_("until"), null=True, blank=True, help_text=_("The first day it no longer holds."))
    note = models.CharField(_("note"), max_length=200, blank=True)

    key = ("company", "supplier", "item", "starts_on")
    company_path = "company"

    class Meta:
        verbose_name, verbose_name_plural = _("capacity of a supplier"), _("capacities of suppliers")
        ordering = ["supplier", "item", "starts_on"]
        constraints = [
            models.CheckConstraint(
                name="supplier_capacity_quantity",
                condition=Q(weekly_quantity__gte=0),
                violation_error_message=_("A quantity cannot be negative."),
            ),
            models.CheckConstraint(
                name="supplier_capacity_ends_later",
                condition=Q(ends_on__isnull=True) | Q(ends_on__gt=F("starts_on")),
                violation_error_message=_("It must end after it starts."),
            ),
            ExclusionConstraint(
                name="supplier_capacity_once_a_day",
                violation_error_message=_("The supplier's capacity for this item is given for some of these days."),
                expressions=[
                    (same(F("company")), "&&"),
                    (same(F("supplier")), "&&"),
                    (same(F("item")), "&&"),
                    (Func(F("starts_on"), F("ends_on"), function="daterange"), "&&"),
                ],
            ),
        ]

    def __str__(self):
        return f"{self.supplier} · {self.item.code}"

    def prepare(self, ctx, lines=None):
        if not self.company_id:
            self.company_id = ctx.company_id


class OfCenter(Entity):
    """Base of what belongs to a work center and may have working time of its own within the center's."""

    work_center = fields.link(WorkCenter, _("work center"), related_name="%(class)ss")
    calendar = fields.link(
        WorkCalendar, _("calendar"), optional=True, help_text=_("Empty: that of the work center. It counts within it.")
    )

    company_path = "work_center__site__company"
    scope_paths = {"site": "work_center__site"}

    class Meta:
        abstract = True

    def clean(self):
        """Without one common open hour there would be no work at all (C10)."""
        if not (self.work_center_id and self.calendar_id):
            return
        own, center = organization.calendar_days(self.calendar), organization.calendar_days(self.work_center.calendar)
        if not any(working.intersect("both", [own, center]).weekly):
            raise ValidationError(
                {
                    "calendar": _("%(own)s and %(center)s of %(work_center)s have no open hour in common.")
                    % {"own": self.calendar, "center": self.work_center.calendar, "work_center": self.work_center}
                }
            )


class Machine(OfCenter):
    """A machine of a work center; where machines are named, they are the size of the work center."""

    code = models.CharField(_("code"), max_length=20)
    name = models.CharField(_("name"), max_length=120)
    active = models.BooleanField(_("active"), default=True)

    key = ("work_center", "code")

    class Meta:
        verbose_name, verbose_name_plural = _("machine"), _("machines")
        ordering = ["code"]
        constraints = [models.UniqueConstraint(fields=["work_center", "code"], name="machine_code_once")]

    def __str__(self):
        return f"{self.code} {self.name}"


class Downtime(Entity):
    """A machine stands still: repair, maintenance, breakdown; its capacity is gone on these days."""

    machine = fields.link(Machine, _("machine"), related_name="downtimes")
    starts_on = models.DateField(pgettext_lazy("day", "from"))
    ends_on = models.DateField(_("until"), help_text=_("The first day it runs again."))
    reason = models.CharField(_("reason"), max_length=120)

    company_path = "machine__work_center__site__company"
    scope_paths = {"site": "machine__work_center__site"}

    class Meta:
        verbose_name, verbose_name_plural = _("downtime"), _("downtimes")
        ordering = ["-starts_on"]
        constraints = [
            models.CheckConstraint(
                name="downtime_ends_later",
                condition=Q(ends_on__gt=F("starts_on")),
                violation_error_message=_("It must end after it starts."),
            )
        ]

    def __str__(self):
        return f"{self.machine.code} {self.starts_on}"


class Skill(Entity):
    """Something a person must be able to do before an operation is given to them."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=120)

    key = ("code",)

    class Meta:
        verbose_name, verbose_name_plural = _("skill"), _("skills")
        ordering = ["code"]

    def __str__(self):
        return self.name


class PersonSkill(Entity):
    """A person has a skill, perhaps only until a certificate ends."""

    person = fields.link(settings.AUTH_USER_MODEL, _("person"), related_name="skills")
    skill = fields.link(Skill, _("skill"), related_name="people")
    valid_to = models.DateField(_("valid to"), null=True, blank=True, help_text=_("The first day it no longer holds."))

    key = ("person", "skill")

    class Meta:
        verbose_name, verbose_name_plural = _("skill of a person"), _("skills of people")
        ordering = ["person", "skill"]
        constraints = [models.UniqueConstraint(fields=["person", "skill"], name="person_skill_once")]

    def __str__(self):
        return f"{self.person} · {self.skill}"


class Operator(OfCenter):
    """A person who works at a work center; where people are named, no more work at once than are present."""

    person = fields.link(settings.AUTH_USER_MODEL, _("person"), related_name="work_centers")

    key = ("work_center", "person")

    class Meta:
        verbose_name, verbose_name_plural = _("operator"), _("operators")
        ordering = ["work_center", "person"]
        constraints = [models.UniqueConstraint(fields=["work_center", "person"], name="operator_once")]

    def __str__(self):
        return f"{self.person} · {self.work_center.code}"


class Tool(Entity):
    """A tool, jig or mould an operation needs; as many operations as there are pieces can use it at once."""

    site = fields.link(Site, _("site"))
    code = models.CharField(_("code"), max_length=20)
    name = models.CharField(_("name"), max_length=120)
    pieces = models.PositiveSmallIntegerField(_("pieces"), default=1)
    active = models.BooleanField(_("active"), default=True)

    key = ("site", "code")
    company_path = "site__company"
    scope_paths = {"site": "site"}

    class Meta:
        verbose_name, verbose_name_plural = _("tool"), _("tools")
        ordering = ["code"]
        constraints = [models.UniqueConstraint(fields=["site", "code"], name="tool_code_once")]

    def __str__(self):
        return f"{self.code} {self.name}"
