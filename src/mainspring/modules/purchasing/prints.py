"""Papers a supplier gets: purchase order and return."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mainspring.kernel import letters
from mainspring.modules.parties import queries as parties


def _supplier(record):
    return record.supplier


def _address(record):
    return parties.address_of(record.supplier)


def _deliver_to(order, ctx) -> list[dict]:
    return [{"label": _("Deliver to"), "lines": [order.site.name, *order.site.address.splitlines()]}]


letters.letter(
    "purchasing.purchaseorder",
    letters.Letter(
        gettext_lazy("Purchase order"),
        "ordered_on expected_on supplier_reference payment_term buyer",
        "item__code description quantity unit price discount_pct net expected_on",
        "net tax total",
        partner=_supplier,
        address=_address,
        blocks=_deliver_to,
        code=True,
    ),
)
letters.letter(
    "purchasing.supplierreturn",
    letters.Letter(
        gettext_lazy("Return to supplier"),
        "receipt receipt__delivery_note returned_on reason",
        "item__code item__name quantity receipt_line__unit",
        partner=_supplier,
        address=_address,
        note="",
        code=True,
    ),
)
