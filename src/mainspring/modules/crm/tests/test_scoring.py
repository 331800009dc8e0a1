"""Scores of leads by rules, with their reasons."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from mainspring.kernel import bulk, commands, jobs
from mainspring.modules.crm import scoring
from mainspring.modules.crm.models import Lead, PoolMember, ScoreRule


@pytest.fixture
def rules(regions):
    made = [
        ("Large", {"value__gte": "10000"}, 40, {"lt": "Didelė vertė"}),
        ("Reachable by phone", {"phone__empty": "0"}, 25, {}),
        ("From the web", {"source": "web"}, 50, {}),
        ("No e-mail", {"email__empty": "1"}, -20, {}),
    ]
    return {
        name: commands.create(ScoreRule, regions.system, name=name, condition=condition, points=points, names=names)
        for name, condition, points, names in made
    }


def test_points_add_up_between_0_and_100_with_reasons(regions, rules):
    best = regions.lead("Best", value=20000, phone="+86 512 6288 8888", email="a@example.com", source="web")
    worst = regions.lead("Worst", source="event")
    some = regions.lead("Some", value=Decimal(10000), source="event", email="b@example.com")
    assert [lead.score for lead in (best, worst, some)] == [100, 0, 40]  # 115 and -20 are cut
    assert [r["text"] for r in scoring.reasons(best)] == ["From the web", "Large", "Reachable by phone"]
    with translation.override("lt"):
        assert scoring.told(some) == "Didelė vertė +40"


def test_a_change_of_the_lead_or_of_a_rule_is_followed(regions, rules):
    lead = regions.lead("Small", source="event", email="b@example.com")
    assert lead.score == 0
    version = lead.version
    lead = commands.change(lead, regions.system, value=15000)
    assert (lead.score, lead.version) == (40, version + 1)
    commands.change(rules["Large"], regions.system, points=70)
    jobs.run_pending()
    lead.refresh_from_db()
    assert (lead.score, lead.version) == (70, version + 1)  # nobody's editing is disturbed
    commands.delete(rules["Large"], regions.system)
    jobs.run_pending()
    lead.refresh_from_db()
    assert (lead.score, lead.score_reasons) == (0, [])


def test_a_list_is_scored_at_once_and_closed_leads_keep_theirs(regions, rules, django_assert_max_num_queries):
    rows = [{"name": f"Company {n}", "territory": regions.jiangsu, "value": n * 1000} for n in range(21)]
    bulk.create_many(Lead, regions.system, rows)
    assert Lead.objects.filter(score=70).count() == 11  # web 50, large 40, no mail -20
    lost = commands.perform(Lead.objects.get(name="Company 20"), "lose", regions.system, reason="price")
    commands.change(rules["Large"], regions.system, points=10)
    with django_assert_max_num_queries(4):
        assert scoring.rescore(regions.company.pk, regions.system.business_date) == 10
    lost.refresh_from_db()
    assert lost.score == 70


def test_a_lead_is_scored_before_its_pool_gives_it(regions, rules):
    member = regions.person("mei", "sales_rep", regions.east)
    commands.create(PoolMember, regions.system, pool=regions.east_pool, user=member)
    commands.change(regions.east_pool, regions.system, distribution="turn")
    lead = regions.lead("Given", source="web", email="c@example.com")
    assert (lead.owner, lead.score) == (member, 50)
    lead.refresh_from_db()
    assert lead.score == 50


@pytest.mark.parametrize(
    ("condition", "named"),
    [
        ({}, "required"),
        ([], "required"),
        ({"no_such_field": "1"}, "no_such_field"),
        ({"value__gte": "many"}, "value__gte"),
        ({"password__empty": "1"}, "password"),
        ({"owner__password__contains": "a"}, "owner__password"),
        ({"order": "name"}, "order"),
        ({"q": "x"}, "q"),
        ({"state": "nowhere"}, "state"),
        ({"value__gte": "1e400"}, "value__gte"),
        ({"name": "\x00"}, "name"),
    ],
)
def test_a_condition_that_is_none_is_refused_by_name(regions, condition, named):
    with pytest.raises(ValidationError, match=named) as refused:
        commands.create(ScoreRule, regions.system, name="Odd", condition=condition, points=5)
    assert "condition" in refused.value.message_dict


def test_points_lie_within_bounds(regions):
    for points in (0, 101, -101):
        with pytest.raises(ValidationError, match="Points lie between"):
            commands.create(ScoreRule, regions.system, name="Odd", condition={"source": "web"}, points=points)
