"""News of accounting."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class InvoicePosted:
    """An invoice, bill or credit note is in the books."""

    invoice_id: UUID


@dataclass(frozen=True)
class InvoiceReversed:
    """A posted invoice was undone by the opposite entry."""

    invoice_id: UUID


@dataclass(frozen=True)
class PaymentPosted:
    """A payment is in the books; what it settles may be partly or fully paid now."""

    payment_id: UUID
