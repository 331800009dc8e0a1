"""What can differ in a scenario: which record, what is asked for, what is remembered; `making` makes it so."""

from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import pgettext_lazy

from mainspring.kernel.workflow import OPEN_LINE, Input

WHY = Input("why", "text", lazy("Reason"), required=False)
WORKING = "working"


@dataclass(frozen=True)
class Kind:
    """A kind of change.

    target   model label of the record that differs; `ask` begins with the input that names it
    reads    the fields of the record that are remembered beside the change, so that a conflict is seen later
    apart    names of inputs that tell two changes of one record apart
    """

    name: str
    title: Any
    target: str
    ask: tuple[Input, ...]
    reads: tuple[str, ...] = ()
    apart: tuple[str, ...] = ()
    help: Any = ""

    @property
    def asks(self) -> tuple[Input, ...]:
        """What its dialog asks for."""
        return (*self.ask, WHY)

    @property
    def model(self) -> type[models.Model]:
        return apps.get_model(self.target)

    def record(self, subject: str) -> Any:
        """The record of a subject; ValidationError when it is gone."""
        key = subject.split(":")[1]
        found = self.model._default_manager.filter(pk=key).first()
        if found is None:
            raise ValidationError(_("The record is no longer there."), code="gone")
        return found

    def subject(self, record, values: dict) -> str:
        """What the change is about, as text."""
        rest = [str(plain(values.get(name))) for name in self.apart]
        return ":".join([self.target, str(record.pk), *rest])

    def was(self, record, values: dict) -> dict:
        """What the record has now of what the change depends on."""
        found = {name: plain(_value(record, name)) for name in self.reads}
        if self.name == "forecast":
            found["quantity"] = plain(_forecast(record, values))
        return found

    def clean(self, sent: dict, ctx) -> dict:
        """Plain values as typed ones, without the record itself."""
        return {one.name: one.clean(sent.get(one.name), ctx) for one in self.ask[1:]}


def plain(value):
    """A value as JSON keeps it: decimals without spare zeros, days as ISO texts, records by their keys."""
    if isinstance(value, models.Model):
        return str(value.pk)
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, date | time):
        return value.isoformat()
    return value


def _value(record, name: str):
    return getattr(record, record._meta.get_field(name).attname)


def _forecast(item, values: dict) -> Decimal | None:
    """The forecast there is for an item's site and first day."""
    model = apps.get_model("planning.demandforecast")
    place = {"item": item, "site": values.get("site"), "starts_on": values.get("starts_on")}
    return model.objects.filter(**place).values_list("quantity", flat=True).first()


# -- the list ---------------------------------------------------------------------------------------------------------

CANCEL = Input("cancel", "bool", lazy("Cancel it"), required=False)
QUANTITY = Input("quantity", "decimal", lazy("Quantity"), required=False)
PARTS = Input("parts", "integer", lazy("Split into lots"), required=False)

_ALL = (
    Kind(
        "deal",
        lazy("Try a deal"),
        "crm.opportunity",
        (
            Input("opportunity", "link", lazy("Deal"), to="crm.opportunity"),
            Input("probability", "decimal", lazy("Probability (%)"), required=False),
            Input("expected_close_on", "date", lazy("Expected to close on"), required=False),
            Input("amount", "decimal", lazy("Amount"), required=False),
            Input("won", "bool", lazy("It is won"), required=False),
        ),
        ("probability", "expected_close_on", "amount", "state", "stage"),
        help=lazy("Another chance, amount or day of a deal, or the deal won."),
    ),
    Kind(
        "forecast",
        lazy("Try a forecast"),
        "items.item",
        (
            Input("item", "link", lazy("Item"), to="items.item"),
            Input("site", "link", lazy("Site"), to="kernel.site"),
            Input("starts_on", "date", lazy("First day")),
            Input("ends_on", "date", lazy("Last day"), required=False, help=lazy("Empty: that day alone.")),
            Input("quantity", "decimal", lazy("Quantity"), help=lazy("Zero takes the forecast away.")),
        ),
        (),
        ("site", "starts_on"),
        help=lazy("More, less or new demand of an item in a period."),
    ),
    Kind(
        "sales_order",
        lazy("Try a sales order"),
        "sales.salesorder",
        (
            Input("order", "link", lazy("Sales order"), to="sales.salesorder"),
            Input("wanted_on", "date", lazy("Wanted on"), required=False),
            OPEN_LINE,
            CANCEL,
        ),
        ("state", "version"),
        ("position",),
        help=lazy("The customer wants it on another day, or cancels what is left of it."),
    ),
    Kind(
        "order",
        lazy("Try a production order"),
        "production.productionorder",
        (
            Input("order", "link", lazy("Production order or proposal"), to="production.productionorder"),
            Input("due_on", "date", lazy("Due on"), required=False),
            QUANTITY,
            PARTS,
            CANCEL,
        ),
        ("state", "quantity", "due_on"),
        help=lazy("Moved, cancelled; a proposal also with another quantity or in several lots."),
    ),
    Kind(
        "request",
        lazy("Try a purchase proposal"),
        "purchasing.purchaserequest",
        (
            Input("request", "link", lazy("Proposal to buy"), to="purchasing.purchaserequest"),
            Input("needed_on", "date", lazy("Needed on"), required=False),
            QUANTITY,
            PARTS,
            CANCEL,
        ),
        ("state", "quantity", "needed_on"),
        help=lazy("Moved, with another quantity or in several lots."),
    ),
    Kind(
        "purchase",
        lazy("Try a purchase order"),
        "purchasing.purchaseorder",
        (
            Input("order", "link", lazy("Purchase order"), to="purchasing.purchaseorder"),
            Input("expected_on", "date", lazy("Expected on"), required=False),
            OPEN_LINE,
            CANCEL,
        ),
        ("state", "version"),
        help=lazy("It comes on another day, or not at all."),
    ),
    Kind(
        "source",
        lazy("Try a source"),
        "purchasing.supplieritem",
        (
            Input("source", "link", pgettext_lazy("supply", "Source"), to="purchasing.supplieritem"),
            Input("lead_time_days", "integer", lazy("Lead time (days)"), required=False),
            Input("price", "decimal", lazy("Price"), required=False),
            Input("priority", "integer", lazy("Priority"), required=False),
        ),
        ("lead_time_days", "price", "priority", "active"),
        help=lazy("A supplier delivers faster, slower, at another price, or is asked first."),
    ),
    Kind(
        "planning",
        lazy("Try other planning data"),
        "items.itemsite",
        (
            Input("planning", "link", lazy("Item planning"), to="items.itemsite"),
            Input("safety_stock", "decimal", lazy("Safety stock"), required=False),
            Input("lead_time_days", "integer", lazy("Lead time (days)"), required=False),
        ),
        ("safety_stock", "lead_time_days"),
        help=lazy("Another safety stock or lead time of an item at a site."),
    ),
    Kind(
        "make_or_buy",
        lazy("Try buying or making"),
        "items.item",
        (
            Input("item", "link", lazy("Item"), to="items.item"),
            Input(
                "make_or_buy", "choice", lazy("From now on"), choices=(("buy", lazy("Buy")), ("make", lazy("Make")))
            ),
        ),
        ("make_or_buy",),
        help=lazy("Have a supplier make it, or make it here."),
    ),
    Kind(
        "center",
        lazy("Try a work center"),
        "engineering.workcenter",
        (
            Input("work_center", "link", lazy("Work center"), to="engineering.workcenter"),
            Input("size", "integer", lazy("Size (jobs at once)"), required=False),
            Input("efficiency_pct", "decimal", lazy("Efficiency (%)"), required=False),
        ),
        ("size", "efficiency_pct", "calendar"),
        help=lazy("One machine more or less, or another efficiency."),
    ),
    Kind(
        "shift",
        lazy("Try other working days"),
        "organization.workcalendar",
        (
            Input("calendar", "link", lazy("Calendar"), to="organization.workcalendar"),
            Input("on_date", "date", lazy("Date")),
            Input("what", "choice", lazy("On that day"),
                  choices=((WORKING, lazy("Worked")), ("closed", pgettext_lazy("day", "Closed")))),
            Input("starts_at", "text", lazy("From"), required=False, help=lazy("Empty: as on the first working day.")),
            Input("ends_at", "text", lazy("Until"), required=False),
            Input("weeks", "integer", lazy("Weeks in a row"), required=False, help=lazy("Empty: that day alone.")),
        ),
        (),
        ("on_date",),
        help=lazy("Extra shifts, longer days or closed days of all work centers with this calendar."),
    ),
    Kind(
        "alternate",
        lazy("Try another work center"),
        "engineering.routing",
        (
            Input("routing", "link", lazy("Routing"), to="engineering.routing"),
            Input("sequence", "integer", lazy("Operation")),
            Input("work_center", "link", lazy("Work center"), to="engineering.workcenter"),
        ),
        ("state", "active"),
        ("sequence",),
        help=lazy("An operation of an item is done elsewhere, with the times of the alternate where there are any."),
    ),
)  # fmt: skip
KINDS = {kind.name: kind for kind in _ALL}
