"""The ledger of material: done moves are facts, planned moves are the plan, in one table."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from mainspring.kernel import fields


class StockMove(models.Model):
    """Goods that went, or are planned to go, from one place to another; done moves are never changed.

    quantity      in the item's stocking unit, above zero
    unit_cost     what the goods cost that come from outside, in base currency; empty means the current cost
    is_forecast   demand expected of a deal, not promised to anybody: it is planned for, and no promise waits for it
    of_move       the move this one takes back: a return leaves or comes back at the cost of that move
    effective_at  orders equal days: back-dated receipts count from the morning, issues at the evening (I01)
    """

    class State(models.TextChoices):
        PLANNED = "planned", _("Planned")
        DONE = "done", _("Done")

    company = fields.link("kernel.Company", _("company"), editable=False, db_index=False)
    item = fields.link("items.Item", _("item"), related_name="moves", editable=False, db_index=False)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.PLANNED, editable=False)
    quantity = fields.QuantityField(_("quantity"), unit="item__unit", editable=False)
    from_location = fields.link("stock.Location", _("from"), editable=False)
    to_location = fields.link("stock.Location", _("to"), editable=False)
    planned_on = models.DateField(_("planned on"), null=True, editable=False)
    is_forecast = models.BooleanField(_("forecast"), default=False, db_default=False, editable=False)
    effective_on = models.DateField(_("done on"), null=True, editable=False)
    effective_at = models.DateTimeField(null=True, editable=False)
    unit_cost = fields.PriceField(_("unit cost"), null=True, default=None, editable=False)
    of_move = fields.link("self", _("takes back"), null=True, related_name="taken_back_by", editable=False)
    origin = fields.link(
        "kernel.DocumentIdentity", _("document"), null=True, related_name="stock_moves", editable=False
    )
    origin_line = models.BigIntegerField(null=True, editable=False)
    reference = models.CharField(_("reference"), max_length=80, blank=True, default="", editable=False)
    created_by = fields.link(settings.AUTH_USER_MODEL, _("created by"), null=True, editable=False, db_index=False)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True, editable=False)

    history = False
    company_path = "company"
    scope_paths = {"site": ("from_location__site", "to_location__site")}

    class Meta:
        verbose_name, verbose_name_plural = _("stock move"), _("stock moves")
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["company", "item", "effective_at", "id"], name="move_item_done", condition=Q(state="done")
            ),
            models.Index(fields=["company", "effective_on"], name="move_day_done", condition=Q(state="done")),
            models.Index(
                fields=["company", "item", "planned_on"], name="move_item_planned", condition=Q(state="planned")
            ),
        ]
        constraints = [
            fields.above_zero("move_above_zero"),
            models.CheckConstraint(
                name="move_goes_somewhere",
                condition=~Q(from_location=F("to_location")),
                violation_error_message=_("Goods must go from one place to another."),
            ),
            models.CheckConstraint(name="move_forecast_planned", condition=Q(is_forecast=False) | Q(state="planned")),
            models.CheckConstraint(
                name="move_dated",
                condition=Q(state="done", effective_on__isnull=False, effective_at__isnull=False)
                | Q(state="planned", planned_on__isnull=False, effective_on__isnull=True),
            ),
        ]

    def __str__(self):
        return f"{self.item}: {self.quantity or 0:f}" if self.item_id else str(self._meta.verbose_name)


class MoveTotal(models.Model):
    """What one statement moved into (above zero) or out of an owned place in a month; a job merges rows alike.

    What lay somewhere on a past day is found from these instead of from every move since.
    """

    company = fields.link("kernel.Company", db_index=False)
    item = fields.link("items.Item", db_index=False)
    location = fields.link("stock.Location", db_index=False)
    month = models.DateField()
    quantity = models.DecimalField(max_digits=24, decimal_places=6)

    history = False
    company_path = "company"

    class Meta:
        verbose_name, verbose_name_plural = _("move total"), _("move totals")
        indexes = [models.Index(fields=["company", "month"], name="move_total_month")]
