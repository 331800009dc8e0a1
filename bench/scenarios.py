"""How soon does one see what a change leads to: a deal's chance, a forecast, a shift, as a page asks for it?

The planner runs as a process of its own and holds the plan; the time is from the question to the figures on the page.
With --items the company's plan is first made as large as that (as plan_live.py does).
"""

import subprocess
import sys
import time
from datetime import timedelta

import plan_live
from harness import Answer, main, median, p95


def arguments(parser) -> None:
    parser.add_argument("--items", type=int, default=0)
    parser.add_argument("--changes", type=int, default=20)


def measure(options) -> list[Answer]:
    from mainspring.engines.mrp import plan
    from mainspring.kernel import database
    from mainspring.kernel.models import Company, Site
    from mainspring.modules.planning import following

    company = Company.objects.get(code="MSB")
    if options.items:
        site = Site.objects.filter(company=company, kind="plant", active=True).order_by("pk").first()
        plan_live.fill(company, site, options.items)
    ctx = following.context(company)
    plan.warm()
    following.batch(ctx, following.Kept(), everything=True)
    planner = subprocess.Popen([sys.executable, "-m", "mainspring.site.cli", "planner"])
    try:
        first, chances = _deals(ctx, options.changes)
        wide = _structures(ctx, max(options.changes // 4, 3))
    finally:
        planner.terminate()
        planner.wait()
    nodes = database.scalar("SELECT nodes FROM planning_planstate WHERE company_id = %(c)s", c=company.pk)
    size = database.scalar("SELECT max(length(data)) FROM scenarios_workedout")
    return [
        Answer("items planned", nodes, "items"),
        Answer("the first question, planner just started", round(first, 1), "s"),
        Answer("a deal's chance moved, median", median(chances), "ms"),
        Answer("a deal's chance moved, p95", p95(chances), "ms", 1000),
        Answer("an extra shift (the structure differs), median", median(wide), "ms"),
        Answer("an extra shift, p95", p95(wide), "ms", 2000 if not options.items else None),
        Answer("a result as columns", round(size / 1024), "KiB"),
    ]


def _asked(ctx, changes: list[dict]) -> float:
    """Milliseconds until the figures are there."""
    from mainspring.modules.scenarios import asking

    began = time.perf_counter()
    result = asking.worked_out(ctx, changes, patience=300)
    assert result.is_known, result.problems
    assert not result.problems, result.problems
    return (time.perf_counter() - began) * 1000


def _deals(ctx, count: int) -> tuple[float, list[float]]:
    from mainspring.modules.crm.models import Opportunity
    from mainspring.modules.planning import queries

    while not queries.age(ctx).runs:
        time.sleep(0.1)
    found = Opportunity.objects.filter(
        company=ctx.company_id, state="open", lines__isnull=False, stage__planned="weighted"
    )
    deal = found.order_by("-amount_base").first()

    def chance(percent: str) -> list[dict]:
        return [{"kind": "deal", "subject": f"crm.opportunity:{deal.pk}", "sent": {"probability": percent}}]

    first = _asked(ctx, chance("99.5")) / 1000
    return first, [_asked(ctx, chance(f"{n + 1}.{n}")) for n in range(count)]


def _structures(ctx, count: int) -> list[float]:
    from mainspring.modules.engineering.models import WorkCenter

    center = WorkCenter.objects.filter(site__company=ctx.company_id, active=True).order_by("pk").first()
    day = ctx.business_date + timedelta(days=(5 - ctx.business_date.weekday()) % 7 or 7)
    times = []
    for weeks in range(1, count + 1):
        sent = {"on_date": day.isoformat(), "what": "working", "weeks": weeks}
        subject = f"organization.workcalendar:{center.calendar_id}:{day.isoformat()}"
        times.append(_asked(ctx, [{"kind": "shift", "subject": subject, "sent": sent}]))
    return times


if __name__ == "__main__":
    main(__doc__.splitlines()[0], measure, arguments=arguments)
