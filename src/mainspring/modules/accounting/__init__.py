"""Accounting: invoices and bills, payments, tax, exchange differences, period locks, and the books that come out of them.

Every posted document becomes a balanced journal entry that is never changed again; a mistake is reversed.
"""
