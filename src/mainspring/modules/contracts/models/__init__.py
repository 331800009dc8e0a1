"""Tables of contracts, by subject."""

from .amendments import Amendment, AmendmentLine
from .collecting import CollectedPart, CollectionPlan, Instalment, InstalmentReminder, ReceiptMatch
from .contracts import LIVE, CallOff, Contract, ContractLine
from .profiles import TaxProfile
from .requesting import InvoiceRequest
from .writing_off import WriteOff

__all__ = [
    "LIVE",
    "Amendment",
    "AmendmentLine",
    "CallOff",
    "CollectedPart",
    "CollectionPlan",
    "Contract",
    "ContractLine",
    "Instalment",
    "InstalmentReminder",
    "InvoiceRequest",
    "ReceiptMatch",
    "TaxProfile",
    "WriteOff",
]
