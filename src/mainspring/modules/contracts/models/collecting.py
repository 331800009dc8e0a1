"""Collection plans: when which part of a contract is to be paid, and the money that came."""

from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from mainspring.kernel import fields
from mainspring.kernel.models import Document, DocumentLine
from mainspring.kernel.workflow import Verb, Workflow

from .contracts import Contract


class Due(models.TextChoices):
    DAY = "day", _("On a day")
    SIGNING = "signing", _("Signature")
    DELIVERY = "delivery", _("Delivery")
    ACCEPTANCE = "acceptance", _("Acceptance")


class Progress(models.TextChoices):
    WAITING = "waiting", _("Not due yet")
    OPEN = "open", _("Due now")
    PART = "part", _("Partly collected")
    DONE = "done", _("Collected")
    WRITTEN_OFF = "written_off", _("Written off")


class CollectionPlan(Document):
    """When which part of a contract is to be paid; its instalments never exceed the contract's value (K07)."""

    contract = models.OneToOneField(
        Contract, on_delete=models.PROTECT, related_name="collection_plan", verbose_name=_("contract")
    )
    party = fields.link("parties.Party", _("customer"), null=True, editable=False)
    currency = fields.link("kernel.Currency", _("currency"), null=True, editable=False)
    reason = models.CharField(
        _("reason for the change"), max_length=240, blank=True, help_text=_("Why an agreed plan changes.")
    )
    note = models.TextField(_("note"), blank=True, help_text=_("Printed on the paper for the partner."))
    planned = fields.MoneyField(_("planned"), currency="currency", editable=False)
    reminders = models.PositiveSmallIntegerField(_("letters sent"), default=0, editable=False)
    reminded_on = models.DateField(_("last letter on"), null=True, editable=False)

    fixed = ("contract",)
    number_format = "CP{year}-{seq:05}"
    scope_paths = {
        "own": "contract__owner",
        "team": "contract__owner__department",
        "territory": "contract__territory",
        "party": "party",
    }
    workflow = Workflow(
        "draft",
        (
            Verb("agree", "draft", "agreed", label=_("Agree"), help=_("The instalments are expected from now on.")),
            Verb(
                "write_customer",
                "agreed",
                "",
                label=_("Remind customer"),
                help=_("Notes that a reminder goes out for what is overdue; print it as “Payment reminder”."),
            ),
            Verb("reopen", "agreed", "draft", label=_("Back to draft"), help=_("Nothing is expected by it meanwhile.")),
        ),
        editable=("draft", "agreed"),
        closed=(),
        labels={"draft": _("Draft"), "agreed": _("Agreed")},
        colors={"agreed": "green"},
    )

    class Meta:
        verbose_name, verbose_name_plural = _("collection plan"), _("collection plans")

    @property
    def is_agreed(self) -> bool:
        """Whether a change of the plan is a change of what was agreed; approval rules ask it."""
        return self.state == "agreed"

    def prepare(self, ctx, lines=None):
        from .. import preparing

        preparing.plan(self, ctx, lines)


class Instalment(DocumentLine):
    """A part of a contract that is to be paid by a day, and what came in for it."""

    document = models.ForeignKey(
        CollectionPlan, on_delete=models.CASCADE, related_name="lines", verbose_name=_("collection plan")
    )
    name = models.CharField(_("name"), max_length=120, blank=True)
    due = models.CharField(_("due by"), max_length=10, choices=Due, default=Due.DAY)
    days = models.PositiveSmallIntegerField(_("days after"), default=0)
    planned_on = models.DateField(
        _("expected on"), null=True, blank=True, help_text=_("The day itself, or when the event is expected.")
    )
    percent = fields.PercentField(_("percent"), null=True, blank=True, default=None)
    amount = fields.MoneyField(_("amount"), currency="document__currency", blank=True)
    due_on = models.DateField(_("due on"), null=True, editable=False, db_index=True)
    requested = fields.MoneyField(_("requested"), currency="document__currency", editable=False)
    invoiced = fields.MoneyField(_("invoiced"), currency="document__currency", editable=False)
    collected = fields.MoneyField(_("collected"), currency="document__currency", editable=False)
    written_off = fields.MoneyField(_("written off"), currency="document__currency", editable=False)
    open_amount = fields.MoneyField(_("open"), currency="document__currency", editable=False)
    open_base = fields.MoneyField(_("open in base currency"), editable=False)
    status = models.CharField(
        _("status"), max_length=12, choices=Progress, default=Progress.WAITING, editable=False, db_index=True
    )

    company_path = "document__company"
    scope_paths = {
        "own": "document__contract__owner",
        "team": "document__contract__owner__department",
        "territory": "document__contract__territory",
        "party": "document__party",
    }

    class Meta(DocumentLine.Meta):
        verbose_name, verbose_name_plural = _("instalment"), _("instalments")
        constraints = [
            models.CheckConstraint(
                name="instalment_above_zero",
                condition=Q(amount__gt=0),
                violation_error_message=_("The amount must be above zero."),
            ),
            models.CheckConstraint(
                name="instalment_percent",
                condition=Q(percent__isnull=True) | Q(percent__gt=0, percent__lte=100),
                violation_error_message=_("A share is above 0 and up to 100 percent."),
            ),
        ]

    def __str__(self):
        return self.name or f"{self.position}"

    @property
    def left_to_request(self) -> Decimal:
        """What no invoice and no open request covers."""
        return max(self.amount - self.written_off - self.requested - self.invoiced, Decimal(0))


class ReceiptMatch(models.Model):
    """Money received before its invoice, set aside for a contract or for one of its instalments."""

    payment = fields.link("accounting.Payment", _("payment"), related_name="contract_matches", editable=False)
    contract = fields.link(Contract, _("contract"), related_name="receipt_matches", editable=False)
    instalment = fields.link(Instalment, _("instalment"), null=True, editable=False)
    amount = fields.MoneyField(_("amount"), currency="payment__currency", editable=False)

    company_path = "contract__company"
    history = True

    class Meta:
        verbose_name, verbose_name_plural = _("matched receipt"), _("matched receipts")
        constraints = [
            models.UniqueConstraint(
                fields=["payment", "contract", "instalment"], name="receipt_matched_once", nulls_distinct=False
            ),
            models.CheckConstraint(name="receipt_match_above_zero", condition=Q(amount__gt=0)),
        ]

    def __str__(self):
        return f"{self.payment} {self.amount}"


class CollectedPart(models.Model):
    """What of a payment fills an instalment; worked out anew whenever payments, invoices or the plan change."""

    instalment = models.ForeignKey(
        Instalment, on_delete=models.CASCADE, related_name="parts", verbose_name=_("instalment")
    )
    payment = fields.link("accounting.Payment", _("payment"), editable=False)
    invoice = fields.link("accounting.Invoice", _("invoice"), null=True, editable=False)
    amount = fields.MoneyField(_("amount"), currency="payment__currency", editable=False)

    company_path = "instalment__document__company"
    scope_paths = {
        "own": "instalment__document__contract__owner",
        "team": "instalment__document__contract__owner__department",
        "territory": "instalment__document__contract__territory",
    }
    history = False

    class Meta:
        verbose_name, verbose_name_plural = _("collected part"), _("collected parts")
        ordering = ["instalment", "id"]

    def __str__(self):
        return f"{self.payment} {self.amount}"


class InstalmentReminder(models.Model):
    """That the owner of a contract was told of an instalment, once for each step."""

    instalment = models.ForeignKey(Instalment, on_delete=models.CASCADE, related_name="reminders")
    due_on = models.DateField(_("due on"))
    step = models.SmallIntegerField(_("days after the due day"))
    sent_on = models.DateField(_("sent on"))

    company_path = "instalment__document__company"
    history = False

    class Meta:
        verbose_name, verbose_name_plural = _("reminder of an instalment"), _("reminders of instalments")
        constraints = [
            models.UniqueConstraint(fields=["instalment", "due_on", "step"], name="instalment_reminded_once"),
        ]

    def __str__(self):
        return f"{self.instalment} {self.step}"
