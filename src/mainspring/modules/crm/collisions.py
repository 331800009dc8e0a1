"""Leads among those who are with us already (rule K05)."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from mainspring.modules.parties import queries as parties

from .models import LIVE, Lead

parties.collisions.register(
    parties.collisions.Source(
        "lead",
        _("Lead"),
        Lead,
        "/crm/leads/%s/",
        "t.id::text AS record_id, t.name, t.state AS status, t.owner_id, t.territory_id",
        "crm_lead t",
        "t.company_id = %(company)s AND t.state = ANY(%(live)s)",
        values=lambda: {"live": list(LIVE)},
        status=lambda state: Lead.workflow.label(state),
    )
)


def of_lead(lead: Lead) -> parties.collisions.Asked:
    """The question whether a lead is new."""
    return parties.collisions.Asked(
        lead.company_id, lead.name or "", lead.registry_code, lead.vat_number, lead.country, lead.phone, lead.email,
        frozenset({("crm.lead", str(lead.pk)), ("parties.party", str(lead.party_id))}),
    )  # fmt: skip


def leads_refused(leads: list[Lead]) -> dict[int, ValidationError]:
    """Leads somebody may still win that are with us already."""
    live = [n for n, lead in enumerate(leads) if lead.state in LIVE]
    asked = [of_lead(leads[n]) for n in live]
    found = parties.duplicates.refusals(asked, [leads[n].duplicate_reason for n in live])
    return {live[n]: error for n, error in found.items()}


def refuse(lead: Lead) -> None:
    """Raise ValidationError naming owner and status of what is there already, its details masked (CRM-04)."""
    for refusal in leads_refused([lead]).values():
        raise refusal
