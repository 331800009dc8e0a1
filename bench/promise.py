"""How soon does a quotation of ten lines know its dates, from stock, what comes, and what can be made?

The request the line grid sends while somebody types, and the promise alone; in both most of the quantities are far more
than there is, so that material and hours are looked for through all levels.
"""

import json
import random

from harness import Answer, Counting, main, median, p95, signed_in, times

LIMIT_MS = 300
LINES = 10


def arguments(parser) -> None:
    parser.add_argument("--times", type=int, default=40)


def measure(options) -> list[Answer]:
    from decimal import Decimal

    from django.utils import timezone

    from mainspring.kernel.context import Context
    from mainspring.kernel.models import Company, User
    from mainspring.modules.planning import following
    from mainspring.modules.promising import queries as promising
    from mainspring.modules.sales.models import SalesOrder

    company = Company.objects.get(code="MSB")
    following.batch(following.context(company), following.Kept())  # as in service: the plan has followed
    template = SalesOrder.objects.filter(company__code="MSB").exclude(number="").order_by("-pk").first()
    user = User.objects.get(username="sales")
    ctx = Context(user, timezone.localdate(), template.company_id)
    items, dice = _sold(template), random.Random(1)

    def wanted():
        return [promising.Wanted(item, Decimal(dice.choice((2, 40, 200)))) for item in dice.sample(items, LINES)]

    made = promising.promises(ctx, template.site, wanted())
    with Counting() as counted:
        promising.promises(ctx, template.site, wanted())
    alone = times(lambda: promising.promises(ctx, template.site, wanted()), options.times)
    typed = _typed(template, items, dice, options.times)
    return [
        Answer("lines that have to be made, of a first question", _made(made), "lines", 1, at_least=True),
        Answer("promise of ten lines, median", median(alone), "ms"),
        Answer("promise of ten lines, p95", p95(alone), "ms", LIMIT_MS),
        Answer("promise of ten lines, queries", counted.queries, "queries"),
        Answer("an edit in a quotation of ten lines, with dates, median", median(typed), "ms"),
        Answer("an edit in a quotation of ten lines, with dates, p95", p95(typed), "ms", LIMIT_MS),
    ]


def _made(promises) -> int:
    return sum(any(reason.code == "make" for reason in promise.reasons) for promise in promises)


def _sold(template) -> list:
    """What is sold and made at the site of the template, the most often sold first."""
    from django.db.models import Count

    from mainspring.modules.items.models import Item
    from mainspring.modules.sales.models import SalesOrderLine

    lines = SalesOrderLine.objects.filter(document__site=template.site, item__make_or_buy="make", item__active=True)
    keys = lines.values_list("item").annotate(n=Count("pk")).order_by("-n", "item")[:60]
    known = Item.objects.select_related("unit").in_bulk([key for key, _n in keys])
    found = [known[key] for key, _n in keys]
    assert len(found) >= LINES, "the demo sells too few made items to ask for ten"
    return found


def _typed(template, items, dice, count: int) -> list[float]:
    client = signed_in("sales")
    session = client.session
    session["company"] = template.company_id
    session.save()
    header = {"party": template.party_id, "site": template.site_id, "currency": template.currency_id}
    address = "/sales/quotations/preview/"
    chosen = dice.sample(items, LINES)
    lines = [{"key": f"n{n}", "item": item.pk, "quantity": str(5 + n)} for n, item in enumerate(chosen)]

    def edit():
        row = dice.choice(lines)
        row["quantity"] = str(dice.choice((2, 40, 200)))
        changed = [{"key": row["key"], "position": lines.index(row), "values": {}}]
        body = json.dumps({"lines": lines, "changed": changed, "header": header})
        answer = client.post(address, body, "application/json")
        assert answer.status_code == 200, answer.content[-1500:]

    return times(edit, count)


if __name__ == "__main__":
    main("Dates on a quotation of ten lines", measure, arguments=arguments)
