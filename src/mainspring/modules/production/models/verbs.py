"""What can be done to a production order, in the order people meet it."""

from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from mainspring.kernel.workflow import Input, Verb, Workflow

WORKED_ON = ("released", "in_progress")
OPEN = ("confirmed", *WORKED_ON)

OPERATION = Input("operation", "integer", _("Operation"), help=_("Its sequence number."))
GOOD = Input("good", "decimal", _("Good"), required=False)
SCRAP = Input("scrap", "decimal", _("Scrap"), required=False)
SCRAP_REASON = Input("scrap_reason", label=_("Reason of the scrap"), required=False)
REASON = Input(
    "reason", "link", _("Reason"), required=False, to="production.reason", help=_("Why there is scrap or rework.")
)


def _half(record, ctx) -> Decimal:
    return (record.open_quantity / 2).quantize(Decimal(1)) or record.open_quantity


def workflow() -> Workflow:
    return Workflow("draft", VERBS, closed=("closed", "cancelled"), labels=LABELS, colors=COLORS, editable=EDITABLE)


VERBS = (
    Verb(
        "confirm",
        ("draft", "proposed"),
        "confirmed",
        label=_("Confirm"),
        help=_("Components, output and work are planned."),
    ),
    Verb(
        "release",
        "confirmed",
        "released",
        label=_("Release"),
        ask=(
            Input(
                "use_alternates",
                "bool",
                _("Take alternates for what is missing"),
                required=False,
                help=_("By the priority the bill gives them."),
            ),
            Input("despite_shortages", "bool", _("Despite shortages"), required=False),
        ),
        help=_("Checks and reserves the material and hands the order to the workshop."),
    ),
    Verb(
        "issue",
        WORKED_ON,
        "in_progress",
        label=_("Issue components"),
        ask=(Input("draft", "bool", _("Only a draft to edit"), required=False),),
        help=_("Takes what is still needed of every component out of stock."),
    ),
    Verb(
        "report",
        WORKED_ON,
        "in_progress",
        label=_("Report work"),
        ask=(
            OPERATION,
            GOOD,
            SCRAP,
            Input("rework", "decimal", _("To rework"), required=False, help=_("Becomes an operation of its own.")),
            REASON,
            SCRAP_REASON,
            Input(
                "hours",
                "decimal",
                _("Hours"),
                required=False,
                help=_("Empty: the time since the start, else the planned hours of this quantity."),
            ),
            Input("finish", "bool", _("The operation is finished"), required=False),
            Input(
                "measured",
                "longtext",
                _("Measured"),
                required=False,
                help=_("One inspection point a line: its name = the value, or yes or no where it is only looked at."),
            ),
        ),
        help=_("Books quantity and time of an operation."),
    ),
    Verb(
        "receive",
        WORKED_ON,
        "in_progress",
        label=_("Receive output"),
        ask=(Input("quantity", "decimal", _("Quantity"), initial=lambda record, ctx: record.open_quantity),),
        help=_("Puts finished goods into stock."),
    ),
    Verb(
        "pick",
        WORKED_ON,
        "in_progress",
        label=_("Pick a component"),
        ask=(
            Input("item", label=_("Item"), help=_("Code or barcode.")),
            Input("quantity", "decimal", _("Quantity"), required=False, help=_("Empty: what is still needed.")),
        ),
        bulk=False,
        help=_("Takes one component out of stock for the order."),
    ),
    Verb(
        "start",
        WORKED_ON,
        "in_progress",
        label=_("Start an operation"),
        ask=(OPERATION, Input("machine", "link", _("Machine"), required=False, to="engineering.machine")),
        bulk=False,
        help=_("Your time on it runs until you pause or report."),
    ),
    Verb(
        "pause",
        WORKED_ON,
        label=_("Pause an operation"),
        ask=(
            OPERATION,
            Input("reason", "link", _("Reason"), required=False, to="production.reason"),
        ),
        bulk=False,
        help=_("Stops the time on it; say why."),
    ),
    Verb(
        "undo",
        WORKED_ON,
        label=_("Undo the last report"),
        ask=(OPERATION,),
        bulk=False,
        danger=True,
        help=_("Reverses the last work reported on the operation."),
    ),
    Verb(
        "assign",
        OPEN,
        label=_("Assign"),
        ask=(
            Input("operation", "integer", _("Operation"), required=False, help=_("Empty: all of them.")),
            Input("person", "link", _("Person"), required=False, to="kernel.user"),
            Input("machine", "link", _("Machine"), required=False, to="engineering.machine"),
        ),
        help=_("Says who is responsible for the operation, and on which machine it is done."),
    ),
    Verb(
        "move_operation",
        OPEN,
        label=_("Do it elsewhere"),
        ask=(
            OPERATION,
            Input(
                "work_center",
                "link",
                _("Work center"),
                required=False,
                to="engineering.workcenter",
                help=_("Empty: the first alternate of the routing."),
            ),
        ),
        bulk=False,
        help=_("Moves an operation to an alternate work center, with its own set-up and run time."),
    ),
    Verb(
        "substitute",
        OPEN,
        label=_("Take an alternate"),
        ask=(
            Input("component", "link", _("Component"), to="items.item"),
            Input(
                "alternate",
                "link",
                _("Alternate"),
                required=False,
                to="items.item",
                help=_("Empty: the first one of the bill that is in stock."),
            ),
        ),
        bulk=False,
        help=_("Takes another item for what is still needed of a component."),
    ),
    Verb(
        "send_out",
        WORKED_ON,
        "in_progress",
        label=_("Send to the supplier"),
        ask=(OPERATION, Input("quantity", "decimal", _("Quantity"), required=False)),
        bulk=False,
        help=_("Issues the material of the operation and orders the service from the supplier."),
    ),
    Verb(
        "take_back",
        WORKED_ON,
        label=_("Back from the supplier"),
        ask=(OPERATION, GOOD, SCRAP, REASON),
        bulk=False,
        help=_("Reports what the supplier did, at the price of the purchase order."),
    ),
    Verb(
        "split",
        ("draft", "proposed", *OPEN),
        label=_("Split"),
        ask=(Input("quantity", "decimal", _("Quantity of the new order"), initial=_half),),
        bulk=False,
        help=_("Takes a part of the open quantity into an order of its own."),
    ),
    Verb(
        "merge",
        OPEN,
        label=_("Merge"),
        ask=(Input("other", "link", _("Order to take in"), to="production.productionorder"),),
        bulk=False,
        help=_("Takes in another order of the same item; nothing may be reported on it."),
    ),
    Verb(
        "reschedule",
        OPEN,
        label=_("Change date"),
        ask=(Input("due_on", "date", _("Due on"), initial=lambda record, ctx: record.due_on),),
        help=_("It starts as much earlier or later, work begun aside; the plan follows."),
    ),
    Verb(
        "complete",
        "in_progress",
        "completed",
        label=_("Complete"),
        help=_("No more is made; what is left of the plan is released."),
    ),
    Verb("reopen", "completed", "in_progress", label=_("Reopen")),
    Verb(
        "close",
        "completed",
        "closed",
        label=_("Close"),
        help=_("Books the variances; nothing is left in process."),
    ),
    Verb("cancel", ("draft", "proposed", "confirmed", "released"), "cancelled", label=_("Cancel"), danger=True),
)
LABELS = {
    "draft": _("Draft"),
    "proposed": _("Proposed"),
    "confirmed": _("Confirmed"),
    "released": _("Released"),
    "in_progress": _("In progress"),
    "completed": _("Completed"),
    "closed": _("Closed"),
    "cancelled": _("Cancelled"),
}
COLORS = {"proposed": "amber", "released": "blue", "in_progress": "blue", "completed": "green", "closed": "green"}
EDITABLE = ("draft", "proposed")
