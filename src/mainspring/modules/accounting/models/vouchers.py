"""Journal vouchers: entries people write by hand."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from mainspring.kernel import fields
from mainspring.kernel.models.base import Document, DocumentLine
from mainspring.kernel.workflow import Input, Verb, Workflow


class Voucher(Document):
    """A journal entry written by hand; posting it makes the entry, reversing it makes the opposite one."""

    posted_on = models.DateField(_("posting date"))
    memo = models.CharField(_("text"), max_length=200, blank=True)
    total = fields.MoneyField(_("total"), editable=False)
    total_base = fields.MoneyField(_("total in base currency"), editable=False)

    number_format = "JV{year}-{seq:05}"
    workflow = Workflow(
        "draft",
        (
            Verb("post", "draft", "posted", label=_("Post")),
            Verb("cancel", "draft", "cancelled", label=_("Cancel"), danger=True),
            Verb(
                "reverse",
                "posted",
                "reversed",
                label=_("Reverse"),
                danger=True,
                ask=(Input("on", "date", _("Posting date"), initial=lambda record, ctx: ctx.business_date),),
            ),
        ),
        closed=("posted", "reversed", "cancelled"),
        colors={"posted": "green", "reversed": "red"},
        labels={"draft": _("Draft"), "posted": _("Posted"), "reversed": _("Reversed"), "cancelled": _("Cancelled")},
    )

    class Meta:
        verbose_name, verbose_name_plural = _("journal voucher"), _("journal vouchers")

    @property
    def numbering_date(self):
        return self.posted_on

    def prepare(self, ctx, lines=None):
        if lines is not None:
            self.total = self.total_base = sum((line.debit for line in lines), fields.Decimal(0))


class VoucherLine(DocumentLine):
    """A debit or a credit of a voucher, in base currency."""

    document = models.ForeignKey(Voucher, on_delete=models.CASCADE, related_name="lines", verbose_name=_("voucher"))
    account = fields.link("accounting.Account", _("account"))
    debit = fields.MoneyField(_("debit"))
    credit = fields.MoneyField(_("credit"))
    party = fields.link("parties.Party", _("party"), optional=True)
    department = fields.link("kernel.Department", _("department"), optional=True)
    memo = models.CharField(_("text"), max_length=200, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("voucher line"), _("voucher lines")
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(
                name="voucher_line_one_side",
                condition=models.Q(debit__gt=0, credit=0) | models.Q(debit=0, credit__gt=0),
                violation_error_message=_("A line is either a debit or a credit, above zero."),
            )
        ]
