"""How soon do the pages of the workshop answer with 5,000 open orders: progress, departments, a file by number?"""

from confirm_production import _drafts
from harness import Answer, Counting, context, main, median, p95, signed_in, times


def arguments(parser) -> None:
    parser.add_argument("--open", type=int, default=5000, help="fill up to so many open orders first")
    parser.add_argument("--times", type=int, default=9)


def measure(options) -> list[Answer]:
    from mainspring.modules.production.models import ProductionOrder

    ctx, client = context(), signed_in("planner")
    there = _filled(ctx, options.open)
    order = ProductionOrder.objects.filter(operations__isnull=False, company=ctx.company_id).order_by("pk").first()
    assert order is not None
    center = order.operations.first().work_center_id
    pages = [
        ("progress board", "/production/progress/", 1000),
        ("progress board, late ones", "/production/progress/?only=late", 1000),
        ("work of the departments", "/planning/tasks/", 1000),
        ("days of a week", "/planning/tasks/?by=day", 1000),
        ("tasks of a work center", f"/planning/tasks/of/?center={center}", 1000),
        ("what to do next", "/production/floor/", 1000),
        ("resources", "/production/capacity/", 1000),
        ("week of a work center", f"/production/capacity/{center}/", 1000),
        ("file of an order by its number", f"/dossier/{order.pk}/", 2000),
    ]
    answers = [Answer("open orders", there, "orders")]
    for name, path, limit in pages:
        client.get(path)
        with Counting() as counted:
            assert client.get(path).status_code == 200, path
        spent = times(lambda path=path: client.get(path), options.times)
        answers += [
            Answer(f"{name}, median", median(spent), "ms"),
            Answer(f"{name}, p95", p95(spent), "ms", limit),
            Answer(f"{name}, queries", counted.queries, "queries"),
        ]
    return answers


def _filled(ctx, wanted: int) -> int:
    """So many open orders; how many there are."""
    from mainspring.modules.production import commands as production
    from mainspring.modules.production.models import ProductionOrder

    found = ProductionOrder.objects.filter(state__in=("confirmed", "released", "in_progress"))
    while (there := found.count()) < wanted:
        production.confirm_orders(_drafts(ctx, min(500, wanted - there)), ctx)
    return there


if __name__ == "__main__":
    main("The workshop with many open orders", measure, arguments=arguments)
