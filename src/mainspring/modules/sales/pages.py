"""What selling tells where an item is chosen: the price this customer pays."""

from mainspring.kernel import access, formats
from mainspring.modules.items.models import Item
from mainspring.modules.parties.models import Party
from mainspring.modules.pricing import queries as pricing
from mainspring.web.views import lookup

from . import offer_pages
from .models import Quotation, SalesOrder
from .preparing import dated_on


@lookup.notes.fill
def customer_price(model, records, ctx, asked) -> dict | None:
    """The price of one sales unit of each item offered, for the customer of the form or of the document."""
    if model is not Item or not records or not access.can(ctx, SalesOrder, "create"):
        return None
    party, currency, day = _for_whom(ctx, asked)
    if party is None:
        return None
    book = pricing.Book(party, day, currency, [item.pk for item in records])
    found = {}
    for item in records:
        price = book.price(item, 1, item.sale_unit or item.unit).price
        if price is not None:
            found[item.pk] = {"price": f"{formats.number(price, 2, 6)} {currency}"}
    return found


def _for_whom(ctx, asked) -> tuple:
    """(customer, currency code, day) of the document named or of the form as it stands; customer None for neither."""
    if key := asked.get("document"):
        for kind in (SalesOrder, Quotation):
            found = lookup.find(ctx, kind._meta.label_lower, key)
            if found:
                return found.party, found.currency_id, dated_on(found)
    party = lookup.find(ctx, Party._meta.label_lower, asked.get("party") or 0)
    if party is None:
        return None, "", ctx.business_date
    return party, asked.get("currency") or party.currency_id or formats.base_currency(ctx.company_id), ctx.business_date


urlpatterns = [*offer_pages.urlpatterns]
