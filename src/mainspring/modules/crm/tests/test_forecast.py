"""The forecast: by month and person, in any currency, drilling to what is counted and may be seen (CRM-08)."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from mainspring.kernel import commands, query, reports, resource
from mainspring.kernel.models import Currency, DocumentIdentity
from mainspring.modules.crm import changing, forecasting, pipeline, velocity
from mainspring.modules.crm.models import DealChange, Opportunity, Stage, Target
from mainspring.modules.organization.models import ExchangeRate
from mainspring.modules.parties.models import Party, PaymentTerm

MARCH, JUNE = date(2026, 3, 1), date(2026, 6, 1)


@pytest.fixture
def sales(regions):
    """Mei sells in East, Jun in Central; both have a customer."""
    regions.mei = regions.person("mei", "sales_rep", regions.east)
    regions.jun = regions.person("jun", "sales_rep", regions.central)
    regions.boss = regions.person("boss", "sales_manager", regions.east)
    regions.acme, regions.beta = (
        commands.create(
            Party,
            regions.system,
            code=name.upper(),
            name=name,
            is_customer=True,
            country="LT",
            currency="EUR",
            territory=place,
            owner=owner,
        )
        for name, place, owner in (("Acme", regions.east, regions.mei), ("Beta", regions.central, regions.jun))
    )
    return regions


def deal(sales, party, amount, closes, stage="qualification", **values) -> Opportunity:
    made = commands.create(
        Opportunity, sales.system, name="Pumps", party=party, amount=amount, expected_close_on=closes, **values
    )
    if stage != "qualification":
        made = commands.perform(made, "move", sales.system, stage=Stage.objects.get(code=stage))
    return made


def asked(**values) -> forecasting.Asked:
    return forecasting.Asked(**{"by": "owner", "starts_on": MARCH, "months": 3, "currency": "EUR"} | values)


def amounts(section, month) -> dict:
    row = next(row for row in section.rows if row.month == month)
    return {name: figure.amount for name, figure in row.figures.items()}


def listed(ctx, href: str) -> Decimal:
    """The sum of the deals an address lists for a person."""
    params: dict = {}
    for pair in href.partition("?")[2].split("&"):
        name, _sep, value = pair.partition("=")
        params.setdefault(name, []).append(value.replace("%2C", ","))
    q = query.Query(resource.of(Opportunity), ctx, query.parse(params))
    assert not q.errors
    return sum((found.amount_base for found in q.filtered()), Decimal(0))


def test_each_figure_counts_what_its_list_shows(sales):
    deal(sales, sales.acme, 1000, "2026-03-20", "negotiation")
    deal(sales, sales.acme, 400, "2026-03-25", "proposal")
    deal(sales, sales.acme, 100, "2026-02-01")
    deal(sales, sales.beta, 5000, "2026-04-20", "proposal")
    won = deal(sales, sales.beta, 700, "2026-03-20")
    commands.perform(won, "win", sales.system, amount=800)
    commands.create(Target, sales.system, person=sales.mei, starts_on="2026-03-01", amount=3000)
    commands.create(Target, sales.system, person=sales.jun, period="quarter", starts_on="2026-01-01", amount=900)
    sections, whole = forecasting.forecast(sales.system, asked())
    jun, mei = sections
    assert amounts(mei, MARCH) == {
        "committed": 1000, "best": 1400, "weighted": 950, "target": 3000, "gap": 2000,
    }  # fmt: skip
    assert amounts(mei, forecasting.LATE) == {"weighted": 10}
    assert amounts(jun, MARCH) == {"won": 800, "target": 300, "gap": -500}
    assert amounts(jun, date(2026, 4, 1))["best"] == 5000
    assert whole.total.amount("weighted") == 950 + 10 + 2500
    for section in sections:
        for row in section.rows:
            for name in ("won", "committed", "best"):
                if name in row.figures:
                    assert listed(sales.system, row.figures[name].href) == row.figures[name].amount


def test_a_person_sees_the_forecast_of_what_they_may_see(sales):
    """Another territory's deals count nowhere: not in figures, changes or velocity (Z06)."""
    deal(sales, sales.acme, 1000, "2026-03-20")
    deal(sales, sales.beta, 5000, "2026-03-20")
    commands.create(Target, sales.system, person=sales.jun, starts_on="2026-03-01", amount=900)
    for user in (sales.mei, sales.boss):
        sections, whole = forecasting.forecast(sales.ctx(user), asked())
        assert [section.label for section in sections] == ["Mei"]
        assert whole.total.amount("weighted") == 100
        assert velocity.velocity(sales.ctx(user), MARCH, JUNE, {}).open == 1
    web = Client()
    web.force_login(sales.mei)
    for address in ("", "changes/", "velocity/"):
        page = web.get(f"/crm/forecast/{address}?since=2026-02-01&starts_on=2026-03-01")
        assert page.status_code == 200
        assert b"Beta" not in page.content
        assert b"5,000" not in page.content
    warehouse = sales.person("wim", "warehouse")
    web.force_login(warehouse)
    assert web.get("/crm/forecast/").status_code == 404


def test_the_forecast_is_shown_in_any_currency_and_by_region(sales):
    usd = Currency.objects.get_or_create(code="USD", defaults={"name": "Dollar"})[0]
    commands.create(ExchangeRate, sales.system, from_currency=usd, to_currency="EUR", valid_on=MARCH, rate="0.80")
    deal(sales, sales.acme, 1000, "2026-03-20", "negotiation")
    deal(sales, sales.acme, 1000, "2026-03-20", "negotiation", currency="USD")
    sections, whole = forecasting.forecast(sales.system, asked(by="territory", currency="USD"))
    assert [(section.label, section.total.amount("committed")) for section in sections] == [("East China", 2250)]
    assert whole.total.amount("weighted") == Decimal("1687.50")


def test_what_changed_since_a_day_adds_up(sales):
    """Waterfall: the forecast then, plus every step, is the forecast now."""
    grown = deal(sales, sales.acme, 1000, "2026-03-20")
    shrunk = deal(sales, sales.acme, 500, "2026-03-20")
    out = deal(sales, sales.acme, 300, "2026-04-20")
    won = deal(sales, sales.acme, 200, "2026-05-20")
    lost = deal(sales, sales.acme, 100, "2026-05-20")
    coming = deal(sales, sales.acme, 70, "2026-09-20")
    later = replace(sales.system, business_date=date(2026, 3, 9))
    commands.change(grown, later, amount=1600)
    commands.change(shrunk, later, amount=450)
    commands.change(out, later, expected_close_on="2026-08-01")
    commands.change(coming, later, expected_close_on="2026-05-01")
    commands.perform(won, "win", later, amount=250)
    commands.perform(lost, "lose", later, reason="price")
    commands.create(Opportunity, later, name="New", party=sales.acme, amount=40, expected_close_on="2026-04-01")
    steps = changing.since(later, date(2026, 3, 2), starts_on=MARCH, ends_on=JUNE, currency="EUR", where={})
    assert {kind: steps.sum(kind) for kind in changing.KINDS} == {
        "new": 40, "moved_in": 70, "grown": 600, "shrunk": -50, "moved_out": -300, "won": -200, "lost": -100,
    }  # fmt: skip
    assert (steps.before, steps.after) == (2100, 2160)
    assert steps.before + sum(steps.sum(kind) for kind in changing.KINDS) == steps.after


def test_conversion_days_and_velocity_come_from_the_memory_of_the_pipeline(sales):
    on = [replace(sales.system, business_date=date(2026, 3, day)) for day in (2, 6, 12, 22)]
    proposal, analysis = (Stage.objects.filter(code=c).first() for c in ("proposal", "analysis"))
    for amount, source, ends in ((1000, "web", "win"), (3000, "call", "win"), (500, "web", "lose"), (9, "web", "")):
        made = commands.create(
            Opportunity, on[0], name="P", party=sales.acme, amount=amount, source=source, expected_close_on="2026-04-01"
        )
        analysis, proposal = (Stage.objects.get(code=c) for c in ("analysis", "proposal"))
        commands.perform(made, "move", on[1], stage=analysis)
        if ends == "win":
            commands.perform(made, "move", on[2], stage=proposal)
            commands.perform(made, "win", on[3], amount=amount)
        elif ends:
            commands.perform(made, "lose", on[2], reason="price")
    process = pipeline.first_process(sales.company.pk)
    rows = velocity.stages(sales.system, process.pk, MARCH, JUNE, {})
    told = {row.stage.code: (row.entered, row.resting, row.passed, row.lost, row.median) for row in rows}
    assert told == {
        "qualification": (4, 0, 4, 0, 4),
        "analysis": (4, 1, 2, 1, 6),
        "proposal": (2, 0, 2, 0, 10),
        "negotiation": (0, 0, 0, 0, None),
    }
    assert [round(row.conversion or 0) for row in rows] == [100, 67, 100, 0]
    found = velocity.velocity(sales.system, MARCH, JUNE, {})
    assert (found.open, found.won, found.lost, found.average, found.days) == (1, 2, 1, 2000, 20)
    assert round(found.a_day, 2) == Decimal("66.67"), "1 open × 2/3 won × 2,000 ÷ 20 days"
    rates = velocity.win_rates(sales.system, "source", MARCH, JUNE, {})
    assert [(rate.label, rate.won, rate.lost) for rate in rates] == [("Web site", 1, 1), ("Incoming call", 1, 0)]
    (reason,) = velocity.reasons(sales.system, MARCH, JUNE, {})
    assert (reason.labels, reason.count, reason.values["amount_base"]) == (["Price"], 1, 500)


def many_deals(sales, count: int) -> None:
    """Deals written in sets, spread over the stages of the process and the months."""
    process = pipeline.first_process(sales.company.pk)
    stages = list(process.stages.order_by("position"))
    kind = Opportunity._meta.label_lower
    identities = DocumentIdentity.objects.bulk_create(
        DocumentIdentity(kind=kind, company=sales.company, number=f"OP-{n}") for n in range(count)
    )
    Opportunity.objects.bulk_create(
        Opportunity(
            identity=identity,
            number=identity.number,
            company=sales.company,
            state="open",
            name=f"Deal {n}",
            party=sales.acme,
            owner=sales.mei,
            territory=sales.east,
            currency_id="EUR",
            process=process,
            stage=stages[n % 4],
            forecast=stages[n % 4].forecast,
            probability=stages[n % 4].probability,
            amount=100,
            amount_base=100,
            weighted_base=stages[n % 4].probability,
            stage_since=MARCH,
            changed_on=MARCH,
            expected_close_on=date(2026, 3 + n % 3, 20),
        )
        for n, identity in enumerate(identities)
    )


def test_board_and_forecast_ask_no_more_for_ten_thousand_deals(sales):
    """Budgets: the number of statements does not grow with the pipeline."""
    process = pipeline.first_process(sales.company.pk)
    web = Client()
    web.force_login(sales.boss)
    addresses = [
        f"/crm/opportunities/board/?process={process.pk}",
        "/crm/forecast/?starts_on=2026-03-01",
        "/crm/forecast/changes/?since=2026-03-01&starts_on=2026-03-01",
        "/crm/forecast/velocity/?first=2026-01-01",
    ]
    asked_of = []
    for count in (40, 9_960):
        many_deals(sales, count)
        counts = []
        for address in addresses:
            web.get(address)
            with CaptureQueriesContext(
                connection,
            ) as queries:
                page = web.get(address)
            assert page.status_code == 200
            counts.append(len(queries))
        asked_of.append(counts)
    assert asked_of[1] <= [few + 2 for few in asked_of[0]]
    assert max(asked_of[1]) <= 40
    assert DealChange.objects.count() == 10_000
    board = web.get(addresses[0]).content.decode()
    assert "250,000.00 EUR" in board, "amount of negotiation"
    assert "187,500.00 EUR" in board, "weighted amount of negotiation"


def test_wrong_parameters_are_named_not_fatal(sales):
    web = Client()
    web.force_login(sales.boss)
    wrongs = "by=x months=7 starts_on=x currency=XXX process=9 owner=x territory=99999999999 since=1 first=0001-01-01"
    for address in ("", "changes/", "velocity/"):
        for wrong in (*wrongs.split(), "show=x", "process=%00", "owner=%C2%B2"):
            assert web.get(f"/crm/forecast/{address}?{wrong}").status_code == 200
    page = web.get("/crm/forecast/?months=7")
    assert "“7” is not a valid value." in page.content.decode()
    assert web.get("/crm/opportunities/board/?process=99999").status_code == 200
    assert web.get("/crm/opportunities/board/?process=x").status_code in (200, 302)


def test_dropping_a_card_asks_only_what_the_stage_lacks(sales):
    made = commands.create(Opportunity, sales.system, name="Pumps", party=sales.acme, amount=100)
    stages = {stage.code: stage for stage in made.process.stages.all()}
    web = Client()
    web.force_login(sales.mei)
    move = f"/crm/opportunities/{made.pk}/move/"
    asked_for = web.post(move, {"to": stages["proposal"].pk, "version": made.version}, headers={"HX-Request": "true"})
    text = asked_for.content.decode()
    assert asked_for.status_code == 200
    assert 'name="expected_close_on"' in text
    assert 'name="amount"' not in text
    sent = web.post(
        f"/crm/opportunities/{made.pk}/do/move/",
        {"stage": stages["proposal"].pk, "expected_close_on": "2026-04-01", "version": made.version},
        headers={"HX-Request": "true"},
    )
    made.refresh_from_db()
    assert (sent.status_code, made.stage.code) == (204, "proposal")
    done = web.post(move, {"to": stages["analysis"].pk}, headers={"HX-Request": "true"})
    made.refresh_from_db()
    assert (done.status_code, made.stage.code) == (204, "analysis"), "nothing to ask, so it moves at once"
    lost = web.post(move, {"to": "lost"}, headers={"HX-Request": "true"})
    assert lost.status_code == 200
    assert 'name="reason"' in lost.content.decode()
    assert web.post(move, {"to": "nowhere"}, headers={"HX-Request": "true"}).status_code == 409


# -- in the books ---------------------------------------------------------------------------------------------------


def test_open_deals_are_a_line_of_their_own_in_cash_in_sight(sales):
    """CRM-08, FIN-06: their chance of their amount, by the customer's terms; nobody reads deals they may not see."""
    term = commands.create(PaymentTerm, sales.system, code="N30", name="30 days", lines=[{"percent": 100, "days": 30}])
    sales.acme = commands.change(sales.acme, sales.system, payment_term=term)
    deal(sales, sales.acme, 1000, date(2026, 3, 10), probability=50)
    deal(sales, sales.acme, 500, date(2026, 3, 20), probability=10)
    deal(sales, sales.beta, 900, date(2026, 2, 1), probability=100)  # late, due at once
    deal(sales, sales.beta, 900, date(2026, 3, 9), probability=100, forecast="left_out")
    deal(sales, sales.beta, 900, date(2026, 9, 9), probability=100)
    report = reports.registry["cash-in-sight"]
    found, _given = report.answer(sales.system, until="2026-06-01")
    rows = [(r["planned_on"], r["amount_base"], r["balance"], r["with_deals"]) for r in found.rows[1:]]
    assert rows == [(date(2026, 3, 2), 900, 0, 900), (date(2026, 4, 19), 550, 0, 1450)]
    listed = resource.of(Opportunity)
    for row, count in zip(found.rows[1:], (1, 2), strict=True):
        params = dict(parse_qsl(urlsplit(row["_href"]).query))
        q = query.Query(listed, sales.system, query.parse(params))
        assert (q.errors, q.count()[0]) == ({}, count)
    clerk = sales.ctx(sales.person("clerk", "accountant"))
    answer, _given = report.answer(clerk, until="2026-06-01")
    assert len(answer.rows) == 1
    assert "with_deals" not in [column.path for column in report.shown(answer)]
