"""Two records of one company become one, with all that hangs on them, and come apart again (CRM-04, K06)."""

from datetime import timedelta
from decimal import Decimal as D

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from mainspring.kernel import access, collaboration, commands, dossier, errors, moved, resource, timeline
from mainspring.kernel.models import DocumentLink, Note, Task
from mainspring.modules.crm.models import Activity, Claim, Lead, Opportunity
from mainspring.modules.parties import merging
from mainspring.modules.parties.models import Address, Contact, Merge, Party

CUSTOMER = {"country": "CN", "currency": "EUR", "is_customer": True}


def merge(kept, other, ctx, reason="The same company", **more):
    name = other.number if isinstance(other, Lead) else other.code
    commands.perform(kept, "merge", ctx, other=name, reason=reason, **more)
    return Merge.objects.latest("pk")


@pytest.fixture
def pair(regions):
    """Two leads of one company: the one kept waits in the pool, the other is Mei's, with history."""
    mei = regions.ctx(regions.person("mei", "sales_rep", regions.east))
    kept = regions.lead("Suzhou Pumps", email="info@pumps.cn", city="Suzhou")
    other = regions.lead("Suzhou Pumping Station", phone="+8651288886666", country="CN", city="Kunshan")
    commands.perform(other, "claim", mei)
    commands.perform(other, "log", mei, content="They need twelve pumps", method="call")
    collaboration.add_note(other, mei, text="Ask for Mr Li")
    return kept, Lead.objects.get(pk=other.pk), mei


def test_the_kept_lead_gets_history_notes_owner_and_what_it_did_not_know(regions, pair):
    kept, other, mei = pair
    note = merge(kept, other, regions.system)
    kept = Lead.objects.get(pk=kept.pk)
    assert (kept.name, kept.city) == ("Suzhou Pumps", "Suzhou")  # its own values win
    assert kept.phone == "+8651288886666"  # its gaps are filled
    assert (kept.owner, kept.state) == (mei.user, "claimed")  # whoever holds one holds both
    assert [a.content for a in kept.activities.all()] == ["They need twelve pumps"]
    assert Note.objects.get().record_id == str(kept.pk)
    assert Claim.objects.get().lead_id == other.pk  # only added to: the redirect serves
    assert (note.reason, note.created_by) == ("The same company", regions.system.user)
    told, _more = timeline.entries(regions.system, kept)
    [merged] = [entry for entry in told if "erge" in entry.title]  # in one sentence, with what this one got by it
    assert merged.title == f"merged {other.number} into this: The same company"
    assert not {change["label"] for entry in told for change in entry.changes} & {"Merged into", "Active"}


def test_chosen_values_win(regions, pair):
    kept, other, _mei = pair
    merge(kept, other, regions.system, take="name city")
    kept = Lead.objects.get(pk=kept.pk)
    assert (kept.name, kept.city, kept.phone, kept.owner) == ("Suzhou Pumping Station", "Kunshan", "", None)


def test_the_old_lead_leads_to_the_kept_one_everywhere(regions, pair, client):
    kept, other, mei = pair
    merge(kept, other, regions.system)
    assert not access.rows(regions.system, Lead).filter(pk=other.pk).exists()
    assert moved.to(mei, Lead, other.pk) == kept
    stranger = regions.ctx(regions.person("wei", "sales_rep", regions.central))
    assert moved.to(stranger, Lead, other.pk) is None  # Z06
    assert [i.pk for i in dossier.find(mei, other.number)] == [kept.pk]
    assert [found for _label, found in moved.found(mei, other.number)] == [kept]
    client.force_login(regions.system.user)
    page = client.get(f"/crm/leads/{other.pk}/")
    assert (page.status_code, page["Location"]) == (301, f"/crm/leads/{kept.pk}/")
    called = client.get(f"/api/v1/crm/leads/{other.pk}/")
    assert (called.status_code, called["Location"]) == (301, f"/api/v1/crm/leads/{kept.pk}/")
    written = client.patch(
        f"/api/v1/crm/leads/{other.pk}/", {"city": "X"}, content_type="application/json", headers={"If-Match": "*"}
    )
    assert written.status_code == 409
    assert str(kept.number) in written.json()["detail"]
    assert client.get(f"/search/?q={other.number}").content.decode().count(f"/crm/leads/{kept.pk}/") >= 1


def test_a_split_puts_everything_back(regions, pair):
    kept, other, _mei = pair
    before = [Lead.objects.filter(pk=pk).values().get() for pk in (kept.pk, other.pk)]
    note = merge(kept, other, regions.system)
    commands.perform(note, "split", regions.system, reason="They are two after all")
    after = [Lead.objects.filter(pk=pk).values().get() for pk in (kept.pk, other.pk)]
    for was, now in zip(before, after, strict=True):
        changed = {name for name in was if was[name] != now[name]}
        assert changed <= {"version", "updated_at"}
    assert [a.content for a in Lead.objects.get(pk=other.pk).activities.all()] == ["They need twelve pumps"]
    assert Note.objects.get().record_id == str(other.pk)
    assert moved.to(regions.system, Lead, other.pk) is None
    with pytest.raises(errors.Conflict):
        commands.perform(note, "split", regions.system, reason="Again")


def test_a_follow_up_since_does_not_keep_them_together(regions, pair):
    """What nobody chose, such as the day of the last follow-up, goes back to what it was."""
    kept, other, mei = pair
    note = merge(kept, other, regions.system)
    commands.perform(Lead.objects.get(pk=kept.pk), "log", mei, content="Called again", method="call")
    commands.perform(note, "split", regions.system, reason="Two after all")
    assert Lead.objects.get(pk=kept.pk).touched_at == kept.touched_at
    assert Lead.objects.get(pk=kept.pk).activities.get().content == "Called again"  # noted for the one kept


def test_a_split_says_what_changed_since(regions, pair):
    kept, other, _mei = pair
    note = merge(kept, other, regions.system)
    third = regions.lead("Wuxi Valves")
    commands.change(Lead.objects.get(pk=kept.pk), regions.system, phone="+8651299998888")
    commands.change(Activity.objects.get(), regions.system, lead=third)
    with pytest.raises(errors.Conflict) as refused:
        commands.perform(note, "split", regions.system, reason="Two after all")
    assert "phone" in refused.value.messages[0]
    assert "follow-up" in refused.value.messages[0]
    assert Lead.objects.filter(pk=other.pk).count() == 0  # nothing was done


def test_only_who_may_change_both_may_merge(regions, pair):
    kept, other, mei = pair
    with pytest.raises(PermissionDenied):
        merge(kept, other, mei)
    far = regions.lead("Wuhan Pumps", regions.central)
    boss = regions.ctx(regions.person("boss", "sales_manager", regions.east))
    with pytest.raises(ValidationError) as refused:
        merge(kept, far, boss)
    assert "other" in refused.value.message_dict
    assert merge(kept, other, boss).merged_id == str(other.pk)


def test_a_lead_that_became_a_customer_is_not_merged_away(regions, pair):
    kept, other, mei = pair
    commands.perform(
        other, "convert", mei, opportunity="Pumps", amount=10, expected_close_on=mei.business_date + timedelta(30)
    )
    with pytest.raises(errors.Conflict, match="merge the customers"):
        merge(kept, other, regions.system)


@pytest.fixture
def customers(regions):
    one = commands.create(Party, regions.system, code="ONE", name="Pumps One", **CUSTOMER)
    two = commands.create(
        Party, regions.system, code="TWO", name="Pumps Two", registry_code="91110000600037341L", is_supplier=True,
        credit_limit="500", **CUSTOMER,
    )  # fmt: skip
    for party, street in ((one, "First street 1"), (two, "Second street 2")):
        commands.create(
            Address, regions.system, party=party, street=street, city="Suzhou", country="CN", is_default=True
        )
    commands.create(Contact, regions.system, party=two, family_name="Li", is_default=True)
    commands.create(Opportunity, regions.system, name="Deal", party=two, amount=100)
    return one, two


def test_customers_become_one_with_people_places_and_deals(regions, customers):
    one, two = customers
    collaboration.add_task(two, regions.system, title="Call", assignee=regions.system.user)
    note = merge(one, two, regions.system)
    assert Task.objects.get().record_id == str(one.pk)
    one = Party.objects.get(pk=one.pk)
    assert (one.registry_code, one.is_supplier, one.credit_limit) == ("91110000600037341L", True, D("500"))
    assert list(one.addresses.order_by("pk").values_list("street", "is_default")) == [
        ("First street 1", True), ("Second street 2", False),
    ]  # fmt: skip
    assert one.contacts.get().is_default
    assert one.opportunities.get().name == "Deal"
    assert not Party.objects.filter(pk=two.pk).exists()
    commands.perform(note, "split", regions.system, reason="Two after all")
    two = Party.objects.get(pk=two.pk)
    assert (two.registry_code, two.active, two.addresses.get().is_default) == ("91110000600037341L", True, True)
    one = Party.objects.get(pk=one.pk)
    assert (one.registry_code, one.is_supplier, one.credit_limit) == ("", False, None)
    assert one.addresses.get().street == "First street 1"
    assert two.opportunities.count() == 1
    assert Task.objects.get().record_id == str(two.pk)


def test_a_chain_of_merges_leads_to_the_last(regions, customers):
    one, two = customers
    three = commands.create(Party, regions.system, code="THREE", name="Valves Three", **CUSTOMER)
    first = merge(one, two, regions.system)
    merge(three, Party.objects.get(pk=one.pk), regions.system)
    assert moved.to(regions.system, Party, two.pk) == three
    with pytest.raises(errors.Conflict):
        commands.perform(first, "split", regions.system, reason="Out of turn")


def test_who_edits_the_merged_one_is_told_where_it_went(regions, customers):
    one, two = customers
    merge(one, two, regions.system)
    with pytest.raises(errors.Conflict, match="merged into Pumps One"):
        commands.change(two, regions.system, phone="+8651288886666")


def test_what_was_entered_during_the_merge_follows(regions, customers):
    one, two = customers
    note = merge(one, two, regions.system)
    late = Contact.objects.create(party=two, family_name="Late")  # by a command that had read it before
    assert merging.follow_all(regions.system) == 0
    Merge.objects.update(created_at=timezone.now() - timedelta(minutes=6))
    assert (merging.follow_all(regions.system), merging.follow_all(regions.system)) == (1, 0)
    assert Contact.objects.get(pk=late.pk).party == one
    commands.perform(note, "split", regions.system, reason="Two after all")
    assert Contact.objects.get(pk=late.pk).party == two


def test_links_of_documents_move_and_none_leads_to_itself(regions, pair):
    kept, other, _mei = pair
    commands.link(kept, other)
    merge(kept, other, regions.system)
    assert not DocumentLink.objects.filter(source=kept.pk, target=kept.pk).exists()


def test_the_page_shows_both_and_merges_what_is_chosen(regions, pair, client):
    kept, other, _mei = pair
    client.force_login(regions.system.user)
    address = f"/parties/merge/crm.lead/{kept.pk}/{other.pk}/"
    page = client.get(address)
    assert page.status_code == 200
    text = page.content.decode()
    assert "Kunshan" in text
    assert "follow-ups: 1" in text
    assert 'name="phone" value="other" checked' in text
    assert client.post(address, {"reason": ""}).status_code == 422
    stale = client.post(address, {"reason": "Same", "version": 1, "other_version": 1, "city": "other"})
    assert stale.status_code == 409
    kept.refresh_from_db()
    versions = {"version": kept.version, "other_version": Lead.objects.get(pk=other.pk).version}
    done = client.post(address, {"reason": "Same", "city": "other", **versions})
    assert (done.status_code, done["Location"]) == (302, f"/crm/leads/{kept.pk}/")
    kept = Lead.objects.get(pk=kept.pk)
    assert (kept.city, kept.phone) == ("Kunshan", "")
    panel = next(a for a in resource.amendments(Lead) if a["panel"])["context"](kept, regions.system)
    assert [one["reason"] for one in panel["merges"]] == ["Same"]
