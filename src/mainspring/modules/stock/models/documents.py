"""Documents of the warehouse itself: adjustment and scrap, transfer between sites, stock count."""

from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from mainspring.kernel import fields
from mainspring.kernel.models.base import Document, DocumentLine
from mainspring.kernel.workflow import Verb, Workflow

STATES = {
    "draft": _("Draft"),
    "posted": _("Posted"),
    "cancelled": _("Cancelled"),
    "confirmed": _("Confirmed"),
    "in_transit": _("In transit"),
    "received": _("Received"),
}
COLORS = {"posted": "green", "received": "green", "confirmed": "blue", "in_transit": "amber"}


class StockAdjustment(Document):
    """Goods found, lost or thrown away, with the reason; opening stock comes in this way, too."""

    class Kind(models.TextChoices):
        ADJUST = "adjust", _("Adjustment")
        SCRAP = "scrap", _("Scrap")

    kind = models.CharField(_("kind"), max_length=8, choices=Kind, default=Kind.ADJUST)
    site = fields.link("kernel.Site", _("site"))
    adjusted_on = models.DateField(_("date"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=240)
    total = fields.MoneyField(_("total"), editable=False)
    total_base = fields.MoneyField(_("total in base currency"), editable=False)

    number_format = "ADJ{year}-{seq:05}"
    scope_paths = {"site": "site", "own": "created_by"}
    workflow = Workflow(
        "draft",
        (
            Verb("post", "draft", "posted", label=_("Post")),
            Verb("cancel", "draft", "cancelled", label=_("Cancel"), danger=True),
        ),
        closed=("posted", "cancelled"),
        labels=STATES,
        colors=COLORS,
    )

    class Meta:
        verbose_name, verbose_name_plural = _("stock adjustment"), _("stock adjustments")

    @property
    def numbering_date(self):
        return self.adjusted_on

    def prepare(self, ctx, lines=None):
        from .. import preparing

        preparing.adjustment(self, ctx, lines)


class StockAdjustmentLine(DocumentLine):
    """An item in a place: above zero it is added, below zero taken away; scrap is always taken away."""

    document = models.ForeignKey(
        StockAdjustment, on_delete=models.CASCADE, related_name="lines", verbose_name=_("stock adjustment")
    )
    item = fields.link("items.Item", _("item"))
    location = fields.link("stock.Location", _("location"), optional=True)
    quantity = fields.QuantityField(_("quantity"), unit="item__unit")
    unit_cost = fields.PriceField(
        _("unit cost"),
        null=True,
        blank=True,
        default=None,
        help_text=_("For goods added; empty means the current cost."),
    )

    class Meta:
        verbose_name, verbose_name_plural = _("adjustment line"), _("adjustment lines")
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(
                name="adjustment_not_zero",
                condition=~Q(quantity=0),
                violation_error_message=_("The quantity must not be zero."),
            ),
            models.CheckConstraint(
                name="adjustment_cost",
                condition=Q(unit_cost__isnull=True) | Q(unit_cost__gte=0),
                violation_error_message=_("A cost cannot be negative."),
            ),
        ]


class Transfer(Document):
    """Goods sent from one site to another; between leaving and arriving they are in transit, still ours and valued."""

    from_site = fields.link("kernel.Site", _("from site"))
    to_site = fields.link("kernel.Site", _("to site"))
    ship_on = models.DateField(_("ship on"), null=True, blank=True)
    receive_on = models.DateField(_("receive on"), null=True, blank=True)
    reference = models.CharField(_("reference"), max_length=80, blank=True)

    number_format = "TR{year}-{seq:05}"
    scope_paths = {"site": ("from_site", "to_site"), "own": "created_by"}
    workflow = Workflow(
        "draft",
        (
            Verb("confirm", "draft", "confirmed", label=_("Confirm"), help=_("Both sites count on it.")),
            Verb("ship", ("draft", "confirmed"), "in_transit", label=_("Ship")),
            Verb("receive", "in_transit", "received", label=_("Receive")),
            Verb("cancel", ("draft", "confirmed"), "cancelled", label=_("Cancel"), danger=True),
        ),
        closed=("received", "cancelled"),
        labels=STATES,
        colors=COLORS,
    )

    class Meta:
        verbose_name, verbose_name_plural = _("stock transfer"), _("stock transfers")
        constraints = [
            models.CheckConstraint(
                name="transfer_goes_somewhere",
                condition=~Q(from_site=F("to_site")),
                violation_error_message=_("Goods must go to another site."),
            )
        ]

    @property
    def numbering_date(self):
        return self.ship_on

    def prepare(self, ctx, lines=None):
        self.ship_on = self.ship_on or ctx.business_date
        self.receive_on = self.receive_on or self.ship_on


class TransferLine(DocumentLine):
    """An item and how much of it is transferred."""

    document = models.ForeignKey(
        Transfer, on_delete=models.CASCADE, related_name="lines", verbose_name=_("stock transfer")
    )
    item = fields.link("items.Item", _("item"))
    quantity = fields.QuantityField(_("quantity"), unit="item__unit")
    needed_for = models.ForeignKey(
        "kernel.DocumentIdentity", null=True, blank=True, editable=False, on_delete=models.SET_NULL, related_name="+",
        verbose_name=_("needed for"),
    )  # fmt: skip
    kept_for = models.ForeignKey(
        "kernel.DocumentIdentity", null=True, blank=True, editable=False, on_delete=models.SET_NULL, related_name="+",
        verbose_name=_("kept for"),
    )  # fmt: skip

    class Meta:
        verbose_name, verbose_name_plural = _("transfer line"), _("transfer lines")
        ordering = ["position", "id"]
        constraints = [fields.above_zero("transfer_line_above_zero")]


class StockCount(Document):
    """A count of what really lies in a site; each line keeps what the books said at the moment it was counted (I17)."""

    site = fields.link("kernel.Site", _("site"))
    counted_on = models.DateField(_("counted on"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=240, blank=True)

    number_format = "SC{year}-{seq:05}"
    scope_paths = {"site": "site", "own": "created_by"}
    workflow = Workflow(
        "draft",
        (
            Verb(
                "post", "draft", "posted", label=_("Post"), help=_("Books the differences; lines without one are kept.")
            ),
            Verb("cancel", "draft", "cancelled", label=_("Cancel"), danger=True),
        ),
        closed=("posted", "cancelled"),
        labels=STATES,
        colors=COLORS,
    )

    class Meta:
        verbose_name, verbose_name_plural = _("stock count"), _("stock counts")

    @property
    def numbering_date(self):
        return self.counted_on

    def prepare(self, ctx, lines=None):
        from .. import preparing

        preparing.count(self, ctx, lines)


class StockCountLine(DocumentLine):
    """An item in a place: what was counted, what the books said then, and the difference."""

    document = models.ForeignKey(
        StockCount, on_delete=models.CASCADE, related_name="lines", verbose_name=_("stock count")
    )
    item = fields.link("items.Item", _("item"))
    location = fields.link("stock.Location", _("location"), optional=True)
    counted_quantity = fields.QuantityField(_("counted"), unit="item__unit", null=True, blank=True, default=None)
    book_quantity = fields.QuantityField(_("in the books"), unit="item__unit", null=True, default=None, editable=False)
    counted_at = models.DateTimeField(_("counted at"), null=True, editable=False)

    class Meta:
        verbose_name, verbose_name_plural = _("count line"), _("count lines")
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(
                name="count_not_negative",
                condition=Q(counted_quantity__isnull=True) | Q(counted_quantity__gte=0),
                violation_error_message=_("The quantity must not be below zero."),
            )
        ]

    @property
    def difference(self) -> Decimal | None:
        if self.counted_quantity is None or self.book_quantity is None:
            return None
        return self.counted_quantity - self.book_quantity
