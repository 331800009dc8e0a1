"""How long does it take to score 100,000 customers and pair items from 5,000,000 order lines, from rows to rows?

    python bench/insight.py --data /tmp/insight [--lines 5000000] [--make]

The company is made once in the data folder (--make does only that); measured is what a night does and, by itself, the
table of cohorts as somebody looks at it.
"""

import resource
import sys
import time
from datetime import timedelta

from harness import Answer, Counting, main, timed
from making import insight as making

CUSTOMERS, LINES, ITEMS = 100_000, 5_000_000, 5_000


def arguments(parser) -> None:
    parser.add_argument("--customers", type=int, default=CUSTOMERS)
    parser.add_argument("--lines", type=int, default=LINES)
    parser.add_argument("--items", type=int, default=ITEMS)
    parser.add_argument("--make", action="store_true", help="make the data, measure nothing")


def measure(options) -> list[Answer]:
    made = making.make(options.customers, options.lines, options.items, _tell)
    if options.make:
        return [Answer("making the data", round(made), "s")]

    from harness import context

    from mainspring.kernel import database
    from mainspring.kernel.models import Company
    from mainspring.modules.analytics import calculating
    from mainspring.modules.analytics.models import BoughtTogether, CustomerInsight, InsightChange

    calculating.recalculate(context())  # compiles, with the demo's few rows
    company = Company.objects.get(code=making.code(options.lines))
    ctx = context().in_company(company.pk)
    for model in (InsightChange, CustomerInsight, BoughtTogether):
        database.execute(f"DELETE FROM {model._meta.db_table} WHERE company_id = %(company)s", company=company.pk)
    with Counting() as counted:
        scored = _both(calculating, ctx, "first night")
    tomorrow = ctx.on(ctx.business_date + timedelta(days=1))
    night = _both(calculating, tomorrow, "next night")
    again = _both(calculating, tomorrow, "same night again")
    assert again["found"]["changed"] == 0, again
    table, cohorts = timed(lambda: _cohorts(ctx))
    answers = []
    for what, run in (("first night", scored), ("next night", night), ("same night again", again)):
        answers += [
            Answer(f"{what}: scores, classes and risks, read to written", run["customers"], "s"),
            Answer(f"{what}: pairs of items, read to written", run["pairs"], "s"),
            Answer(f"{what}: in all", round(run["customers"] + run["pairs"], 1), "s", 60),
        ]
    return [
        Answer("customers scored", scored["found"]["customers"], "customers"),
        Answer("order lines", options.lines, "lines"),
        Answer("rules found", scored["found"]["rules"], "rules"),
        *answers,
        Answer(f"cohorts, {len(table.rows)} months", round(cohorts / 1000, 1), "s", 60),
        Answer("statements", counted.queries, "statements"),
        Answer("rows kept", CustomerInsight.objects.filter(company=company).count(), "rows"),
        Answer("memory at most", round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024), "MiB", 2048),
    ]


def _both(calculating, ctx, what: str) -> dict:
    """Seconds of the two halves of a night and what was found."""
    began, cpu = time.perf_counter(), time.process_time()
    found, first = timed(lambda: calculating.customers(ctx))
    more, second = timed(lambda: calculating.pairs(ctx))
    _tell(f"{what}: {time.perf_counter() - began:.1f} s, {time.process_time() - cpu:.1f} s of them in Python")
    return {"customers": round(first / 1000, 1), "pairs": round(second / 1000, 1), "found": found | more}


def _cohorts(ctx):
    from mainspring.kernel.reports import registry

    return registry["customer-cohorts"].answer(ctx, show="kept")[0]


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main("Segments, classes, risks and pairs from five million order lines", measure, arguments=arguments)
