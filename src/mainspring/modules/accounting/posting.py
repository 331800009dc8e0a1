"""Write journal entries, any number at once: a fixed number of statements, whatever the size of the set."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import DEFAULT_DB_ALIAS, connection
from django.utils.translation import gettext as _

from mainspring.kernel import commands, database, numbering, remembered, running
from mainspring.kernel.ids import uuid7
from mainspring.kernel.models import Company, DocumentIdentity

from .models import Account, JournalEntry, JournalLine
from .models.chart import OPEN_ITEM_ROLES

ZERO = Decimal(0)


@dataclass(frozen=True)
class EntryLine:
    """A line to post: debit above zero, credit below, in base currency; records or their keys.

    currency, currency_amount  the document's; left out for base currency
    settles                    the journal line (open item) this line settles
    origin                     the document that caused the line, if not the entry's
    """

    account: Any
    amount: Decimal
    currency: Any = None
    currency_amount: Decimal | None = None
    party: Any = None
    item: Any = None
    site: Any = None
    department: Any = None
    tax_code: Any = None
    due_on: date | None = None
    settles: Any = None
    origin: Any = None
    memo: str = ""


@dataclass
class EntrySpec:
    """An entry to post. `area` is the part of the books whose lock applies."""

    posted_on: date
    lines: Sequence[EntryLine]
    company: Any = None
    memo: str = ""
    origin: Any = None
    area: str = "general"
    reverses: Any = None
    lines_kept: list[EntryLine] = field(default_factory=list)


def post_entries(ctx, specs: Sequence[EntrySpec]) -> list[JournalEntry]:
    """Post balanced entries; each gets its gapless number when the running command ends.

    Lines of zero are left out; an entry without lines is not made. Raises ValidationError when an entry does not
    balance; the database refuses locked periods.
    """
    specs = [_cleaned(spec, ctx) for spec in specs]
    specs = [spec for spec in specs if spec.lines_kept]
    if not specs:
        return []
    if ctx.command_id is None:
        with commands.batch(JournalEntry, ctx, "post", entries=len(specs)) as inner:
            return _write(inner, specs, last=True)
    return _write(ctx, specs)


def _cleaned(spec: EntrySpec, ctx) -> EntrySpec:
    """The spec with keys instead of records, zero lines left out, and a check of the balance."""
    kept = [line for line in spec.lines if line.amount or line.currency_amount]
    balance = sum((line.amount for line in kept), ZERO)
    if balance:
        raise ValidationError(
            _("The entry does not balance: debit and credit differ by %(amount)s.") % {"amount": f"{balance:f}"},
            code="balance",
        )
    company = key(spec.company) or ctx.company_id
    origin, reverses = key(spec.origin), key(spec.reverses)
    return replace(spec, company=company, lines_kept=kept, origin=origin, reverses=reverses)


def _write(ctx, specs: list[EntrySpec], *, last: bool = False) -> list[JournalEntry]:
    """Add entries and lines; `last` when nothing of the command follows, so that numbers can be taken at once."""
    now = datetime.now(timezone.utc)  # noqa: UP017
    user_id = ctx.user.pk if ctx.user else None
    base, roles = _known(specs)
    entries, lines = [], []
    for spec in specs:
        entry = JournalEntry.from_db(
            DEFAULT_DB_ALIAS,
            ENTRY_ATTRIBUTES,
            (
                user_id,
                now,
                now,
                1,
                {},
                uuid7(),
                "",
                "posted",
                spec.company,
                spec.posted_on,
                spec.area,
                any(line.tax_code for line in spec.lines_kept),
                spec.memo[:200],
                spec.origin,
                spec.reverses,
                sum((line.amount for line in spec.lines_kept if line.amount > 0), ZERO),
                len(spec.lines_kept),
            ),
        )
        entries.append(entry)
        for position, line in enumerate(spec.lines_kept, 1):
            role, company_id = roles.get(key(line.account), ("", None))
            if company_id != spec.company:
                raise ValidationError(_("The account belongs to another company."), code="company")
            lines.append(_line_row(spec, entry.pk, position, line, base[spec.company], role in OPEN_ITEM_ROLES))
    if last:
        _number(entries)
    identities = [(e.pk, "accounting.journalentry", e.company_id, e.number, "") for e in entries]
    parts = (
        (DocumentIdentity, ["id", "kind", "company_id", "number", "title"], identities),
        (JournalEntry, ENTRY_COLUMNS, [_entry_row(e) for e in entries]),
        (JournalLine, LINE_COLUMNS, lines),
    )
    if len(lines) <= FEW_LINES:
        _insert(parts)
    else:
        for model, columns, rows in parts:
            _copy(model, columns, rows)
    for entry in () if last else entries:
        running.number_late(entry)
    return entries


def _number(entries: list[JournalEntry]) -> None:
    """Give gapless numbers, series by series in one order."""
    for company, year in sorted({(e.company_id, e.posted_on.year) for e in entries}):
        waiting = [e for e in entries if (e.company_id, e.posted_on.year) == (company, year)]
        numbers = numbering.next_numbers(JournalEntry, company, year, len(waiting))
        for entry, number in zip(waiting, numbers, strict=True):
            entry.number = number


def _known(specs: list[EntrySpec]) -> tuple[dict, dict]:
    """{company: base currency} and {account: (role, company)}."""
    companies = remembered.rows(Company, {spec.company for spec in specs})
    accounts = remembered.rows(Account, {key(line.account) for spec in specs for line in spec.lines_kept})
    return (
        {pk: company.base_currency_id for pk, company in companies.items()},
        {pk: (account.role, account.company_id) for pk, account in accounts.items()},
    )


FEW_LINES = 200  # more are copied, which begins to pay off there

ENTRY_COLUMNS = [
    "id",
    "created_by_id",
    "created_at",
    "updated_at",
    "version",
    "custom",
    "number",
    "state",
    "company_id",
    "posted_on",
    "area",
    "has_tax",
    "memo",
    "origin_id",
    "reverses_id",
    "total",
    "line_count",
]
ENTRY_ATTRIBUTES = [field.attname for field in JournalEntry._meta.concrete_fields]
LINE_COLUMNS = [
    "document_id",
    "position",
    "company_id",
    "posted_on",
    "account_id",
    "amount",
    "currency_id",
    "currency_amount",
    "party_id",
    "item_id",
    "site_id",
    "department_id",
    "tax_code_id",
    "due_on",
    "settles_id",
    "open_item",
    "origin_id",
    "memo",
]


def _entry_row(e: JournalEntry) -> tuple:
    return (
        e.pk,
        e.created_by_id,
        e.created_at,
        e.updated_at,
        1,
        "{}",
        e.number,
        "posted",
        e.company_id,
        e.posted_on,
        e.area,
        e.has_tax,
        e.memo,
        e.origin_id,
        e.reverses_id,
        e.total,
        e.line_count,
    )


def _line_row(spec: EntrySpec, entry_id: UUID, position: int, line: EntryLine, base: str, open_item: bool) -> tuple:
    foreign = line.currency_amount is not None
    return (
        entry_id,
        position,
        spec.company,
        spec.posted_on,
        key(line.account),
        line.amount,
        key(line.currency) if foreign and line.currency else base,
        line.currency_amount if foreign else line.amount,
        key(line.party),
        key(line.item),
        key(line.site),
        key(line.department),
        key(line.tax_code),
        line.due_on,
        key(line.settles),
        open_item,
        key(line.origin) or spec.origin,
        line.memo[:200],
    )


def _insert(parts) -> None:
    """Add few rows to several tables in one round trip."""
    with database.together():
        for model, columns, rows in parts:
            row = f"({', '.join(['%s'] * len(columns))})"
            database.later(
                f'INSERT INTO "{model._meta.db_table}" ({", ".join(columns)}) VALUES {", ".join([row] * len(rows))}',
                [value for one in rows for value in one],
            )


def _copy(model, columns: list[str], rows: Sequence[tuple]) -> None:
    """Add rows in one statement: triggers and constraints see them all at once."""
    with (
        connection.wrap_database_errors,
        connection.cursor() as cursor,
        cursor.copy(f'COPY "{model._meta.db_table}" ({", ".join(columns)}) FROM STDIN') as target,
    ):
        for row in rows:
            target.write_row(row)


def key(record):
    """The key of a record, or the key itself."""
    return getattr(record, "pk", record)
