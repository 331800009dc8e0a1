"""Locked periods, exceptions from them, and month-end revaluation of foreign balances."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from mainspring.kernel import fields
from mainspring.kernel.models.base import Document, DocumentLine, Entity
from mainspring.kernel.workflow import Verb, Workflow

from .ledger import Area


class LockDate(Entity):
    """Up to this day (not including it) nothing can be posted in an area of the company's books."""

    company = fields.link("kernel.Company", _("company"))
    area = models.CharField(_("area"), max_length=10, choices=Area, default=Area.ALL)
    locked_before = models.DateField(_("locked before"), help_text=_("The first day that is open."))

    key = ("company", "area")
    company_path = "company"

    class Meta:
        verbose_name, verbose_name_plural = _("period lock"), _("period locks")
        ordering = ["company", "area"]
        constraints = [models.UniqueConstraint(fields=["company", "area"], name="lock_once")]

    def __str__(self):
        return f"{self.get_area_display()} < {self.locked_before}"


class LockException(Entity):
    """One person may post into a locked period of an area until a moment, for a reason."""

    company = fields.link("kernel.Company", _("company"))
    area = models.CharField(_("area"), max_length=10, choices=Area, default=Area.ALL)
    user = fields.link(settings.AUTH_USER_MODEL, _("user"))
    opens_from = models.DateField(_("opens from"), help_text=_("Days before this one stay locked."))
    expires_at = models.DateTimeField(_("expires at"))
    reason = models.CharField(_("reason"), max_length=240)

    company_path = "company"

    class Meta:
        verbose_name, verbose_name_plural = _("lock exception"), _("lock exceptions")
        ordering = ["-expires_at"]

    def __str__(self):
        return f"{self.user}: {self.get_area_display()}"


class Revaluation(Document):
    """Open foreign balances at the closing rate of a day; the difference is reversed on the next day (M12)."""

    revalued_on = models.DateField(_("revalued on"))
    total = fields.MoneyField(_("total"), editable=False)
    total_base = fields.MoneyField(_("total in base currency"), editable=False)

    number_format = "FX{year}-{seq:04}"
    workflow = Workflow(
        "draft",
        (
            Verb(
                "post",
                "draft",
                "posted",
                label=_("Post"),
                help=_("Posts the difference and its reversal on the next day."),
            ),
            Verb("cancel", "draft", "cancelled", label=_("Cancel"), danger=True),
            Verb("reverse", "posted", "reversed", label=_("Reverse"), danger=True),
        ),
        closed=("posted", "reversed", "cancelled"),
        colors={"posted": "green", "reversed": "red"},
        labels={"draft": _("Draft"), "posted": _("Posted"), "reversed": _("Reversed"), "cancelled": _("Cancelled")},
    )

    class Meta:
        verbose_name, verbose_name_plural = _("revaluation"), _("revaluations")

    @property
    def numbering_date(self):
        return self.revalued_on


class RevaluationLine(DocumentLine):
    """One open item and what the closing rate changes its value by."""

    document = models.ForeignKey(
        Revaluation, on_delete=models.CASCADE, related_name="lines", verbose_name=_("revaluation")
    )
    open_line = fields.link("accounting.JournalLine", _("open item"), editable=False)
    currency = fields.link("kernel.Currency", _("currency"), editable=False)
    foreign = fields.MoneyField(_("open"), currency="currency", editable=False)
    carried = fields.MoneyField(_("carried at"), editable=False)
    rate = fields.RateField(_("rate"), editable=False)
    difference = fields.MoneyField(_("difference"), editable=False)

    class Meta:
        verbose_name, verbose_name_plural = _("revaluation line"), _("revaluation lines")
        ordering = ["position", "id"]
