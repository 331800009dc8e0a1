"""Pages and endpoints of accounting."""

from django.utils.translation import gettext_lazy as _

from mainspring.kernel.resource import Resource, amend

from . import models, overview  # noqa: F401 (fills the customer's page)

SETUP = "Accounting / Setup"


class Invoices(Resource):
    model = models.Invoice
    menu = "Accounting"
    icon = "file-invoice"
    columns = "number kind party invoice_on due_on currency total total_base state"
    search = "number reference party__name party__code"
    filters = "kind state party currency invoice_on due_on site"
    form = (
        "kind party reference | invoice_on tax_point_on payment_term | currency rate prices_include_tax discount"
        " | site memo"
    )
    lines = "item description quantity unit price discount_pct net tax_code tax account department"
    line_totals = "net tax total"
    order = "-invoice_on"
    dimensions = "kind party party__territory currency site state invoice_on"
    measures = "total_base"
    calendar = "due_on due_on"
    related = {
        _("Credit notes"): ("accounting/invoices", "credits"),
        _("Postings"): ("accounting/journal-entries", "origin"),
    }


class Payments(Resource):
    model = models.Payment
    menu = "Accounting"
    icon = "cash"
    columns = "number direction party paid_on currency amount total_base account state"
    search = "number reference party__name party__code"
    filters = "direction state party currency paid_on account"
    form = "direction party reference | paid_on account | currency amount rate"
    lines = "invoice amount difference"
    line_totals = "total"
    order = "-paid_on"
    dimensions = "direction party currency account state paid_on"
    measures = "total_base"
    related = {_("Postings"): ("accounting/journal-entries", "origin")}


class Vouchers(Resource):
    model = models.Voucher
    menu = "Accounting"
    icon = "notes"
    proposes = {"posted_on": "today"}
    columns = "number posted_on memo total state"
    search = "number memo"
    filters = "state posted_on"
    form = "posted_on memo"
    lines = "account debit credit party department memo"
    line_totals = "total"
    order = "-posted_on"
    related = {_("Postings"): ("accounting/journal-entries", "origin")}


class JournalEntries(Resource):
    model = models.JournalEntry
    menu = "Accounting"
    icon = "book"
    columns = "number posted_on area memo origin total"
    search = "number memo origin__number"
    filters = "area posted_on"
    lines = "account amount currency currency_amount party item site department tax_code due_on memo"
    line_totals = "total"
    order = "-posted_on -number"
    dimensions = "area posted_on"
    measures = "total"
    creatable = False


class JournalLines(Resource):
    model = models.JournalLine
    menu = "Accounting"
    icon = "list-details"
    columns = "posted_on document account party item memo amount currency currency_amount due_on origin"
    search = "document__number memo party__name origin__number"
    filters = "account party item site department tax_code posted_on currency"
    order = "-posted_on -id"
    dimensions = "account account__kind party item item__category site department tax_code posted_on"
    measures = "amount"
    creatable = False


class Revaluations(Resource):
    model = models.Revaluation
    menu = "Accounting / Closing"
    icon = "arrows-exchange"
    proposes = {"revalued_on": "today"}
    columns = "number revalued_on total state"
    search = "number"
    filters = "state revalued_on"
    form = "revalued_on"
    lines = "open_line currency foreign carried rate difference"
    line_totals = "total"
    order = "-revalued_on"
    related = {_("Postings"): ("accounting/journal-entries", "origin")}


class LockDates(Resource):
    model = models.LockDate
    menu = "Accounting / Closing"
    icon = "lock"
    columns = "company area locked_before"
    filters = "company area locked_before"
    form = "company area locked_before"


class LockExceptions(Resource):
    model = models.LockException
    menu = "Accounting / Closing"
    icon = "lock-open"
    columns = "company area user opens_from expires_at reason"
    search = "reason user__username"
    filters = "company area user"
    form = "company area user | opens_from expires_at reason"


class ExpectedCash(Resource):
    model = models.PlannedCash
    menu = "Accounting"
    icon = "calendar-dollar"
    columns = "planned_on party origin currency amount amount_base"
    search = "party__name origin__number"
    filters = "planned_on party currency"
    order = "planned_on"
    dimensions = "party currency planned_on"
    measures = "amount_base"
    calendar = "planned_on planned_on"
    creatable = False


class Accounts(Resource):
    model = models.Account
    menu = SETUP
    icon = "list-tree"
    columns = "code name kind role active company"
    search = "code name"
    filters = "kind role active company"
    form = "company code name | kind role active"
    order = "code"
    related = {_("Journal lines"): ("accounting/journal-lines", "account")}


class AccountRules(Resource):
    model = models.AccountRule
    menu = SETUP
    icon = "route"
    columns = "role category party account company"
    search = "account__code account__name"
    filters = "role category party company"
    form = "company role | category party | account"


class TaxCodes(Resource):
    model = models.TaxCode
    menu = SETUP
    icon = "receipt-tax"
    columns = "code name category is_default active company"
    search = "code name"
    filters = "category active company"
    form = "company code name | category is_default active"
    lines = "starts_on rate"


amend("parties.party", related=(_("Invoices"), "accounting/invoices", "party"))
amend("parties.party", related=(_("Payments"), "accounting/payments", "party"))
