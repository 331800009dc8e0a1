"""The demo's ways of selling: processes with their stages, competitors, and what people and regions are to win."""

import itertools
from datetime import date, timedelta
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from mainspring.kernel import numbering, periods
from mainspring.kernel.models import Company, DocumentIdentity, Membership, Territory, User
from mainspring.modules.parties.models import Party

from . import pipeline
from .models import Competitor, Forecast, LossReason, Opportunity, Planned, SalesProcess, Stage, Target
from .models.naming import in_languages

RENEWAL = (
    {
        "code": "remind",
        "label": _("Reminder sent"),
        "probability": Decimal(60),
        "days_max": 21,
        "forecast": Forecast.BEST,
    },
    {
        "code": "offer",
        "label": _("Renewal offered"),
        "probability": Decimal(80),
        "days_max": 30,
        "forecast": Forecast.COMMITTED,
        "planned": Planned.FULL,
        "asks_amount": True,
        "asks_close_on": True,
    },
)
PROJECT = (
    {"code": "survey", "label": _("Site survey"), "probability": Decimal(10), "days_max": 45, "asks_contact": True},
    {"code": "concept", "label": _("Concept"), "probability": Decimal(30), "days_max": 60, "asks_amount": True},
    {
        "code": "tender",
        "label": _("Tender"),
        "probability": Decimal(45),
        "days_max": 90,
        "forecast": Forecast.BEST,
        "planned": Planned.WEIGHTED,
        "asks_amount": True,
        "asks_close_on": True,
    },
    {
        "code": "letter",
        "label": _("Letter of intent"),
        "probability": Decimal(90),
        "days_max": 30,
        "forecast": Forecast.COMMITTED,
        "planned": Planned.FULL,
        "asks_amount": True,
        "asks_close_on": True,
    },
)
RIVALS = ("Baltic Cycle Works", "Nordvelo", "Suzhou Swift", "Tandem & Sons")
MONTH = {"MSB": Decimal(40000), "MSC": Decimal(250000)}


def load(ctx_factory, out) -> None:
    for name in RIVALS:
        Competitor.objects.get_or_create(name=name)
    for company in Company.objects.order_by("code"):
        pipeline.standard(company.pk)
        for rank, code, label, stages in (
            (200, "renewal", _("Renewal"), RENEWAL),
            (300, "project", _("Project"), PROJECT),
        ):
            process, made = SalesProcess.objects.get_or_create(
                company=company, code=code, defaults=in_languages(label) | {"rank": rank}
            )
            if made:
                pipeline.add_stages(process, stages)
    out(f"{Stage.objects.count()} stages of {SalesProcess.objects.count()} sales processes")


def targets(ctx_factory, today: date) -> int:
    """Monthly targets of everybody who sells, from half a year ago to a quarter ahead; regions have quarterly ones."""
    rows = []
    for company in Company.objects.order_by("code"):
        amount = MONTH.get(company.code, Decimal(20000))
        first = periods.start_of("month", today)
        for _step in range(6):
            first = periods.start_of("month", date.fromordinal(first.toordinal() - 1))
        months = [first]
        while len(months) < 11:
            months.append(periods.next_start("month", months[-1]))
        sellers = User.objects.filter(
            pk__in=Membership.objects.filter(role__code="sales_rep", company=company).values("user")
        )
        common = {"company": company, "currency_id": company.base_currency_id}
        for n, person in enumerate(sellers.order_by("username")):
            for month in months:
                rows.append(
                    Target(
                        person=person,
                        starts_on=month,
                        ends_on=periods.next_start("month", month),
                        amount=amount + n * 5000,
                        **common,
                    )
                )
        worked = Membership.objects.filter(role__code="sales_rep", company=company).values("territories")
        quarters = sorted({periods.start_of("quarter", month) for month in months})
        for territory in Territory.objects.filter(pk__in=worked).order_by("code"):
            for quarter in quarters:
                rows.append(
                    Target(
                        territory=territory,
                        period="quarter",
                        starts_on=quarter,
                        ends_on=periods.next_start("quarter", quarter),
                        amount=amount * 3,
                        **common,
                    )
                )
    Target.objects.bulk_create(rows)
    return len(rows)


# -- a year of deals decided before the days that are lived ------------------------------------------------------------

DEALS = {"S": 60, "M": 150, "L": 600}
NAMES = (
    "Spring fleet",
    "Rental bicycles",
    "City bicycles",
    "Cargo bicycles",
    "Spare parts for a year",
    "Service contract",
)


def past(ctx_factory, size: str, rng, today: date) -> int:
    """Deals of the last year with every step they took, set by set: the memory of the pipeline to learn from."""
    count = 0
    for company in Company.objects.order_by("code"):
        sellers = _sellers(company)
        customers = [p for p in Party.objects.filter(is_customer=True).order_by("code") if p.territory_id in sellers]
        if customers:
            count += _past_of(company, sellers, customers, DEALS.get(size, 60), rng, today)
    return count


def _sellers(company) -> dict[int, User]:
    """Territory -> who sells there."""
    found: dict[int, User] = {}
    for membership in Membership.objects.filter(role__code="sales_rep", company=company).order_by("user__username"):
        for territory in membership.territories.all():
            found.setdefault(territory.pk, membership.user)
    return found


def _past_of(company, sellers, customers, count: int, rng, today: date) -> int:
    processes = list(SalesProcess.objects.filter(company=company).prefetch_related("stages").order_by("rank"))
    reasons, rivals = list(LossReason.objects.order_by("rank")), list(Competitor.objects.order_by("name"))
    deals, ways = [], []
    for began in sorted(today - timedelta(days=rng.randrange(20, 365)) for _n in range(count)):
        process = rng.choices(processes, [6, 2, 1][: len(processes)])[0]
        party = rng.choice(customers)
        deal, steps = _way(process, party, sellers[party.territory_id], began, rng, today, reasons, rivals)
        deal.company = company
        deals.append(deal)
        ways.append(steps)
    _write(company, deals)
    for n in range(max(len(steps) for steps in ways)):
        changed = []
        for deal, steps in zip(deals, ways, strict=True):
            if n < len(steps):
                for name, value in steps[n].items():
                    setattr(deal, name, value)
                _weigh(deal)
                changed.append(deal)
        Opportunity.objects.bulk_update(changed, STEP_FIELDS, batch_size=500)
    return len(deals)


STEP_FIELDS = (
    "state", "stage", "stage_since", "probability", "forecast", "weighted_base", "amount", "amount_base", "closed_on",
    "close_reason", "competitor", "changed_on", "expected_close_on",
)  # fmt: skip


def _weigh(deal) -> None:
    deal.amount_base = deal.amount
    deal.weighted_base = (deal.amount_base * deal.probability / 100).quantize(Decimal("0.01"))


def _way(process, party, owner, began: date, rng, today: date, reasons, rivals):
    """(a deal as it began, the steps it took since)."""
    stages = sorted(process.stages.all(), key=lambda stage: stage.position)
    amount = Decimal(rng.randrange(4, 60) * 500)
    first = stages[0]
    deal = Opportunity(
        state="open",
        name=rng.choice(NAMES),
        party=party,
        owner=owner,
        changed_by=owner,
        territory_id=party.territory_id,
        source=rng.choice(("web", "call", "event", "referral", "own")),
        currency_id=None,
        amount=amount,
        process=process,
        stage=first,
        stage_since=began,
        probability=first.probability,
        forecast=first.forecast,
        changed_on=began,
        expected_close_on=began + timedelta(days=rng.randrange(40, 120)),
    )
    _weigh(deal)
    steps, day, at = [], began, 0
    while True:
        day += timedelta(days=rng.randrange(3, 34))
        if day >= today - timedelta(days=3):
            return deal, steps
        chance = rng.random()
        if chance < 0.16 or (at == len(stages) - 1 and chance < 0.4):
            reason = rng.choice(reasons)
            lost = {"state": "lost", "probability": Decimal(0), "closed_on": day, "close_reason": reason}
            lost["competitor"] = rng.choice(rivals) if reason.by_competitor else None
            return deal, [*steps, lost | {"changed_on": day}]
        if at == len(stages) - 1:
            won = {"state": "won", "probability": Decimal(100), "closed_on": day, "changed_on": day}
            return deal, [*steps, won]
        at += 1
        amount = max(Decimal(1000), amount + Decimal(rng.randrange(-4, 5) * 250))
        steps.append(
            {
                "stage": stages[at],
                "stage_since": day,
                "probability": stages[at].probability,
                "forecast": stages[at].forecast,
                "amount": amount,
                "changed_on": day,
                "expected_close_on": day + timedelta(days=rng.randrange(20, 70)),
            }
        )


def _write(company, deals) -> None:
    """Number the deals by the year they began, and write them with their identities."""
    kind = Opportunity._meta.label_lower
    for year, group in itertools.groupby(deals, key=lambda deal: deal.changed_on.year):
        mine = list(group)
        numbers = numbering.next_numbers(Opportunity, company.pk, year, len(mine))
        for deal, number in zip(mine, numbers, strict=True):
            deal.currency_id, deal.number = company.base_currency_id, number
            deal.identity = DocumentIdentity(kind=kind, company=company, number=number, title=deal.party_label[:200])
            deal.pk = deal.identity.pk
    DocumentIdentity.objects.bulk_create([deal.identity for deal in deals])
    Opportunity.objects.bulk_create(deals)
