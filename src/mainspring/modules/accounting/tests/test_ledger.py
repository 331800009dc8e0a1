"""The ledger only grows, balances, and stays out of locked periods, whoever writes (FIN-01, FIN-08, F01)."""

from datetime import date
from decimal import Decimal as D

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from mainspring.kernel import commands
from mainspring.kernel.ids import uuid7
from mainspring.modules.accounting import queries
from mainspring.modules.accounting.commands import EntryLine, EntrySpec, post_entries, reverse_entry
from mainspring.modules.accounting.models import (
    AccountTotal,
    JournalEntry,
    JournalLine,
    LockDate,
    LockException,
    Voucher,
)


def test_an_entry_gets_its_number_and_shows_in_the_trial_balance(books):
    entry = books.post("2026-03-02", ("bank", "100.00"), ("sales", "-100.00"))
    assert entry.number == "JE2026-000001"
    assert {row["role"]: row["balance"] for row in queries.trial_balance(books.ctx)} == {
        "bank": D(100),
        "sales": D(-100),
    }
    assert queries.trial_balance(books.ctx, date(2026, 3, 1)) == []


def test_numbers_have_no_gap_when_a_posting_fails(books):
    books.post("2026-03-02", ("bank", "1.00"), ("sales", "-1.00"))
    with pytest.raises(ValidationError, match="differ by"):
        books.post("2026-03-02", ("bank", "1.00"), ("sales", "-0.99"))
    assert books.post("2026-03-02", ("bank", "1.00"), ("sales", "-1.00")).number == "JE2026-000002"


def test_many_entries_are_one_command_and_numbered_in_order(books):
    lines = [EntryLine(books.accounts["bank"], D(5)), EntryLine(books.accounts["sales"], D(-5))]
    entries = post_entries(books.ctx, [EntrySpec(date(2026, 3, 2), lines) for _n in range(50)])
    assert [e.number for e in entries] == [f"JE2026-{n:06}" for n in range(1, 51)]
    assert AccountTotal.objects.count() == 2  # one statement added one row an account and day


ALONE = """
    WITH made AS (INSERT INTO kernel_documentidentity (id, kind, company_id, number, title)
                  VALUES (gen_random_uuid(), 'accounting.journalentry', %s, '', '') RETURNING id, company_id)
    INSERT INTO accounting_journalentry (id, created_at, updated_at, version, custom, number, state, company_id,
        posted_on, area, has_tax, memo, total, line_count)
    SELECT id, now(), now(), 1, '{}', '', 'posted', company_id, '2026-03-02', 'general', false, '', 7, 2 FROM made;
    SET CONSTRAINTS ALL IMMEDIATE"""


def test_the_database_refuses_an_unbalanced_entry(books):
    with pytest.raises(DatabaseError, match="must balance"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(ALONE, [books.company.pk])


def test_the_database_refuses_a_line_without_its_entry(books):
    line = JournalLine(
        document_id=uuid7(), company=books.company, posted_on=date(2026, 3, 2), account=books.accounts["bank"],
        amount=D(5), currency_id="EUR", currency_amount=D(5),
    )  # fmt: skip
    with pytest.raises(IntegrityError, match="belongs to a journal entry"), transaction.atomic():
        JournalLine.objects.bulk_create([line])


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE accounting_journalline SET amount = amount + 1",
        "UPDATE accounting_journalentry SET posted_on = '2026-01-01'",
        "UPDATE accounting_journalentry SET number = 'JE1'",
        "DELETE FROM accounting_journalline",
        "DELETE FROM accounting_journalentry",
        """INSERT INTO accounting_journalline (document_id, position, company_id, posted_on, account_id, amount,
         currency_id, currency_amount, open_item, memo)
       SELECT document_id, 9, company_id, posted_on, account_id, 0, currency_id, 0, false, ''
       FROM accounting_journalline
       LIMIT 1""",
    ],
)
def test_posted_rows_are_never_touched(books, statement):
    books.post("2026-03-02", ("bank", "100.00"), ("sales", "-100.00"))
    with (
        pytest.raises(DatabaseError, match=r"never changed|only added|no more lines"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_a_mistake_is_reversed_once(books):
    entry = books.post("2026-03-02", ("bank", "100.00"), ("sales", "-100.00"))
    commands.perform(entry, "reverse", books.on("2026-03-05"), on="2026-03-05")
    assert books.balance("bank") == 0
    assert books.balance("bank", "2026-03-04") == 100
    with pytest.raises(ValidationError, match="already reversed"):
        reverse_entry(entry, books.ctx)


def test_a_locked_area_takes_no_entry_but_others_do(books):
    commands.create(LockDate, books.ctx, company=books.company, area="sales", locked_before="2026-03-01")
    with pytest.raises(ValidationError, match="locked"):
        books.post("2026-02-28", ("bank", "100.00"), ("sales", "-100.00"), area="sales")
    books.post("2026-02-28", ("bank", "1.00"), ("sales", "-1.00"), area="stock")
    books.post("2026-03-01", ("bank", "1.00"), ("sales", "-1.00"), area="sales")
    commands.create(LockDate, books.ctx, company=books.company, area="all", locked_before="2026-03-01")
    with pytest.raises(ValidationError, match="locked"):
        books.post("2026-02-28", ("bank", "1.00"), ("sales", "-1.00"), area="stock")


def test_an_exception_opens_a_period_for_one_person_area_and_time(books):
    commands.create(LockDate, books.ctx, company=books.company, area="all", locked_before="2026-03-01")
    until = timezone.now() + timezone.timedelta(hours=1)
    given = commands.create(
        LockException,
        books.ctx,
        company=books.company,
        area="stock",
        user=books.ctx.user,
        opens_from="2026-02-01",
        expires_at=until,
        reason="Late count",
    )
    with pytest.raises(ValidationError, match="locked"):  # the lock of all areas needs an exception for all
        books.post("2026-02-28", ("bank", "1.00"), ("sales", "-1.00"), area="stock")
    commands.change(given, books.ctx, area="all")
    books.post("2026-02-28", ("bank", "1.00"), ("sales", "-1.00"), area="stock")
    with pytest.raises(ValidationError, match="locked"):
        books.post("2026-01-31", ("bank", "1.00"), ("sales", "-1.00"))
    commands.change(given, books.ctx, expires_at=timezone.now())
    with pytest.raises(ValidationError, match="locked"):
        books.post("2026-02-28", ("bank", "1.00"), ("sales", "-1.00"), area="stock")


def test_a_voucher_is_written_by_hand_and_must_balance(books):
    voucher = commands.create(
        Voucher,
        books.ctx,
        posted_on="2026-03-02",
        memo="Rent",
        lines=[
            {"account": books.accounts["purchase_expense"], "debit": "500"},
            {"account": books.accounts["bank"], "credit": "499"},
        ],
    )
    with pytest.raises(ValidationError, match="differ by 1"):
        commands.perform(voucher, "post", books.ctx)
    lines = [{"id": line.pk} for line in voucher.lines.all()]
    lines[1]["credit"] = "500"
    voucher = commands.perform(commands.change(voucher, books.ctx, lines=lines), "post", books.ctx)
    assert voucher.number == "JV2026-00001"
    assert books.balance("bank") == -500
    commands.perform(voucher, "reverse", books.ctx, on="2026-03-31")
    assert books.balance("bank") == 0
    assert JournalEntry.objects.filter(origin=voucher.identity).count() == 2
    assert JournalLine.objects.filter(origin=voucher.identity).count() == 4
