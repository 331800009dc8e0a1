"""Contracts with customers, from signature to the money collected: what is ordered, delivered, invoiced and paid under
them, amendments, collection plans, invoice requests, write-offs and renewals."""
