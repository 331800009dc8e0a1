"""Tables of accounting, by subject."""

from .chart import Account, AccountRule, TaxCode, TaxRate
from .invoices import Invoice, InvoiceLine
from .ledger import AccountTotal, JournalEntry, JournalLine
from .payments import Payment, PaymentAllocation, PlannedCash
from .periods import LockDate, LockException, Revaluation, RevaluationLine
from .vouchers import Voucher, VoucherLine

__all__ = [
    "Account",
    "AccountRule",
    "AccountTotal",
    "Invoice",
    "InvoiceLine",
    "JournalEntry",
    "JournalLine",
    "LockDate",
    "LockException",
    "Payment",
    "PaymentAllocation",
    "PlannedCash",
    "Revaluation",
    "RevaluationLine",
    "TaxCode",
    "TaxRate",
    "Voucher",
    "VoucherLine",
]
