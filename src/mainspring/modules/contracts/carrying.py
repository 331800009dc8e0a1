"""One click from what was agreed to the contract, and from the contract to its orders (CRM-09)."""

from decimal import ROUND_DOWN, Decimal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mainspring.kernel import commands, database, errors, workflow
from mainspring.kernel.models import DocumentLink
from mainspring.kernel.workflow import Input, Verb, effect, guard
from mainspring.modules.crm import queries as crm
from mainspring.modules.crm.models import Opportunity
from mainspring.modules.pricing import queries as pricing
from mainspring.modules.sales.models import Quotation, SalesOrder

from . import facts
from .models import LIVE, CallOff, Contract

ZERO = Decimal(0)
TERMS = ("party", "contact", "reference", "owner", "territory", "opportunity", "currency", "payment_term", "discount")
LINE = ("item", "description", "quantity", "unit", "price", "discount_pct", "tax_code")
HELP = gettext_lazy("Drafts a contract with the same lines, prices and terms.")

workflow.extend(
    Quotation, Verb("contract", ("sent", "accepted"), "", label=gettext_lazy("Contract"), bulk=False, help=HELP)
)
workflow.extend(
    SalesOrder, Verb("contract", ("draft", "confirmed"), "", label=gettext_lazy("Contract"), bulk=False, help=HELP)
)
workflow.extend(
    Opportunity,
    Verb(
        "contract",
        "won",
        "",
        label=gettext_lazy("Contract"),
        bulk=False,
        help=gettext_lazy("Drafts a contract of the offer, the items or the amount that was won."),
    ),
)
workflow.extend(
    SalesOrder,
    Verb(
        "call_off",
        ("draft", "held", "confirmed"),
        "",
        label=gettext_lazy("Put under contract"),
        help=gettext_lazy("Counts towards the contract: what is ordered, delivered, invoiced and collected under it."),
        ask=(Input("contract", "link", gettext_lazy("Contract"), to="contracts.contract"),),
    ),
)
workflow.extend(
    SalesOrder,
    Verb(
        "leave_contract",
        ("draft", "held", "confirmed"),
        "",
        label=gettext_lazy("Take out of contract"),
        danger=True,
    ),
)


# -- to the contract --------------------------------------------------------------------------------------------------


def _carried(document) -> dict:
    return {
        **{name: getattr(document, name) for name in TERMS},
        "lines": [
            {name: getattr(line, name) for name in LINE}
            for line in document.lines.select_related("item", "unit", "tax_code")
        ],
        "note": document.note,
        "links": [document],
    }


def _subject(document) -> str:
    """What the contract is about: the deal behind the document, else its first line."""
    if document.opportunity is not None:
        return document.opportunity.name[:160]
    first = document.lines.order_by("position").first()
    return (first.description if first else str(document.party))[:160]


@effect(Quotation, "contract")
def from_quotation(quotation, ctx):
    """The contract of an offer; the order made of the offer is called off under it."""
    made = commands.create(Contract, ctx, name=_subject(quotation), quotation=quotation, **_carried(quotation))
    targets = DocumentLink.objects.filter(source_id=quotation.pk).values("target_id")
    for order in SalesOrder.objects.filter(pk__in=targets).exclude(state="cancelled"):
        _put_under(order, made)
    facts.refresh([made.pk], ctx)
    return made


@guard(Quotation, "contract")
def has_no_contract(quotation, ctx):
    there = quotation.contracts.exclude(state__in=("cancelled", "terminated")).first()
    if there is not None:
        raise ValidationError(_("There is %(contract)s already.") % {"contract": there}, code="there")


@effect(SalesOrder, "contract")
def from_order(order, ctx):
    """The contract of an order, which is called off under it."""
    made = commands.create(Contract, ctx, name=_subject(order), **_carried(order))
    _put_under(order, made)
    facts.refresh([made.pk], ctx)
    return made


def contract_of(order) -> Contract | None:
    """The contract an order is under; asked once while a verb runs on the order or a page shows it."""
    if "_read" in order.__dict__:
        return commands.once(order, _contract_of)
    if "_under" not in order.__dict__:
        order.__dict__["_under"] = _contract_of(order)
    return order.__dict__["_under"]


def _contract_of(order) -> Contract | None:
    return Contract.objects.filter(call_offs__order=order.pk).first()


@guard(SalesOrder, "contract")
@guard(SalesOrder, "call_off")
def is_under_none(order, ctx):
    there = contract_of(order)
    if there is not None:
        raise ValidationError(_("It is under %(contract)s already.") % {"contract": there}, code="there")


@effect(Opportunity, "contract")
def from_deal(deal, ctx):
    """The contract of a won deal: of its last offer, the accepted ones first; else of its items, else of its amount."""
    offers = Quotation.objects.filter(opportunity=deal, state__in=("accepted", "sent"))
    offer = offers.order_by("state", "-number").first()
    if offer is not None:
        return from_quotation_of(offer, ctx)
    return commands.create(
        Contract,
        ctx,
        name=deal.name,
        **crm.handed_on(deal),
        value=deal.amount,
        lines=_priced_lines(deal, ctx),
        links=[deal],
    )


def _priced_lines(deal, ctx) -> list[dict]:
    """The items of a deal; where it names no price, the customer's own of today. None when a price is not known."""
    lines = list(deal.lines.select_related("item__unit", "item__sale_unit", "unit").order_by("position"))
    book = pricing.Book(deal.party, ctx.business_date, deal.currency_id, {line.item_id for line in lines})
    found: list[dict] = []
    for line in lines:
        price = book.price(line.item, line.quantity, line.unit).price if line.price is None else line.price
        if price is None:
            return []
        found.append({"item": line.item, "quantity": line.quantity, "unit": line.unit, "price": price})
    return found


def from_quotation_of(offer: Quotation, ctx) -> Contract:
    """`from_quotation` of an offer that may have a contract already, which is refused with its name."""
    has_no_contract(offer, ctx)
    return commands.perform(offer, "contract", ctx).outcome


# -- to the orders ----------------------------------------------------------------------------------------------------


def _put_under(order: SalesOrder, contract: Contract) -> None:
    CallOff.objects.create(contract=contract, order=order)
    commands.link(contract, order)


@effect(SalesOrder, "call_off")
def call_off(order, ctx, contract):
    """Count an order towards a contract of the same customer and currency; its sum is watched."""
    if contract.party_id != order.party_id:
        raise ValidationError({"contract": _("%(contract)s is with another customer.") % {"contract": contract}})
    if contract.currency_id != order.currency_id:
        raise ValidationError(
            {
                "contract": _("%(contract)s is in %(currency)s.")
                % {"contract": contract, "currency": contract.currency_id}
            }
        )
    if contract.company_id != order.company_id:
        raise ValidationError({"contract": _("This contract belongs to another company.")})
    if contract.state not in ("draft", "approved", "signed", *LIVE):
        raise errors.Conflict(
            _("%(contract)s is %(state)s; nothing is ordered under it.")
            % {"contract": contract, "state": contract.state_label},
            code="state",
        )
    _put_under(order, contract)
    facts.refresh([contract.pk], ctx)
    watch(order, contract.pk)


@guard(SalesOrder, "leave_contract")
def is_under_one(order, ctx):
    if contract_of(order) is None:
        raise ValidationError(_("It is under no contract."))


@effect(SalesOrder, "leave_contract")
def leave_contract(order, ctx):
    """The order no longer counts towards its contract; refused once something of it was invoiced."""
    found = CallOff.objects.get(order=order)
    if any(line.invoiced for line in order.lines.all()):
        raise ValidationError(_("Part of it is invoiced under the contract."), code="invoiced")
    contract = found.contract_id
    found.delete()
    facts.refresh([contract], ctx)


def watch(order, contract_id) -> None:
    """Nothing is ordered under a contract that is over, or more than it allows; the contract must be locked."""
    contract = Contract.objects.get(pk=contract_id)
    if contract.state in ("suspended", "completed", "terminated", "cancelled"):
        raise errors.Conflict(
            _("%(contract)s is %(state)s; nothing is ordered under it.")
            % {"contract": contract, "state": contract.state_label},
            code="state",
        )
    if contract.valid_until and order.ordered_on and contract.valid_until < order.ordered_on:
        raise ValidationError(
            _("%(contract)s ended on %(day)s; renew or amend it first.")
            % {"contract": contract, "day": contract.valid_until},
            code="ended",
        )
    if contract.limit is not None and contract.ordered > contract.limit:
        raise ValidationError(
            _("%(contract)s: orders come to %(sum)s, the contract allows %(limit)s; amend it first.")
            % {
                "contract": contract.number or contract.name,
                "sum": f"{contract.ordered:.2f}",
                "limit": f"{contract.limit:.2f}",
            },
            code="over",
        )


def left_to_order(contract: Contract) -> list[dict]:
    """Lines of the contract with what no order has yet, item by item."""
    ordered: dict[int, Decimal] = {
        row["item_id"]: row["quantity"]
        for row in database.rows(
            """
        SELECT l.item_id, SUM(CASE WHEN o.state = 'closed' AND i.kind = 'stock' THEN l.shipped - l.returned
                                   ELSE l.stock_quantity END) AS quantity
        FROM contracts_calloff c JOIN sales_salesorder o ON o.id = c.order_id AND o.state <> 'cancelled'
        JOIN sales_salesorderline l ON l.document_id = o.id JOIN items_item i ON i.id = l.item_id
        WHERE c.contract_id = %(contract)s GROUP BY 1""",
            contract=contract.pk,
        )
    }
    found = []
    for line in contract.lines.select_related("item", "unit", "tax_code"):
        if line.item is None:
            continue
        taken = min(line.quantity, ordered.get(line.item_id, ZERO))
        ordered[line.item_id] = ordered.get(line.item_id, ZERO) - taken
        rest = (line.quantity - taken).quantize(Decimal(1).scaleb(-(line.unit.digits if line.unit else 0)), ROUND_DOWN)
        if rest > 0:
            found.append({name: getattr(line, name) for name in LINE} | {"quantity": rest})
    return found


@effect(Contract, "order")
def order(contract, ctx):
    """Draft an order under the contract of what is not ordered yet; a framework begins with an empty one."""
    made = commands.create(
        SalesOrder,
        ctx,
        **{name: getattr(contract, name) for name in TERMS if name != "discount"},
        lines=left_to_order(contract),
        links=[contract],
    )
    CallOff.objects.create(contract=contract, order=made)
    return made


@guard(Contract, "order")
def something_is_left(contract, ctx):
    if contract.limit is not None and contract.ordered >= contract.limit:
        raise ValidationError(_("All the contract allows is ordered; amend it for more."), code="over")
