"""News of leads and deals."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class LeadConverted:
    """A lead became a customer with an opportunity."""

    lead_id: UUID
    party_id: int
    opportunity_id: UUID


@dataclass(frozen=True)
class OpportunityWon:
    """A deal was won."""

    opportunity_id: UUID


@dataclass(frozen=True)
class OpportunityLost:
    """A deal was lost."""

    opportunity_id: UUID


@dataclass(frozen=True)
class DealReopened:
    """A decided deal is on its way again."""

    opportunity_id: UUID


@dataclass(frozen=True)
class DealsPlanned:
    """What deals may bring changed in the material plan.

    places  (site, items) pairs whose demand changed
    """

    places: tuple[tuple[int, tuple[int, ...]], ...]
