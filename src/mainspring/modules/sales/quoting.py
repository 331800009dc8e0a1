"""Quotations: from a deal, sent, revised, accepted into an order."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mainspring.kernel import commands, database, workflow
from mainspring.kernel.models import DocumentIdentity
from mainspring.kernel.workflow import Verb, effect, guard
from mainspring.modules.crm import queries as crm
from mainspring.modules.crm.models import STAGES, Opportunity
from mainspring.modules.parties.models import Party

from . import preparing
from .models import Quotation, SalesOrder

CARRIED = (
    "party",
    "contact",
    "delivery_address",
    "reference",
    "site",
    "owner",
    "territory",
    "opportunity",
    "wanted_on",
    "payment_term",
    "currency",
    "discount",
    "note",
)
"""Header fields a revision or an order takes over."""

CARRIED_LINE = (
    "item",
    "description",
    "quantity",
    "unit",
    "price",
    "discount_pct",
    "tax_code",
    "wanted_on",
    "list_price",
    "price_reason",
    "priced_for",
    "promised_on",
    "promise_reason",
)

workflow.extend(
    Opportunity,
    Verb(
        "quote",
        STAGES,
        "",
        label=gettext_lazy("Quote"),
        bulk=False,
        help=gettext_lazy("Drafts a quotation for the customer."),
    ),
)
workflow.extend(
    Party,
    Verb("quote", label=gettext_lazy("Quote"), bulk=False, help=gettext_lazy("Drafts a quotation for the customer.")),
)


@effect(Opportunity, "quote")
def quote_deal(deal, ctx):
    return commands.create(
        Quotation,
        ctx,
        **crm.handed_on(deal),
        lines=[
            {name: getattr(line, name) for name in ("item", "quantity", "unit", "price", "wanted_on")}
            for line in deal.lines.select_related("item", "unit")
        ],
        links=[deal],
    )


@effect(Party, "quote")
def quote_party(party, ctx):
    return commands.create(Quotation, ctx, party=party)


@guard(Party, "quote")
def is_customer(party, ctx):
    if not party.is_customer:
        raise ValidationError(_("%(party)s is not a customer.") % {"party": party})


OPTIONS = ("option", "option_group", "chosen")


def carried(document, *, with_options: bool = False) -> dict:
    """Header values and lines of a quotation for what is made of it: an order takes what is chosen."""
    names = (*CARRIED_LINE, *OPTIONS) if with_options else CARRIED_LINE
    return {
        **{name: getattr(document, name) for name in CARRIED},
        "lines": [
            {name: getattr(line, name) for name in names}
            for line in document.lines.select_related("item", "unit", "tax_code")
            if with_options or line.counts
        ],
    }


@guard(Quotation, "send")
def has_lines(document, ctx):
    if not document.lines.exists():
        raise ValidationError({"lines": _("It has no lines yet.")}, code="lines")


@guard(Quotation, "send")
def still_valid(quotation, ctx):
    if quotation.is_expired(ctx):
        raise ValidationError(
            {"valid_until": _("The offer would have expired already on %(day)s.") % {"day": quotation.valid_until}}
        )


@guard(Quotation, "accept")
def not_expired(quotation, ctx):
    """An expired offer is not ordered unless somebody confirms it again (D10); one accepted in time is."""
    if quotation.is_expired(ctx) and quotation.state != "agreed":
        raise ValidationError(
            _("The offer expired on %(day)s; confirm it again first.") % {"day": quotation.valid_until}, code="expired"
        )


@effect(Quotation, "accept")
def accept(quotation, ctx, reference):
    """One click: an order with the same lines, prices and terms; the deal behind it is won (CRM-09)."""
    values = carried(quotation) | ({"reference": reference} if reference else {})
    order = commands.create(SalesOrder, ctx, links=[quotation], approved_discount_pct=quotation.discount_pct, **values)
    deal = quotation.opportunity
    if deal is not None and deal.state in STAGES:
        commands.perform(deal, "win", ctx, amount=quotation.net or deal.amount)
    return order


@effect(Quotation, "confirm_again")
def confirm_again(quotation, ctx, valid_until):
    if valid_until < ctx.business_date:
        raise ValidationError({"valid_until": _("The day has passed.")})
    quotation.valid_until = valid_until
    lines = list(quotation.lines.select_related("item__unit", "unit"))
    preparing.promise(quotation, ctx, lines)
    database.update(lines, ["promised_on", "promise_reason"])


@effect(Quotation, "revise")
def revise(quotation, ctx):
    """A new version with the same lines to change; this one is kept as it was."""
    base, number = quotation.number.partition("/")[0], quotation.revision + 1
    new = commands.create(
        Quotation,
        ctx,
        **carried(quotation, with_options=True),
        links=[quotation],
        revises=quotation,
        revision=number,
        number=f"{base}/{number}",
    )
    DocumentIdentity.objects.filter(pk=new.pk).update(number=new.number)
    return new


@effect(Quotation, "decline")
def decline(quotation, ctx, reason):
    quotation.decline_reason = reason
