"""Invariants of contracts: what they say of themselves is what documents and payments say."""

from django.utils.translation import gettext_lazy as _

from mainspring.kernel import database
from mainspring.kernel.checks import check

from . import facts
from .models import Contract


@check("contracts.instalments", _("The instalments of a contract never exceed its value"))
def instalments_within_value():
    for row in database.rows("""
            SELECT c.number, c.value, SUM(i.amount) AS planned FROM contracts_instalment i
            JOIN contracts_collectionplan p ON p.id = i.document_id JOIN contracts_contract c ON c.id = p.contract_id
            WHERE c.value > 0 GROUP BY c.id HAVING SUM(i.amount) > c.value"""):
        yield f"{row['number']}: {row['planned']} planned, worth {row['value']}"


@check("contracts.invoicing", _("Requested and invoiced stay within what the contract allows"))
def invoicing_within_limit():
    for row in database.rows("""
            SELECT number, requested, invoiced, value FROM contracts_contract
            WHERE value > 0 AND requested + invoiced > value * (100 + tolerance_pct) / 100"""):
        yield f"{row['number']}: {row['requested']} + {row['invoiced']}, worth {row['value']}"


@check("contracts.progress", _("Ordered, delivered, invoiced and collected of every contract agree with the documents"))
def progress_agrees():
    contracts = list(Contract.objects.select_related("currency", "company__base_currency"))
    found = facts.gather(contracts)
    for contract in contracts:
        mine = found[contract.pk]
        said = contract.ordered, contract.delivered, contract.requested, contract.invoiced, contract.collected
        if not mine.has_orders and contract.accepted_on:
            mine.delivered = contract.value
        true = mine.ordered, mine.delivered, mine.requested, mine.invoiced, mine.collected
        if said != true:
            yield f"{contract.number}: says {said}, documents say {true}"


@check("contracts.collected", _("What instalments collected is what payments brought, and never more than they are"))
def collected_agrees():
    for row in database.rows("""
            SELECT c.number, i.position, i.amount, i.collected, i.written_off, COALESCE(SUM(x.amount), 0) AS parts
            FROM contracts_instalment i JOIN contracts_collectionplan p ON p.id = i.document_id
            JOIN contracts_contract c ON c.id = p.contract_id
            LEFT JOIN contracts_collectedpart x ON x.instalment_id = i.id
            GROUP BY c.number, i.id
            HAVING i.collected <> COALESCE(SUM(x.amount), 0) OR i.collected + i.written_off > i.amount"""):
        yield f"{row['number']} {row['position']}: {row['collected']} collected, {row['parts']} in payments"
    for row in database.rows("""
            SELECT c.number, c.collected, COALESCE(SUM(i.collected), 0) AS parts FROM contracts_contract c
            JOIN contracts_collectionplan p ON p.contract_id = c.id
            JOIN contracts_instalment i ON i.document_id = p.id
            GROUP BY c.id HAVING COALESCE(SUM(i.collected), 0) > c.collected"""):
        yield f"{row['number']}: instalments have {row['parts']}, payments brought {row['collected']}"


@check("contracts.set_aside", _("No more is set aside of a payment than is left of it"))
def set_aside_is_left():
    for row in database.rows("""
            SELECT p.number, SUM(m.amount) AS aside, p.amount - COALESCE((
                       SELECT SUM(a.amount) FROM accounting_paymentallocation a WHERE a.document_id = p.id), 0) AS left
            FROM contracts_receiptmatch m JOIN accounting_payment p ON p.id = m.payment_id
            GROUP BY p.id HAVING p.state <> 'posted' OR SUM(m.amount) > p.amount - COALESCE((
                       SELECT SUM(a.amount) FROM accounting_paymentallocation a WHERE a.document_id = p.id), 0)"""):
        yield f"{row['number']}: {row['aside']} set aside, {row['left']} left"
