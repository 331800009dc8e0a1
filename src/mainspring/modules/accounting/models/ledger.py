"""The ledger of money. Rows are only added; guards.py has the database refuse everything else."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from mainspring.kernel import fields
from mainspring.kernel.models.base import Document, DocumentLine
from mainspring.kernel.workflow import Input, Verb, Workflow


class Area(models.TextChoices):
    """Parts of the books that are locked one by one."""

    SALES = "sales", _("Sales")
    PURCHASE = "purchase", _("Purchasing")
    STOCK = "stock", _("Stock")
    TAX = "tax", _("Tax")
    GENERAL = "general", _("General")
    ALL = "all", _("All")


class JournalEntry(Document):
    """A balanced posting of one document; it is never changed, only reversed by another entry."""

    posted_on = models.DateField(_("posted on"), editable=False)
    area = models.CharField(_("area"), max_length=10, choices=Area, default=Area.GENERAL, editable=False)
    has_tax = models.BooleanField(_("has tax"), default=False, editable=False)
    memo = models.CharField(_("text"), max_length=200, blank=True, editable=False)
    origin = fields.link("kernel.DocumentIdentity", _("document"), null=True, related_name="postings", editable=False)
    reverses = models.OneToOneField(
        "self",
        null=True,
        on_delete=models.PROTECT,
        related_name="reversed_by",
        editable=False,
        verbose_name=_("reverses"),
    )
    total = fields.MoneyField(_("total"), editable=False)
    line_count = models.PositiveIntegerField(_("lines"), editable=False)

    number_format = "JE{year}-{seq:06}"
    gapless = True
    history = False
    workflow = Workflow(
        "posted",
        (
            Verb(
                "reverse",
                "posted",
                label=_("Reverse"),
                danger=True,
                help=_("Posts the opposite entry."),
                ask=(
                    Input("on", "date", _("Posting date"), initial=lambda record, ctx: ctx.business_date),
                    Input("reason", label=_("Reason"), required=False),
                ),
            ),
        ),
        editable=(),
        labels={"posted": _("Posted")},
        colors={"posted": "green"},
        closed=("posted",),
    )

    class Meta:
        verbose_name, verbose_name_plural = _("journal entry"), _("journal")
        indexes = [models.Index(fields=["company", "posted_on"], name="entry_company_day")]

    @property
    def numbering_date(self):
        return self.posted_on

    @property
    def total_base(self):
        return self.total


class JournalLine(DocumentLine):
    """One line of a journal entry: debit above zero, credit below, in base currency and in the document's.

    settles    the open item this line settles or revalues; an open item's own line has none
    open_item  the line is on a receivable, payable or prepayment account
    origin     the document that caused the line
    """

    document = fields.link(JournalEntry, _("journal entry"), related_name="lines", editable=False, db_constraint=False)
    company = fields.link("kernel.Company", _("company"), editable=False, db_index=False, db_constraint=False)
    posted_on = models.DateField(_("posted on"), editable=False)
    account = fields.link("accounting.Account", _("account"), related_name="lines", editable=False, db_index=False)
    amount = fields.MoneyField(_("amount"), editable=False)
    currency = fields.link("kernel.Currency", _("currency"), editable=False, db_index=False)
    currency_amount = fields.MoneyField(_("amount in currency"), currency="currency", editable=False)
    party = fields.link("parties.Party", _("party"), null=True, related_name="journal_lines", editable=False)
    item = fields.link("items.Item", _("item"), null=True, editable=False, db_index=False)
    site = fields.link("kernel.Site", _("site"), null=True, editable=False, db_index=False)
    department = fields.link("kernel.Department", _("department"), null=True, editable=False, db_index=False)
    tax_code = fields.link("accounting.TaxCode", _("tax code"), null=True, editable=False, db_index=False)
    due_on = models.DateField(pgettext_lazy("payment", "due on"), null=True, editable=False)
    settles = fields.link("self", _("settles"), null=True, related_name="settlements", editable=False, db_index=False)
    open_item = models.BooleanField(_("open item"), default=False, editable=False)
    origin = fields.link(
        "kernel.DocumentIdentity", _("origin"), null=True, editable=False, related_name="journal_lines"
    )
    memo = models.CharField(_("text"), max_length=200, blank=True, default="", editable=False)

    history = False
    company_path = "company"

    class Meta:
        verbose_name, verbose_name_plural = _("journal line"), _("journal lines")
        ordering = ["posted_on", "id"]
        indexes = [
            models.Index(fields=["company", "account", "posted_on"], name="line_account_day"),
            models.Index(Coalesce("settles_id", "id"), name="line_open_item", condition=Q(open_item=True)),
            models.Index(
                fields=["company", "tax_code", "posted_on"], name="line_tax_day", condition=Q(tax_code__isnull=False)
            ),
            models.Index(
                fields=["company", "item", "posted_on"], name="line_item_day", condition=Q(item__isnull=False)
            ),
        ]

    @property
    def entry(self):
        return self.document


class AccountTotal(models.Model):
    """What one statement added to an account on a posting day; rows of a day are merged by a job, never edited.

    The trial balance sums these instead of the lines, and no two writers ever wait for the same row.
    """

    company = fields.link("kernel.Company", db_index=False)
    account = fields.link("accounting.Account", db_index=False)
    posted_on = models.DateField()
    debit = models.DecimalField(max_digits=24, decimal_places=4)
    credit = models.DecimalField(max_digits=24, decimal_places=4)

    history = False
    company_path = "company"

    class Meta:
        verbose_name, verbose_name_plural = _("account total"), _("account totals")
        indexes = [models.Index(fields=["company", "account", "posted_on"], name="account_total_day")]
