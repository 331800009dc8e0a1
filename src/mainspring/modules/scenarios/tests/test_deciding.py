"""Who may try what, promoting with one's own rights, conflicts, and what stays to be read (CAP-06)."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from mainspring.kernel import access, commands
from mainspring.kernel.models import AuditEntry
from mainspring.modules.crm.models import Opportunity
from mainspring.modules.items.models import ItemSite
from mainspring.modules.planning import following
from mainspring.modules.planning.models import DemandForecast
from mainspring.modules.production.models import ProductionOrder
from mainspring.modules.scenarios import asking, changing, pages_compare
from mainspring.modules.scenarios.models import Scenario, ScenarioChange, WorkedOut


def test_promoting_does_everything_or_nothing(shop, trying):
    """The second change is refused by its verb: the first is not made either."""
    scenario = trying("deal", shop.deal, probability=90)
    planned = ItemSite.objects.get(item=shop.frame)
    trying("planning", planned, scenario, lead_time_days=4)
    change = scenario.changes.get(kind="planning")
    ScenarioChange.objects.filter(pk=change.pk).update(sent={"lead_time_days": 99999})
    with pytest.raises(ValidationError) as refused:
        commands.perform(scenario, "promote", shop.ctx)
    assert str(planned) in refused.value.messages[0]
    shop.deal.refresh_from_db()
    assert shop.deal.probability == 50
    scenario.refresh_from_db()
    assert scenario.state == "draft"


def test_a_record_that_moved_meanwhile_is_a_conflict(shop, trying):
    """Promoting would overwrite what somebody else decided: refused, with what changed."""
    scenario = trying("deal", shop.deal, probability=90)
    trying("center", shop.welding, scenario, size=3)
    commands.change(shop.deal, shop.ctx, probability=30)
    with pytest.raises(ValidationError) as refused:
        commands.perform(scenario, "promote", shop.ctx)
    [text] = refused.value.messages
    assert text.startswith(str(shop.deal))
    assert "probability" in text
    shop.welding.refresh_from_db()
    assert shop.welding.size == 1
    trying("deal", shop.deal, scenario, probability=90)  # chosen anew, it is of today
    commands.perform(scenario, "promote", shop.ctx)
    shop.deal.refresh_from_db()
    shop.welding.refresh_from_db()
    assert (shop.deal.probability, shop.welding.size) == (90, 3)


def test_a_record_that_is_gone_is_a_conflict(shop, trying):
    proposal = ProductionOrder.objects.filter(state="proposed").first()
    scenario = trying("order", proposal, due_on=date(2026, 4, 1))
    ProductionOrder.objects.filter(pk=proposal.pk).delete()
    with pytest.raises(ValidationError, match="no longer there"):
        commands.perform(scenario, "promote", shop.ctx)


def test_who_may_not_change_a_record_cannot_promote_it(shop, trying):
    """A planner owns the scenario; the deal is somebody else's to change."""
    planner = shop.world.person("planner1", "planner")
    seller = shop.world.person("seller", "sales_manager")
    scenario = trying("center", shop.welding, ctx=shop.ctx, size=2)
    trying("deal", shop.deal, scenario, won=True)
    scenario.shared_with.add(planner.user, seller.user)
    with pytest.raises(ValidationError) as refused:
        commands.perform(scenario, "promote", planner)
    assert any(str(shop.deal) in text for text in refused.value.messages)
    shop.welding.refresh_from_db()
    shop.deal.refresh_from_db()
    assert (shop.welding.size, shop.deal.state) == (1, "open")


def test_a_promoted_scenario_is_closed_and_on_record(shop, trying):
    scenario = trying("forecast", shop.frame, site=shop.site, starts_on=date(2026, 4, 6), quantity=20)
    asking.worked_out(shop.ctx, changing.changes_of(scenario))
    done = commands.perform(scenario, "promote", shop.ctx)
    assert (done.state, done.decided_by) == ("promoted", shop.ctx.user)
    assert DemandForecast.objects.get().quantity == 20
    assert asking.result_of(done.result).is_known, "what it was to lead to stays readable"
    entry = AuditEntry.objects.get(verb="promote")
    assert str(entry.record_id) == str(scenario.pk)
    for verb in ("promote", "discard"):
        with pytest.raises(ValidationError):
            commands.perform(done, verb, shop.ctx)
    with pytest.raises(ValidationError):
        trying("deal", shop.deal, scenario, won=True)
    with pytest.raises(ValidationError):
        commands.delete(done.changes.get(), shop.ctx)


def test_a_discarded_one_stays_readable_and_can_be_taken_up_again(shop, trying):
    scenario = trying("deal", shop.deal, won=True)
    asking.worked_out(shop.ctx, changing.changes_of(scenario))
    done = commands.perform(scenario, "discard", shop.ctx)
    WorkedOut.objects.exclude(pk=done.result_id).delete()
    assert asking.result_of(done.result).columns["sales_hoped"].sum() > 0
    shop.deal.refresh_from_db()
    assert shop.deal.state == "open"
    again = commands.perform(done, "reopen", shop.ctx)
    assert (again.state, again.result) == ("draft", None)


def test_scenarios_are_seen_by_their_owner_and_whom_they_were_shown(shop, trying):
    """Deny by default: another planner's scenario does not exist until it is shared."""
    ona, jonas = shop.world.person("ona", "planner"), shop.world.person("jonas", "planner")
    mine = trying("center", shop.welding, ctx=ona, size=2)
    assert list(access.rows(ona, Scenario)) == [mine]
    assert not access.rows(jonas, Scenario).exists()
    assert not access.rows(jonas, ScenarioChange).exists()
    with pytest.raises((PermissionDenied, Scenario.DoesNotExist)):
        commands.perform(mine, "discard", jonas)
    mine.shared_with.add(jonas.user, ona.user)
    assert list(access.rows(jonas, Scenario)) == [mine]
    assert list(access.rows(jonas, ScenarioChange)) == list(mine.changes.all())
    assert list(access.rows(ona, Scenario)) == [mine], "once, however often it is theirs"


def test_two_people_try_different_things_at_once(shop, trying):
    """Each works with their own; neither sees an effect of the other's."""
    ona, jonas = shop.world.person("ona", "planner"), shop.world.person("jonas", "planner")
    faster = trying("center", shop.welding, ctx=ona, size=2)
    more = trying("forecast", shop.frame, ctx=jonas, site=shop.site, starts_on=date(2026, 4, 6), quantity=200)
    one = asking.worked_out(ona, changing.changes_of(faster))
    two = asking.worked_out(jonas, changing.changes_of(more))
    assert (one.columns["open"] != one.base["open"]).any()
    assert (two.columns["open"] == two.base["open"]).all()
    assert one.columns["load"].sum() == one.base["load"].sum()
    assert (two.columns["load"] != two.base["load"]).any()


def test_only_what_is_in_sight_can_be_tried(shop, trying):
    """A link to a deal out of sight is refused like one that is not there."""
    rep = shop.world.person("rep", "sales_rep")
    scenario = commands.create(Scenario, rep, name="Mine")
    assert not access.rows(rep, Opportunity).filter(pk=shop.deal.pk).exists()
    with pytest.raises(ValidationError, match="not a valid value"):
        commands.perform(scenario, "try_deal", rep, opportunity=str(shop.deal.pk), won=True)
    with pytest.raises(PermissionDenied):
        commands.perform(scenario, "try_center", rep, work_center=shop.welding.pk, size=2)


def test_who_may_not_see_a_deal_is_told_that_it_counts_and_nothing_of_it(shop, trying):
    scenario = trying("deal", shop.deal, won=True)
    (told,) = pages_compare.told_changes(scenario, shop.ctx)
    assert told["href"]
    assert told["what"]
    (told,) = pages_compare.told_changes(scenario, shop.world.person("ona", "planner"))
    assert told == {"title": "Try a deal", "label": told["label"], "why": ""}


def test_a_change_that_says_nothing_is_refused(shop):
    scenario = commands.create(Scenario, shop.ctx, name="Empty")
    with pytest.raises(ValidationError, match="what would be different"):
        commands.perform(scenario, "try_deal", shop.ctx, opportunity=shop.deal)
    with pytest.raises(ValidationError, match="Nothing differs"):
        commands.perform(scenario, "promote", shop.ctx)


def test_an_answer_is_kept_until_the_plan_moves(shop, trying):
    """Asked twice it is worked out once; on another plan it is worked out again, and the old answer says so."""
    scenario = trying("deal", shop.deal, won=True)
    changes = changing.changes_of(scenario)
    asking.worked_out(shop.ctx, changes)
    first = WorkedOut.objects.get()
    asking.worked_out(shop.ctx, changes)
    again = WorkedOut.objects.get()
    assert again.answered_at == first.answered_at
    shop.demand(shop.frame, "40", "2026-04-03", shop.origin)
    following.batch(shop.ctx, shop.kept)
    asking.worked_out(shop.ctx, changes)
    moved = WorkedOut.objects.get()
    assert moved.answered_at > first.answered_at
    assert moved.version > first.version


def test_the_planner_answers_from_the_plan_it_holds(shop, trying):
    """The question waits in a table; between two batches the planner answers it."""
    scenario = trying("deal", shop.deal, won=True)
    changes = changing.changes_of(scenario)
    asking._ask(shop.ctx, changes)
    assert WorkedOut.objects.get().waits
    assert asking.answer({shop.world.company.pk: shop.kept}) == 1
    row = WorkedOut.objects.get()
    assert not row.waits
    assert row.version == shop.kept.version
    assert asking.answer({shop.world.company.pk: shop.kept}) == 0
    shop.demand(shop.frame, "1", "2026-04-03", shop.origin)
    asking._ask(shop.ctx, changes)
    assert asking.answer({shop.world.company.pk: shop.kept}) == 0, "the plan follows first"
    assert WorkedOut.objects.get().waits
