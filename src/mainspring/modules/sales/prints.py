"""Papers a customer gets: quotation, order confirmation, delivery note, return slip."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mainspring.kernel import formats, letters
from mainspring.modules.parties import queries as parties

PRICED = "item__code description quantity unit price discount_pct net promised_on"
OFFERED = f"{PRICED} option option_group"
TOTALS = "discount? net tax total"


def _party(record):
    return record.party


def _address(record):
    return parties.address_of(record.party)


def _delivery(record, ctx) -> list[dict]:
    """The delivery address, where it is another than the customer's own."""
    found = record.delivery_address
    if found is None or found == _address(record):
        return []
    lines = found.lines(record.party.language, record.company.country)
    return [{"label": _("Delivery address"), "lines": [found.name, *lines] if found.name else lines}]


def _valid(quotation, ctx) -> list[str]:
    """Until when it holds, and which options the total leaves out."""
    said = []
    left_out = [line.description for line in quotation.lines.all() if not line.counts]
    if left_out:
        said.append(_("Not in the total: %(options)s.") % {"options": ", ".join(left_out)})
    if quotation.valid_until:
        said.append(_("This offer is valid until %(day)s.") % {"day": formats.day(quotation.valid_until)})
    return said


letters.letter(
    "sales.quotation",
    letters.Letter(
        gettext_lazy("Quotation"),
        "quoted_on valid_until revision reference payment_term owner promised_on",
        OFFERED,
        TOTALS,
        partner=_party,
        address=_address,
        blocks=_delivery,
        remarks=_valid,
    ),
)
letters.letter(
    "sales.salesorder",
    letters.Letter(
        gettext_lazy("Order confirmation"),
        "ordered_on reference payment_term owner promised_on",
        PRICED,
        TOTALS,
        partner=_party,
        address=_address,
        blocks=_delivery,
        drafts=("draft", "held"),
    ),
)
letters.letter(
    "sales.shipment",
    letters.Letter(
        gettext_lazy("Delivery note"),
        "order order__reference ship_on carrier tracking_number",
        "item__code order_line__description quantity unit",
        partner=_party,
        address=lambda shipment: shipment.delivery_address or parties.address_of(shipment.party, "delivery"),
        code=True,
        signatures=(gettext_lazy("Handed over by"), gettext_lazy("Received by")),
    ),
)
letters.letter(
    "sales.return",
    letters.Letter(
        gettext_lazy("Return slip"),
        "shipment returned_on reason",
        "item__code shipment_line__order_line__description quantity unit",
        partner=_party,
        address=_address,
        note="",
        code=True,
    ),
)
