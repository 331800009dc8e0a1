"""Leads: one pool, one owner, no collision; what is masked and what is out of sight (CRM-02 to CRM-07, K01 to K05)."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from mainspring.kernel import access, commands, errors
from mainspring.kernel.models import DocumentLink
from mainspring.kernel.query import Query, parse
from mainspring.kernel.resource import by_model
from mainspring.modules.crm import commands as crm
from mainspring.modules.crm.models import Activity, Claim, Lead
from mainspring.modules.parties.models import Party


def test_a_lead_from_jiangsu_lands_in_the_pool_of_the_east(regions):
    """CRM-02: the territory's own pool, or the nearest above it."""
    lead = regions.lead("Suzhou Pumps")
    assert (lead.pool, lead.state, lead.owner) == (regions.east_pool, "open", None)
    assert lead.number.startswith("LD2026-")
    assert regions.lead("Wuhan Valves", regions.central).pool == regions.central_pool


def test_of_several_pools_exactly_one_takes_a_lead_and_a_new_rule_moves_nothing(regions):
    """K04: the lowest priority number wins, then the closest territory; leads already placed stay."""
    before = regions.lead("Old friend")
    close = regions.pool("JS", regions.jiangsu)
    fair = regions.pool("FAIR", regions.east, priority=1, source="event")
    big = regions.pool("BIG", regions.east, priority=1, value_min=100000)
    assert regions.lead("Plain").pool == close
    assert regions.lead("Met at a fair", source="event").pool == fair
    assert regions.lead("Big one", value=100000).pool == big
    before.refresh_from_db()
    assert before.pool == regions.east_pool


def test_a_territory_nobody_works_is_refused(regions):
    from mainspring.kernel.models import Territory

    nowhere = Territory.objects.create(code="X", name="Nowhere")
    with pytest.raises(ValidationError, match="No pool takes leads"):
        regions.lead("Lost", nowhere)
    assert not Lead.objects.exists()


def test_a_rep_of_another_region_finds_nothing_on_any_surface(regions):
    """CRM-02, Z06: list, search, record by key, change and claim all say it does not exist."""
    lead = regions.lead("Suzhou Pumps", phone="+8651288886666")
    west = regions.ctx(regions.person("wei", "sales_rep", regions.central))
    resource = by_model["crm.lead"]
    assert not access.rows(west, Lead).exists()
    assert not Query(resource, west).filtered().exists()
    assert not Query(resource, west, parse({"q": "Suzhou"})).filtered().exists()
    with pytest.raises(Lead.DoesNotExist):
        access.get(west, Lead, lead.pk)
    for act in (lambda: commands.perform(lead, "claim", west), lambda: commands.change(lead, west, name="Mine")):
        with pytest.raises((Lead.DoesNotExist, PermissionDenied)):
            act()
    both = regions.ctx(regions.person("boss", "sales_manager", regions.central, regions.east))
    assert access.rows(both, Lead).get() == lead


def test_contact_data_is_masked_until_claimed(regions):
    """K03: a rep of the region sees that the lead is there, and its phone only once it is theirs."""
    lead = regions.lead("Suzhou Pumps", contact_name="Li Wei", phone="+8651288886666", email="li@pumps.cn")
    rep = regions.ctx(regions.person("mei", "sales_rep", regions.east))
    seen = access.get(rep, Lead, lead.pk)
    assert access.shown(rep, seen, "phone") == "+86********666"
    assert access.shown(rep, seen, "name") == "Suzhou Pumps"
    assert not Query(by_model["crm.lead"], rep, parse({"q": "88886666"})).filtered().exists()
    manager = regions.ctx(regions.person("boss", "sales_manager", regions.east))
    assert access.shown(manager, seen, "phone") == "+8651288886666"

    commands.perform(lead, "claim", rep)

    assert access.shown(rep, access.get(rep, Lead, lead.pk), "phone") == "+8651288886666"
    assert Query(by_model["crm.lead"], rep, parse({"q": "88886666"})).filtered().get() == lead


def test_a_claimed_lead_is_taken_for_everyone_else(regions):
    """CRM-03, K01: the refusal names who was quicker."""
    lead = regions.lead("Suzhou Pumps")
    mei, jun = (regions.person(n, "sales_rep", regions.east) for n in ("mei", "jun"))
    claimed = commands.perform(lead, "claim", regions.ctx(mei))
    assert (claimed.owner, claimed.state) == (mei, "claimed")
    assert Claim.objects.get().user == mei
    with pytest.raises(errors.Conflict, match="taken by another: Mei"):
        commands.perform(lead, "claim", regions.ctx(jun))
    with pytest.raises(errors.Conflict, match="yours already"):
        commands.perform(lead, "claim", regions.ctx(mei))
    assert Claim.objects.count() == 1


def test_caps_of_a_pool_hold_and_won_leads_do_not_count(regions):
    """K01: at most two held and three claimed a day; a lead given back still counts for the day."""
    regions.east_pool.holding_max, regions.east_pool.daily_claims_max = 2, 3
    regions.east_pool.save()
    ctx = regions.ctx(regions.person("mei", "sales_rep", regions.east))
    leads = [regions.lead(f"Lead {n}") for n in range(5)]
    for lead in leads[:2]:
        commands.perform(lead, "claim", ctx)
    with pytest.raises(ValidationError, match="already holds 2 leads"):
        commands.perform(leads[2], "claim", ctx)
    commands.perform(leads[0], "convert", ctx, opportunity="Won", amount=1, expected_close_on=date(2026, 4, 1))
    commands.perform(leads[2], "claim", ctx)
    commands.perform(leads[2], "release", ctx, reason="no time")
    with pytest.raises(ValidationError, match="already claimed 3 leads"):
        commands.perform(leads[3], "claim", ctx)
    assert commands.perform(leads[3], "claim", regions.ctx(ctx.user, date(2026, 3, 3))).owner == ctx.user


def test_a_former_owner_waits_before_claiming_again(regions):
    """K03: after giving a lead back there is a cool-down; a colleague may take it at once."""
    regions.east_pool.cool_down_days = 7
    regions.east_pool.save()
    lead = regions.lead("Suzhou Pumps")
    mei, jun = (regions.person(n, "sales_rep", regions.east) for n in ("mei", "jun"))
    commands.perform(lead, "claim", regions.ctx(mei))
    commands.perform(lead, "release", regions.ctx(mei), reason="no answer")
    with pytest.raises(ValidationError, match="another 7 days"):
        commands.perform(lead, "claim", regions.ctx(mei))
    assert commands.perform(lead, "claim", regions.ctx(jun)).owner == jun


def test_a_manager_assigns_within_the_region_only(regions):
    """CRM-03: the new owner must be able to see it; the old one loses it at once (K11)."""
    lead = regions.lead("Suzhou Pumps")
    mei, wei = regions.person("mei", "sales_rep", regions.east), regions.person("wei", "sales_rep", regions.central)
    manager = regions.ctx(regions.person("boss", "sales_manager", regions.east))
    with pytest.raises(ValidationError, match="does not work in Jiangsu"):
        commands.perform(lead, "assign", manager, owner=wei)
    assert commands.perform(lead, "assign", manager, owner=mei).state == "claimed"
    with pytest.raises(PermissionDenied):
        commands.perform(lead, "assign", regions.ctx(mei), owner=mei)


def test_what_a_rep_finds_is_the_finders(regions):
    rep = regions.ctx(regions.person("mei", "sales_rep", regions.east))
    own = commands.create(Lead, rep, name="My find", territory=regions.jiangsu.pk, source="own")
    assert (own.owner, own.state) == (rep.user, "claimed")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "苏州泵业有限公司"),
        ("phone", "0512 8888 6666"),
        ("email", "Sales@Pumps.CN"),
        ("registry_code", "91110000600037341L"),
    ],
)
def test_a_company_known_under_any_spelling_is_stopped_before_save(regions, field, value):
    """CRM-04, K05: the owner and status are named, the name is masked; import and API pass the same door."""
    known = regions.lead("苏州泵业股份有限公司", country="CN", phone="+86 512 8888 6666", email="sales@pumps.cn")
    Lead.objects.filter(pk=known.pk).update(registry_code="91110000600037341L")
    rep = regions.ctx(regions.person("mei", "sales_rep", regions.east))
    commands.perform(known, "claim", rep)
    other = regions.ctx(regions.person("jun", "sales_rep", regions.central), source="import")
    with pytest.raises(ValidationError) as refusal:
        commands.create(
            Lead, other, **{"name": "Something else", "country": "CN", "territory": regions.central.pk, field: value}
        )
    (text,) = refusal.value.message_dict[field]
    assert "Claimed" in text
    assert "Mei" in text
    assert known.name not in text
    assert Lead.objects.count() == 1


def test_a_customer_is_not_entered_again_as_a_lead_unless_somebody_says_why(regions):
    """K05: another company of the same group may be entered with a reason; the same registry code never."""
    commands.create(
        Party,
        regions.system,
        code="AZ",
        name="UAB „Ąžuolas“",
        is_customer=True,
        country="LT",
        currency="EUR",
        registry_code="123456789",
    )
    with pytest.raises(ValidationError, match="status: Customer"):
        regions.lead("AB Azuolas")
    made = regions.lead("AB Azuolas", duplicate_reason="Sister company with its own purchasing")
    assert made.state == "open"
    with pytest.raises(ValidationError) as refusal:
        regions.lead("Other", registry_code="123456789", duplicate_reason="Really")
    assert set(refusal.value.message_dict) == {"registry_code"}


def test_a_wrong_phone_is_named(regions):
    with pytest.raises(ValidationError) as refusal:
        regions.lead("Bad", phone="12")
    assert set(refusal.value.message_dict) == {"phone"}


def test_a_won_lead_becomes_customer_contact_and_deal(regions):
    """One click carries everything over; the three stay linked, history included."""
    rep = regions.ctx(regions.person("mei", "sales_rep", regions.east))
    lead = regions.lead("Suzhou Pumps", contact_name="Li Wei", email="li@pumps.cn", value=5000)
    commands.perform(lead, "claim", rep)
    commands.perform(lead, "log", rep, content="Called, they need pumps", method="call", next_on="2026-03-09")
    commands.perform(lead, "qualify", rep, value="6000")
    lead = commands.perform(
        lead, "convert", rep, opportunity="Ten pumps", amount="6000", expected_close_on="2026-05-01"
    )
    deal = lead.outcome
    assert lead.state == "converted"
    assert (lead.party.name, lead.party.is_customer, lead.party.owner) == ("Suzhou Pumps", True, rep.user)
    assert str(deal.contact.family_name) == "Wei"
    assert (deal.party, deal.amount, deal.weighted_base) == (lead.party, Decimal(6000), Decimal("600.00"))
    assert DocumentLink.objects.filter(source_id=lead.pk, target_id=deal.pk).exists()
    assert Activity.objects.get().party == lead.party


def test_a_follow_up_by_the_owner_resets_the_clock_and_others_do_not(regions):
    """K02, CRM-07: after 30 days without the owner's own follow-up the lead returns to the pool."""
    regions.east_pool.recycle_days = 30
    regions.east_pool.save()
    mei = regions.person("mei", "sales_rep", regions.east)
    boss = regions.person("boss", "sales_manager", regions.east)
    kept, lost = regions.lead("Kept"), regions.lead("Forgotten")
    for lead in (kept, lost):
        commands.perform(lead, "claim", regions.ctx(mei))
    Lead.objects.update(touched_at=timezone.now() - timedelta(days=31))
    commands.perform(kept, "log", regions.ctx(mei), content="Visited", method="visit")
    commands.create(Activity, regions.ctx(boss), content="Looked at it", lead=lost.pk)

    assert crm.recycle(regions.system) == 1

    lost.refresh_from_db()
    kept.refresh_from_db()
    assert (lost.state, lost.owner, lost.former_owner) == ("open", None, mei)
    assert (kept.state, kept.owner) == ("claimed", mei)


def test_a_claimer_sees_the_history_the_former_owner_wrote(regions):
    """K03, K11: history follows the lead, not its writer; the former owner no longer sees it."""
    mei, jun = (regions.person(n, "sales_rep", regions.east) for n in ("mei", "jun"))
    lead = regions.lead("Suzhou Pumps")
    commands.perform(lead, "claim", regions.ctx(mei))
    commands.perform(lead, "log", regions.ctx(mei), content="They want a visit", method="call")
    commands.perform(lead, "release", regions.ctx(mei), reason="leaving")
    commands.perform(lead, "claim", regions.ctx(jun))
    assert access.rows(regions.ctx(jun), Activity).count() == 2
    assert access.rows(regions.ctx(mei), Activity).count() == 0


def test_a_lost_lead_needs_a_reason_and_may_come_back(regions):
    lead = regions.lead("Suzhou Pumps")
    with pytest.raises(ValidationError) as refusal:
        commands.perform(lead, "lose", regions.system)
    assert set(refusal.value.message_dict) == {"reason"}
    lead = commands.perform(lead, "lose", regions.system, reason="no_need")
    assert (lead.state, lead.close_reason) == ("lost", "no_need")
    assert commands.perform(lead, "reopen", regions.system).state == "open"
