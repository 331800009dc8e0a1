"""Reports agree with the books on any day and open what is behind each figure (FIN-01, FIN-04, FIN-06, F04)."""

from datetime import date
from decimal import Decimal as D

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client

from mainspring.kernel import reports
from mainspring.kernel.models import ExportRun, Role, RoleGrant
from mainspring.modules.accounting import queries


@pytest.fixture
def year(books):
    """Two years of business: 1,000 earned in the first, 400 in the second, 150 spent."""
    acme = books.world.party("Acme Water", is_supplier=True)
    books.invoice(acme, {"price": "1000"}, day="2025-11-03")
    books.invoice(acme, {"price": "400"}, day="2026-02-02")
    books.invoice(acme, {"price": "150"}, day="2026-02-10", kind="supplier_bill", reference="B1")
    return books


def answer(books, name, **given):
    return reports.registry[name].answer(books.ctx, **given)[0]


def named(found, name):
    return next(row["amount"] for row in found.rows if row["name"] == name)


def test_the_balance_sheet_balances_with_the_result_by_calculation(year):
    sheet = answer(year, "balance-sheet", on="2026-03-02")
    assert named(sheet, "Result of earlier years") == D("1000.00")  # F04
    assert named(sheet, "Result of this year") == D("250.00")
    assert named(sheet, "Assets") == named(sheet, "Liabilities and equity") == D("1725.50")
    before = answer(year, "balance-sheet", on="2025-12-31")
    assert (named(before, "Result of this year"), named(before, "Result of earlier years")) == (D("1000.00"), D(0))


def test_the_income_statement_of_a_period(year):
    found = answer(year, "income-statement", since="2026-01-01", on="2026-12-31")
    assert (named(found, "Income"), named(found, "Result")) == (D("400.00"), D("250.00"))


def test_the_trial_balance_opens_moves_and_closes(year):
    found = answer(year, "trial-balance", since="2026-01-01", on="2026-03-02")
    row = next(r for r in found.rows if r["code"] == "1200")
    assert (row["opening"], row["debit"], row["credit"], row["closing"]) == (D(1210), D(484), D(0), D(1694))
    assert found.totals["opening"] == found.totals["closing"] == 0
    ledger = answer(year, "general-ledger", account=row["account_id"], since="2026-01-01", on="2026-03-02")
    assert [r["balance"] for r in ledger.rows] == [D(1210), D(1694)]


def test_the_tax_report_is_the_tax_accounts(year):
    found = answer(year, "vat-summary", since="2026-01-01", on="2026-03-31")
    [row] = found.rows
    assert (row["sales"], row["output"], row["purchases"], row["input"]) == (D(400), D("84.00"), D(150), D("31.50"))
    assert found.totals["output"] == D("84.00")


def test_ageing_is_the_receivables_account_on_any_past_day(year):
    found = answer(year, "ageing", on="2026-03-02")
    [row] = found.rows
    assert (row["d30"], row["older"], row["total"]) == (D("484.00"), D("1210.00"), D("1694.00"))
    assert answer(year, "ageing", on="2025-12-31").totals["total"] == D("1210.00")
    assert found.notes == []
    assert queries.balance_of(year.company.pk, "receivable") == D("1694.00")


def test_cash_in_sight_puts_overdue_items_first(year):
    found = answer(year, "cash-in-sight", until="2026-06-01")
    assert [r["planned_on"] for r in found.rows] == [date(2026, 3, 2)] * 4
    assert found.rows[-1]["balance"] == D("1512.50")


def test_wrong_parameters_are_named_and_strangers_are_refused(year):
    with pytest.raises(ValidationError, match="not a valid value"):
        answer(year, "trial-balance", on="yesterday")
    stranger = year.world.person("rep", "sales_rep")
    with pytest.raises(PermissionDenied):
        reports.registry["trial-balance"].answer(stranger)


def at_the_browser(user) -> Client:
    browser = Client()
    browser.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return browser


def test_a_downloaded_report_is_noted_as_an_export(year):
    """SEC-03."""
    sheet = at_the_browser(year.ctx.user).get("/reports/trial-balance/?format=csv")
    run = ExportRun.objects.get()
    assert (run.entity, run.format, run.created_by) == ("accounting.journalline", "csv", year.ctx.user)
    assert run.rows == len(answer(year, "trial-balance").rows)
    assert f"-{run.pk}.csv" in sheet["Content-Disposition"]


def test_who_may_not_export_reads_a_report_on_the_page_only(year):
    reader = Role.objects.create(code="reader", name="Reader")
    RoleGrant.objects.create(role=reader, entity="accounting.journalline", verbs=["view"], scope="company")
    browser = at_the_browser(year.world.person("rita", "reader").user)
    page = browser.get("/reports/trial-balance/")
    assert page.status_code == 200
    assert "format=xlsx" not in page.content.decode()
    assert browser.get("/reports/trial-balance/?format=xlsx").status_code == 403
    assert not ExportRun.objects.exists()


@pytest.mark.parametrize(
    "name",
    [
        "trial-balance",
        "general-ledger",
        "balance-sheet",
        "income-statement",
        "ageing",
        "open-items",
        "vat-summary",
        "cash-in-sight",
        "stock-value",
        "stock-on-hand",
        "stock-projection",
    ],
)
def test_every_report_has_its_page_and_sheet(year, name):
    browser = at_the_browser(year.ctx.user)
    found = browser.get(f"/reports/{name}/")
    assert found.status_code == 200
    assert str(reports.registry[name].title) in found.content.decode()
    if name != "stock-projection":
        sheet = browser.get(f"/reports/{name}/?format=csv&on=2026-03-02")
        assert sheet["Content-Type"].startswith("text/csv")
    assert browser.get(f"/reports/{name}/?on=nonsense&since=1&until=2&site=x&item=y").status_code == 200
