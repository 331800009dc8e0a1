"""Payment terms by date, addresses by purpose, and who a party is written to."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from mainspring.engines.money import terms
from mainspring.kernel import access, mailing
from mainspring.kernel.remembered import Remembered

from . import collisions, duplicates, identifiers, models, normalise, overview

__all__ = ["collisions", "duplicates", "identifiers", "normalise", "overview"]
"""What modules above compare names and numbers with, ask who is there already and fill a customer's page with."""


def instalments(
    term: models.PaymentTerm | None,
    total: Decimal,
    *,
    dated_on: date,
    digits: int,
    move: Callable[[date], date] | None = None,
) -> list[terms.Instalment]:
    """Amounts and due dates of a total; parts sum exactly, the last takes the remainder (M10). No term: due at once.

    move  where a due date on a closed day goes, such as a calendar's next working day; weekends count otherwise
    """
    parts = list(_parts.get(term.pk)) if term else []
    return terms.instalments(total, parts or [terms.Part(Decimal(100))], dated_on=dated_on, digits=digits, move=move)


_parts = Remembered(
    lambda term_id: tuple(
        terms.Part(line.percent, line.months, line.days, line.end_of_month, line.days_after_month_end)
        for line in models.PaymentTermLine.objects.filter(document=term_id)
    ),
    models.PaymentTerm,
    models.PaymentTermLine,
)


def due_on(term: models.PaymentTerm | None, dated_on: date) -> date:
    """The last due date of a document of that date."""
    return max(part.due_on for part in instalments(term, Decimal(100), dated_on=dated_on, digits=2))


def address_of(party, kind: str = "main") -> models.Address | None:
    """The party's address for a purpose ("billing", "delivery"), else its main one, else any; defaults first."""
    order = {kind: 0, "main": 1}
    found = sorted(party.addresses.all(), key=lambda a: (order.get(a.kind, 2), not a.is_default, a.pk))
    return found[0] if found else None


@mailing.recipients.fill
def people_to_write_to(record, ctx) -> list[tuple[str, str, str]]:
    """(address, name, language) of the party a record is about: its own address, then its contacts, default first."""
    path = getattr(type(record), "scope_paths", {}).get("party")
    party = record if isinstance(record, models.Party) else None
    for part in path.split("__") if isinstance(path, str) and party is None else ():
        record = party = getattr(record, part, None)
    if not isinstance(party, models.Party) or not access.rows(ctx, models.Party).filter(pk=party.pk).exists():
        return []
    contacts = access.rows(ctx, models.Contact).filter(party=party, active=True).exclude(email="")
    found = [(c.email, str(c), c.language) for c in contacts.order_by("-is_default", "pk")[:20]]
    return [*([(party.email, str(party), "")] if party.email else []), *found]


def customer_terms(document, company, ctx) -> None:
    """Currency, payment term, territory and owner from the customer where a document of sale leaves them open.

    Nothing new is agreed with somebody who is no customer or no longer active.
    """
    party = document.party
    if not party.is_customer:
        raise ValidationError({"party": _("%(party)s is not a customer.") % {"party": party}})
    if not party.active:
        raise ValidationError({"party": _("%(party)s is no longer active.") % {"party": party}})
    document.currency_id = document.currency_id or party.currency_id or company.base_currency_id
    document.payment_term_id = document.payment_term_id or party.payment_term_id
    document.territory_id = document.territory_id or party.territory_id
    document.owner_id = document.owner_id or party.owner_id or getattr(ctx.user, "pk", None)
