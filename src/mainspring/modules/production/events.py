"""News of production."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class ReportPosted:
    """A shop report is in the ledgers of material, time and money."""

    report_id: UUID


@dataclass(frozen=True)
class ProductionClosed:
    """A production order is closed; nothing of it is left in process."""

    order_id: UUID
