"""What the planner keeps: marks of what changed, the state of each company's plan, messages, firm proposals, load."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from mainspring.kernel import fields
from mainspring.kernel.models import Company, DocumentIdentity, Site
from mainspring.kernel.workflow import Input, Verb
from mainspring.modules.engineering.models import WorkCenter
from mainspring.modules.items.models import Item


class PlanMark(models.Model):
    """Something the plan depends on changed; written by triggers in the transaction of the change.

    item, site    keys; empty: any. They carry no foreign keys, so that a mark never waits for a row somebody holds
    is_structure  what the plan is built from changed (bills, routings, calendars, planning data), not only quantities
    """

    item = models.BigIntegerField(null=True, editable=False)
    site = models.BigIntegerField(null=True, editable=False)
    company = models.BigIntegerField(null=True, editable=False)
    is_structure = models.BooleanField(default=False, editable=False)
    marked_at = models.DateTimeField(_("marked at"), db_default=models.functions.Now(), editable=False)

    history = False
    read_only = True

    class Meta:
        verbose_name, verbose_name_plural = _("plan mark"), _("plan marks")
        ordering = ["id"]

    def __str__(self):
        return f"{self.item} @ {self.site}"


class PlanWording(models.Model):
    """An item at a site whose proposals wait to be told why they are there; no foreign keys, like marks.

    is_fresh  its exceptions are not worked out yet either; they come first
    """

    company = models.BigIntegerField(editable=False)
    item = models.BigIntegerField(editable=False)
    site = models.BigIntegerField(editable=False)
    is_fresh = models.BooleanField(default=False, editable=False)

    history = False
    read_only = True

    class Meta:
        verbose_name, verbose_name_plural = _("reason to be worded"), _("reasons to be worded")
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["company", "item", "site"], name="plan_wording_once")]

    def __str__(self):
        return f"{self.item} @ {self.site}"


class PlanState(models.Model):
    """How current the plan of a company is.

    version     counts the batches written; who holds the plan in memory knows by it whether another wrote
    planned_on  the business date the plan counts from
    current_at  the moment up to which every change is in the plan
    snapshot    names the file that holds the plan of `snapshot_of`, the version it was saved at
    """

    company = models.OneToOneField(
        Company, primary_key=True, on_delete=models.CASCADE, editable=False, related_name="plan_state"
    )
    version = models.BigIntegerField(default=0, editable=False)
    planned_on = models.DateField(_("planned on"), null=True, editable=False)
    current_at = models.DateTimeField(_("current at"), null=True, editable=False)
    nodes = models.PositiveIntegerField(_("items planned"), default=0, editable=False)
    seconds = models.FloatField(_("seconds"), default=0, editable=False)
    snapshot = models.UUIDField(null=True, editable=False)
    snapshot_of = models.BigIntegerField(null=True, editable=False)

    history = False
    read_only = True
    company_path = "company"

    class Meta:
        verbose_name, verbose_name_plural = _("state of the plan"), _("states of the plan")

    def __str__(self):
        return f"{self.company} {self.version}"


class PlanMessage(models.Model):
    """An exception of the plan: what needs a person, about which item and document, with the days that differ."""

    class Code(models.TextChoices):
        LATE = "late", _("Late")
        EXPEDITE = "expedite", _("Expedite")
        DEFER = "defer", _("Defer")
        CANCEL = "cancel", _("Cancel")
        OVERDUE_DEMAND = "overdue_demand", _("Demand overdue")
        OVERDUE_RECEIPT = "overdue_receipt", _("Receipt overdue")
        BELOW_SAFETY = "below_safety", _("Below safety stock")
        DATA = "data", _("Planning data")

    company = fields.link(Company, _("company"), editable=False, db_index=False)
    site = fields.link(Site, _("site"), editable=False, db_index=False)
    item = fields.link(Item, _("item"), editable=False, related_name="plan_messages")
    code = models.CharField(_("what to do"), max_length=16, choices=Code, editable=False)
    document = models.ForeignKey(
        DocumentIdentity,
        null=True,
        on_delete=models.CASCADE,
        editable=False,
        related_name="plan_messages",
        verbose_name=_("document"),
    )
    comes_on = models.DateField(_("comes on"), null=True, editable=False)
    needed_on = models.DateField(_("needed on"), null=True, editable=False)
    quantity = fields.QuantityField(_("quantity"), unit="item__unit", editable=False, default=0)
    note = models.CharField(_("note"), max_length=240, blank=True, editable=False)
    found_at = models.DateTimeField(_("found at"), auto_now_add=True, editable=False)

    history = False
    read_only = True
    company_path = "company"
    scope_paths = {"site": "site"}
    actions = (
        Verb(
            "follow",
            label=_("Do it"),
            ask=(
                Input("on", "date", _("Date"), required=False, help=_("Empty: the day the plan needs it.")),
                Input("why", "text", _("Reason"), required=False),
            ),
            help=_("Gives the document the day it is needed, or cancels it; who may not asks who can."),
        ),
    )

    class Meta:
        verbose_name, verbose_name_plural = _("plan exception"), _("plan exceptions")
        ordering = ["needed_on", "id"]
        indexes = [models.Index(fields=["company", "code", "needed_on"], name="plan_message_code")]

    def __str__(self):
        return f"{self.get_code_display()}: {self.item.code}"


class FirmProposal(models.Model):
    """A proposal a person stands for: the plan counts it as supply and leaves its quantity and dates alone."""

    identity = models.OneToOneField(
        DocumentIdentity,
        primary_key=True,
        on_delete=models.CASCADE,
        editable=False,
        related_name="+",
        verbose_name=_("proposal"),
    )
    company = fields.link(Company, _("company"), editable=False)
    why = models.CharField(_("reason"), max_length=240, blank=True)
    firmed_by = fields.link(settings.AUTH_USER_MODEL, _("firmed by"), null=True, editable=False, db_index=False)
    firmed_at = models.DateTimeField(_("firmed at"), db_default=models.functions.Now(), editable=False)

    history = False
    company_path = "company"

    class Meta:
        verbose_name, verbose_name_plural = _("firm proposal"), _("firm proposals")

    def __str__(self):
        return str(self.identity)


class CenterLoad(models.Model):
    """Standard hours planned orders ask of a work center in a week; those of confirmed orders are in the bookings."""

    work_center = fields.link(WorkCenter, _("work center"), editable=False, db_index=False)
    week = models.DateField(_("week"), editable=False)
    hours = models.DecimalField(_("hours"), max_digits=14, decimal_places=4, editable=False)

    history = False
    read_only = True
    company_path = "work_center__site__company"
    scope_paths = {"site": "work_center__site"}

    class Meta:
        verbose_name, verbose_name_plural = _("planned load"), _("planned load")
        ordering = ["work_center", "week"]
        constraints = [models.UniqueConstraint(fields=["work_center", "week"], name="center_load_once")]

    def __str__(self):
        return f"{self.work_center} {self.week}: {self.hours}"
