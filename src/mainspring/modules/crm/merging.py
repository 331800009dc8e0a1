"""Leads that are the same made one (CRM-04, K06): how leads take part in merging."""

from django.utils.translation import gettext as _

from mainspring.kernel import errors
from mainspring.modules.parties import commands as parties

from .models import LIVE, Lead


def refuse(kept: Lead, other: Lead) -> None:
    """A lead that became a customer is part of that customer's history; customers are merged themselves."""
    if other.state not in (*LIVE, "lost"):
        raise errors.Conflict(
            _("%(lead)s is %(state)s already; merge the customers instead.")
            % {"lead": other, "state": other.state_label},
            code="state",
        )


parties.merging.register(
    parties.merging.Kind(
        Lead,
        (
            "name", "contact_name", "email", "phone", "registry_code", "vat_number", "country", "city", "territory",
            "source", "campaign", "currency", "value", "note", "duplicate_reason",
        ),
        lambda kept: {"merged_into": kept, "state": "merged"},
        together={"owner": ("state", "pool", "claimed_at", "touched_at")},
        refuse=refuse,
    )
)  # fmt: skip
