"""Where leads come from is kept until the deal, and what a campaign brings is told."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from mainspring.kernel import commands
from mainspring.kernel.reports import registry
from mainspring.modules.crm.models import Campaign, Lead, Opportunity

FAIR = {"code": "FAIR", "name": "Canton Fair", "channel": "fair", "budget": 5000, "spent": 3000}


def test_source_and_campaign_go_with_the_lead_to_its_deal(regions):
    fair = commands.create(Campaign, regions.system, **FAIR)
    mei = regions.ctx(regions.person("mei", "sales_rep", regions.east))
    lead = regions.lead("Suzhou Pumps", source="event", campaign=fair)
    commands.perform(lead, "claim", mei)
    commands.perform(lead, "convert", mei, opportunity="Pumps", amount=8000, expected_close_on="2026-05-01")
    deal = Opportunity.objects.get()
    assert (deal.campaign, deal.source) == (fair, "event")


def test_the_report_tells_leads_deals_and_cost_by_campaign_and_source(regions):
    fair = commands.create(Campaign, regions.system, **FAIR)
    for n in range(4):
        regions.lead(f"Visitor {n}", source="event" if n else "web", campaign=fair)
    regions.lead("Found us", source="web")
    mei = regions.ctx(regions.person("mei", "sales_rep", regions.east))
    for number, lead in enumerate(list(fair_leads(fair))[:2]):
        commands.perform(lead, "claim", mei)
        made = commands.perform(lead, "convert", mei, opportunity="P", amount=8000, expected_close_on="2026-05-01")
        if not number:
            commands.perform(made.outcome, "win", mei, amount=7500)
    report = registry["crm-campaigns"]
    year = {"since": "2020-01-01", "until": "2099-01-01"}
    answer, _given = report.answer(regions.system, by="campaign", **year)
    row = answer.rows[0]
    assert (row["name"], row["leads"], row["converted"], row["won"], row["pipeline"]) == (
        "Canton Fair", 4, 2, Decimal(7500), Decimal(8000)
    )  # fmt: skip
    assert (row["cost"], row["cost_per_lead"]) == (Decimal(3000), Decimal(750))
    by_source, _given = report.answer(regions.system, by="source", **year)
    assert {r["name"]: (r["leads"], r["cost"]) for r in by_source.rows} == {
        "Trade fair or event": (3, Decimal(2250)),
        "Web site": (2, Decimal(750)),
    }
    central = regions.ctx(regions.person("wei", "sales_rep", regions.central))
    assert report.answer(central, by="campaign", **year)[0].totals["leads"] == 0  # only what they may see
    with pytest.raises(ValidationError, match="after the beginning"):
        report.answer(regions.system, by="campaign", since="2026-05-01", until="2026-05-01")


def fair_leads(fair):
    return Lead.objects.filter(campaign=fair).order_by("number")


def test_a_campaign_ends_after_it_starts(regions):
    with pytest.raises(ValidationError, match="ends after it starts"):
        commands.create(Campaign, regions.system, **FAIR, starts_on=date(2026, 5, 1), ends_on=date(2026, 5, 1))
    with pytest.raises(ValidationError, match="cannot be negative"):
        commands.create(Campaign, regions.system, **{**FAIR, "spent": -1})
