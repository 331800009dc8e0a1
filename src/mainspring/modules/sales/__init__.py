"""Selling: quotations with promised dates, orders, deliveries and returns, and the invoices made of them.

What is delivered, invoiced and paid of an order is always computed from the documents and moves themselves.
"""
