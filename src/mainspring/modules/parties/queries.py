"""Payment terms by date, addresses by purpose, and parties that may be the same."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from mainspring.engines.money import terms
from mainspring.kernel import access, database, mailing
from mainspring.kernel.remembered import Remembered

from . import identifiers, models, normalise

__all__ = ["identifiers", "normalise"]
"""What modules above compare names and numbers with, beside the queries here."""


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


def similar(ctx, name: str, *, registry_code: str = "", phone: str = "", email: str = "", besides=None, limit: int = 8):
    """Parties in sight that may be the same: same register code, same normalised name, phone or mail, or alike (K05).

    Returns (party, reason) pairs, the surest first; reason is registry_code, name, phone, email or alike.
    """
    key = normalise.name_key(name)
    rows = database.rows(
        """
        SELECT id, CASE WHEN %(registry)s <> '' AND registry_code = %(registry)s THEN 'registry_code'
                        WHEN name_key = %(key)s THEN 'name'
                        WHEN %(phone)s <> '' AND phone = %(phone)s THEN 'phone'
                        WHEN %(email)s <> '' AND email = %(email)s THEN 'email' ELSE 'alike' END AS reason,
               similarity(name, %(name)s) AS alike
        FROM parties_party
        WHERE id <> %(besides)s AND (name %% %(name)s OR name_key = %(key)s
              OR (%(registry)s <> '' AND registry_code = %(registry)s)
              OR (%(phone)s <> '' AND phone = %(phone)s) OR (%(email)s <> '' AND email = %(email)s))
        ORDER BY alike DESC LIMIT 50""",
        registry=registry_code,
        key=key,
        phone=phone,
        email=email.lower(),
        name=name,
        besides=getattr(besides, "pk", None) or 0,
    )
    surest = ["registry_code", "name", "phone", "email", "alike"]
    rows = [row for row in rows if row["reason"] != "alike" or row["alike"] >= 0.5]
    seen = access.rows(ctx, models.Party).in_bulk([row["id"] for row in rows])
    rows.sort(key=lambda row: (surest.index(row["reason"]), -row["alike"], row["id"]))
    return [(seen[row["id"]], row["reason"]) for row in rows if row["id"] in seen][:limit]


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
