"""docs/guide/accountant.md, walked by the accountant and the controller."""

import re
import time
from datetime import date, timedelta

TODAY = date.today()


def path(somebody) -> str:
    return re.sub(r"https?://[^/]+", "", somebody.page.url)


def test_an_invoice_is_posted_paid_and_credited(person):
    accountant = person("accountant").goes_to("Accounting", "Invoices").opens("/accounting/invoices/new/")
    customer = accountant.first("parties/parties", is_customer="true", currency="EUR")
    account = accountant.first("accounting/accounts", role="sales")
    accountant.enters(kind="Customer invoice", party=customer["name"])
    accountant.line(0, description="Training", quantity=1, price=100, account=account["code"]).saves()
    accountant.presses("Post")
    assert accountant.state == "Posted"
    invoice = path(accountant)
    number = accountant.page.locator(".heading-number").inner_text()
    accountant.goes_to("Accounting", "Payments").opens("/accounting/payments/new/")
    bank = accountant.first("accounting/accounts", role="bank")
    accountant.enters(direction="Received", party=customer["name"], account=bank["code"], amount="50")
    accountant.line(0, invoice=number, amount=50).saves().presses("Post")
    assert accountant.state == "Posted"
    accountant.presses("Reverse")
    assert accountant.state == "Reversed"
    accountant.opens(invoice).presses("Credit")
    assert "Invoice" in accountant.title
    accountant.presses("Post")
    assert accountant.state == "Posted"


def test_a_voucher_needs_two_equal_sides(person):
    accountant = person("accountant").goes_to("Accounting", "Journal vouchers").opens("/accounting/vouchers/new/")
    accounts = accountant.page.request.get("/api/v1/accounting/accounts/?kind=expense&size=2").json()["results"]
    first, second = (account["code"] for account in accounts[:2])
    accountant.enters(memo="Moved to the right account")
    accountant.line(0, account=first, debit=10).line(1, account=second, credit=9).saves()
    accountant.cannot("Post", because="Debit and credit differ by 1.00.")
    accountant.opens(path(accountant) + "edit/").line(1, credit=10).saves().presses("Post")
    assert accountant.state == "Posted"


def test_every_report_answers_and_opens_what_is_behind(person):
    accountant = person("accountant")
    for name in ("Trial balance", "General ledger", "Balance sheet", "Income statement", "Ageing", "Open items",
                 "VAT summary", "Cash in sight"):  # fmt: skip
        accountant.goes_to("Accounting", name)
        assert accountant.title == name
    accountant.goes_to("Accounting", "Trial balance").page.locator("main tbody a").first.click()
    accountant.page.wait_for_load_state()
    assert accountant.title == "General ledger"
    for address in ("/reports/grni-unmatched/", "/reports/stock-value/", "/reports/work-in-process/",
                    "/accounting/journal-lines/pivot/", "/accounting/expected-cash/"):  # fmt: skip
        accountant.opens(address)


def test_the_month_ends(person):
    accountant = person("accountant")
    for address in ("/accounting/invoices/?state=draft", "/production/production-orders/?state=completed",
                    "/organization/import-rates/"):  # fmt: skip
        accountant.opens(address)
    a_day = TODAY - timedelta(3000 + time.time_ns() // 1000 % 3000)
    accountant.opens("/organization/exchange-rates/new/")
    accountant.enters(from_currency="USD", to_currency="EUR", valid_on=a_day.isoformat(), rate="0.91").saves()
    accountant.goes_to("Accounting", "Revaluations").opens("/accounting/revaluations/new/").saves().presses("Post")
    assert accountant.state == "Posted"
    accountant.presses("Reverse")
    assert accountant.state == "Reversed"
    controller = person("controller").goes_to("Accounting", "Period locks").opens("/accounting/lock-dates/new/")
    long_ago = (TODAY - timedelta(700)).isoformat()
    controller.enters(area="Purchasing", locked_before=long_ago).saves()
    for entry in ("Lock exceptions", "Chart of accounts", "Account determination", "Tax codes"):
        controller.goes_to("Accounting", entry)
    controller.opens("/accounting/accounts/new/").sees("Role")
