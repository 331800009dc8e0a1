"""Customers are scored and items paired, each says why; who may not see a customer learns nothing (CRM-17)."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from mainspring.kernel import access, checks, commands, jobs, preferences
from mainspring.kernel.reports import registry as reports
from mainspring.modules.analytics import calculating, queries, suggesting
from mainspring.modules.analytics.models import BoughtTogether, CustomerInsight, InsightChange
from mainspring.modules.crm.models import FollowUpTask
from mainspring.modules.sales.models import Quotation


def insight(market, customer) -> CustomerInsight:
    return CustomerInsight.objects.get(company=market.company, party=customer)


@pytest.fixture
def known(market):
    market.found = calculating.recalculate(market.ctx)
    return market


def test_everybody_who_ordered_is_scored(known):
    assert known.found == {"customers": 14, "changed": 14, "rules": 2}
    weekly = insight(known, known.customers[0])
    assert (weekly.orders, weekly.revenue, weekly.last_on) == (8, Decimal("960.00"), date(2026, 1, 5))
    assert (weekly.frequency, weekly.monetary, weekly.abc) == (5, 5, "A")
    assert (weekly.silent_days, weekly.usual_days, weekly.pauses, weekly.pauses_shorter) == (56, 7, 7, 7)
    assert weekly.risk == "high"
    assert weekly.segment_since == known.ctx.business_date
    assert not [text for result in checks.run("analytics.") for text in result.findings]


def test_a_second_run_of_the_same_day_changes_nothing(known):
    before = list(CustomerInsight.objects.order_by("pk").values_list("pk", "segment", "risk_pct"))
    assert calculating.recalculate(known.ctx)["changed"] == 0
    assert list(CustomerInsight.objects.order_by("pk").values_list("pk", "segment", "risk_pct")) == before
    assert InsightChange.objects.count() == 14


def test_who_comes_back_changes_segment_and_the_trend_shows_it(known):
    customer = known.customers[0]
    was = insight(known, customer).segment
    known.sells(customer, -3, known.pump)
    calculating.recalculate(known.on("2026-03-06"))
    now = insight(known, customer)
    assert (now.risk, now.silent_days) == ("low", 1)
    trend = list(InsightChange.objects.filter(party=customer).order_by("on").values_list("segment_before", "segment"))
    assert trend[0] == ("", was)
    assert trend[-1][1] == now.segment


def test_who_has_not_ordered_in_the_window_has_no_row(known):
    calculating.recalculate(known.on("2027-02-20"))
    assert not CustomerInsight.objects.filter(party=known.customers[0]).exists()
    assert CustomerInsight.objects.filter(party=known.customers[9]).exists()


def test_reasons_tell_the_numbers(known):
    told = " ".join(one["text"] for one in queries.reasons(known.ctx, insight(known, known.customers[0])))
    assert "7 of 7 own pauses between orders were shorter; the usual one is 7 days." in told
    assert "8 orders worth 960.00 EUR" in told


def test_settings_move_the_bounds(known):
    preferences.save(known.ctx, {"analytics.together_min": "9"})
    assert calculating.recalculate(known.ctx)["rules"] == 0
    with pytest.raises(ValidationError) as refused:
        preferences.save(known.ctx, {"analytics.abc_a_pct": "180"})
    assert "analytics.abc_a_pct" in refused.value.message_dict


def test_pairs_are_counted_over_customers(known):
    found = {rule.item.code: rule for rule in BoughtTogether.objects.select_related("item")}
    hose, pump = found["H-10"], found["P-40"]
    assert (hose.other, hose.buyers, hose.together, hose.confidence_pct) == (known.pump, 8, 8, 100)
    assert (pump.other, pump.buyers, pump.together, pump.confidence_pct) == (known.hose, 11, 8, Decimal("72.7273"))
    assert hose.lift == pump.lift == Decimal("1.27")  # 14 customers, 11 bought a pump


def test_the_job_runs_on_demand_with_the_rights_of_the_person(known):
    run = jobs.defer("analytics.insight", known.ctx)
    jobs.run_pending()
    run.refresh_from_db()
    assert (run.state, run.result["customers"], run.done, run.total) == ("done", 14, 6, 6)


# -- access -----------------------------------------------------------------------------------------------------------


def test_a_rep_of_another_territory_sees_nothing(known):
    user = known.person("south", "sales_rep")
    user.memberships.get().territories.set([known.south])
    ctx = known.context(user)
    assert [one.party for one in access.rows(ctx, CustomerInsight)] == [known.far]
    assert queries.insight_of(ctx, known.customers[0]) is None
    assert [row["party_id"] for row in queries.bought_one_not_the_other(ctx, known.pump.pk, known.hose.pk)] == [
        known.far.pk
    ]
    found, _given = reports["revenue-concentration"].answer(ctx)
    assert [row["name"] for row in found.rows] == ["Far"]


def test_margin_is_for_who_may_know_what_goods_cost(known):
    rep, manager = (known.context(known.person(name, name)) for name in ("sales_rep", "sales_manager"))
    assert access.field_modes(rep, CustomerInsight)["margin"] == "hide"
    assert "margin" not in access.field_modes(manager, CustomerInsight)
    assert access.shown(rep, insight(known, known.customers[0]), "margin") is None


def test_nobody_writes_insight_by_hand(known):
    with pytest.raises(PermissionDenied):
        commands.change(insight(known, known.customers[0]), known.context(known.person("m", "sales_manager")), orders=1)


# -- what is done about it --------------------------------------------------------------------------------------------


def test_who_bought_the_one_and_not_the_other_is_called(known):
    rule = BoughtTogether.objects.get(item=known.pump, other=known.hose)
    rep = known.person("rep", "sales_rep")
    type(known.far).objects.filter(pk=known.customers[9].pk).update(owner=rep)
    commands.perform(rule, "plan_calls", known.context(rep), due_on="2026-03-05", customers_max=10)
    calls = FollowUpTask.objects.order_by("party__name").values_list("party__name", "title", "owner__username")
    assert list(calls) == [("N8", "Offer H-10 Item H-10", "boss"), ("N9", "Offer H-10 Item H-10", "rep")]
    assert (
        FollowUpTask.objects.first().why == "Bought P-40 Item P-40, never H-10 Item H-10; 72 % of its buyers have both."
    )
    with pytest.raises(ValidationError) as refused:
        commands.perform(rule, "plan_calls", known.ctx, due_on="2026-03-05", customers_max=0)
    assert "customers_max" in refused.value.message_dict


def test_a_call_is_planned_with_its_reason(known):
    found = insight(known, known.customers[0])
    commands.perform(found, "plan_call", known.ctx, due_on="2026-03-05")
    task = FollowUpTask.objects.get()
    assert (task.party, task.method, task.due_on) == (known.customers[0], "call", date(2026, 3, 5))
    assert "own pauses" in task.why


def test_the_report_needs_an_item_and_names_the_best_pair(known):
    report = reports["bought-one-not-other"]
    asked, _given = report.answer(known.ctx)
    assert (asked.rows, len(asked.notes)) == ([], 1)
    found, _given = report.answer(known.ctx, item=known.pump.pk)
    assert {row["name"] for row in found.rows} == {"N8", "N9", "Far"}
    with pytest.raises(ValidationError):
        report.answer(known.ctx, item="none")


def test_cohorts_follow_those_in_sight(known):
    found, _given = reports["customer-cohorts"].answer(known.ctx, show="kept")
    assert [(row["cohort"], row["size"], row["m0"]) for row in found.rows] == [
        ("2025-11", 1, Decimal("100.0")),
        ("2026-01", 4, Decimal("100.0")),
        ("2026-02", 9, Decimal("100.0")),
    ]
    assert found.rows[0]["m2"] == Decimal("100.0")
    assert found.rows[2]["m2"] is None


# -- suggestions ------------------------------------------------------------------------------------------------------


@pytest.fixture
def offered(known):
    """A pump is offered to N9, who never bought a hose."""
    known.offer = commands.create(
        Quotation, known.ctx, party=known.customers[9], lines=[{"item": known.pump, "quantity": 1}]
    )
    return known


def test_a_quotation_suggests_what_others_bought_besides(offered):
    told = suggesting.of_document(offered.offer, offered.ctx)["suggestions"]
    assert [one["code"] for one in told] == ["H-10"]
    assert "8 of 11 customers who bought P-40 Item P-40 bought this too (73 %)." in told[0]["why"]
    suggesting.add(offered.offer, offered.hose.pk, offered.ctx)
    assert [line.item for line in offered.offer.lines.order_by("position")] == [offered.pump, offered.hose]
    assert offered.offer.lines.last().price == 20
    offered.offer.refresh_from_db()
    assert suggesting.of_document(offered.offer, offered.ctx) is None
    with pytest.raises(ValidationError):
        suggesting.add(offered.offer, offered.hose.pk, offered.ctx)


def test_nothing_inactive_and_nothing_already_bought_is_suggested(offered):
    bought = commands.create(
        Quotation, offered.ctx, party=offered.customers[1], lines=[{"item": offered.pump, "quantity": 1}]
    )
    assert suggesting.of_document(bought, offered.ctx) is None
    type(offered.hose).objects.filter(pk=offered.hose.pk).update(active=False)
    assert suggesting.of_document(offered.offer, offered.ctx) is None


def test_who_may_not_change_the_quotation_is_suggested_nothing(offered):
    accountant = offered.context(offered.person("books", "accountant"))
    assert suggesting.of_document(offered.offer, accountant) is None
    commands.perform(offered.offer, "send", offered.ctx)
    offered.offer.refresh_from_db()
    assert suggesting.of_document(offered.offer, offered.ctx) is None
