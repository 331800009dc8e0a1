"""How soon do the pages of the plan answer: workbench, load, the timeline and the master plan of an item?"""

from harness import Answer, Counting, context, main, median, p95, signed_in, times


def arguments(parser) -> None:
    parser.add_argument("--times", type=int, default=15)


def measure(options) -> list[Answer]:
    from mainspring.kernel import database

    ctx, client = context(), signed_in("planner")
    item, site = _busiest(ctx)
    week = database.scalar("SELECT min(week) FROM planning_centerload")
    center = database.scalar("SELECT min(work_center_id) FROM planning_centerload WHERE week = %(week)s", week=week)
    pages = [
        ("load chart", "/planning/load/", 500),
        ("orders behind a bar of it", f"/planning/load/{center}/{week}/", 500),
        ("workbench", "/planning/workbench/", 1000),
        ("timeline of an item", f"/planning/workbench/{item}/{site}/", 1000),
        ("pegging of its first supply", f"/planning/workbench/{item}/{site}/?part=pegging", 5000),
        ("master plan of an item", f"/planning/mps/{item}/{site}/", 1000),
    ]
    answers = []
    for name, path, limit in pages:
        with Counting() as counted:
            assert client.get(path).status_code == 200, path
        spent = times(lambda path=path: client.get(path), options.times)
        answers += [
            Answer(f"{name}, median", median(spent), "ms"),
            Answer(f"{name}, p95", p95(spent), "ms", limit),
            Answer(f"{name}, queries", counted.queries, "queries"),
        ]
    effect = times(lambda: client.post(f"/planning/mps/{item}/{site}/effect/", {"w6": "100"}), options.times)
    return [*answers, Answer("hours of a change of the master plan, p95", p95(effect), "ms", 2000)]


def _busiest(ctx) -> tuple[int, int]:
    """(item, site) with the most proposals to make."""
    from mainspring.kernel import database

    row = database.rows(
        """SELECT item_id, site_id FROM production_productionorder
        WHERE company_id = %(company)s AND state = 'proposed'
        GROUP BY 1, 2 ORDER BY count(*) DESC, 1 LIMIT 1""",
        company=ctx.company_id,
    )[0]
    return row["item_id"], row["site_id"]


if __name__ == "__main__":
    main("The pages of the plan", measure, arguments=arguments)
