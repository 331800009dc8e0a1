"""How long does it take to bring 100,000 items in from a CSV file, checked row by row? In a database of its own."""

import os
import tempfile
import time
from pathlib import Path

from harness import Answer, main

LIMIT_SECONDS = 180  # for 100,000 rows


def arguments(parser) -> None:
    parser.add_argument("--rows", type=int, default=100_000)


def measure(options) -> list[Answer]:
    with tempfile.TemporaryDirectory() as folder:
        os.environ["MAINSPRING_DATA"] = folder
        from mainspring.site import cli

        with cli.database():
            cli.set_up_django()
            from mainspring.site.commands import migrate

            migrate.migrate(verbosity=0)
            return _measure(Path(folder), options.rows)


def _measure(folder: Path, count: int) -> list[Answer]:
    from datetime import date

    from mainspring.kernel import commands, resource
    from mainspring.kernel.context import Context
    from mainspring.kernel.exchange import importing
    from mainspring.kernel.models import Company, Currency, User
    from mainspring.modules.items.models import Item, ItemCategory
    from mainspring.modules.organization import commands as organization

    euro, _made = Currency.objects.get_or_create(code="EUR", defaults={"name": "Euro"})
    company = Company.objects.create(code="B", name="Bench", base_currency=euro)
    ctx = Context(User.objects.create(username="bench", is_superuser=True), date(2026, 3, 2), company.pk)
    organization.install_units(ctx)
    commands.create(ItemCategory, ctx, code="GOODS", name="Goods")
    path = folder / "items.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write("Code,Name,Category,Unit,Weight\n")
        for n in range(count):
            file.write(f"{n:07},Item number {n},GOODS,pcs,{n % 97 / 8}\n")
    columns = {"Code": "code", "Name": "name", "Category": "category", "Unit": "unit", "Weight": "weight_kg"}
    started = time.perf_counter()
    run = importing.start(resource.of(Item), ctx, path, {"columns": columns})
    importing.check(run, ctx)
    checked = time.perf_counter()
    importing.carry_out(run, ctx)
    ended = time.perf_counter()
    limit = LIMIT_SECONDS * count / 100_000
    return [
        Answer("rows", Item.objects.count(), "rows", count, exactly=True),
        Answer("checked and written", round(ended - started, 1), "s", limit),
        Answer("checked", round(checked - started, 1), "s"),
        Answer("written", round(ended - checked, 1), "s"),
        Answer("control totals equal", int(all(t["equal"] for t in run.totals.values())), "", 1, exactly=True),
    ]


if __name__ == "__main__":
    main("Import of 100,000 rows", measure, arguments=arguments, data=False)
