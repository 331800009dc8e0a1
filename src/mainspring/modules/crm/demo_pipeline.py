"""The demo's ways of selling: processes with their stages, competitors, and what people and regions are to win."""

from datetime import date
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from mainspring.kernel import periods
from mainspring.kernel.models import Company, Membership, Territory, User

from . import pipeline
from .models import Competitor, Forecast, Planned, SalesProcess, Stage, Target
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
