"""Accounting: invoices and bills, payments, tax, exchange differences, period locks, and the books behind them.

Every posted document becomes a balanced journal entry that is never changed again; a mistake is reversed.
"""
