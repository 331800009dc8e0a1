"""How long does it take to bring 100,000 items in from a CSV file, checked row by row? Prints JSON.

python bench/exchange_import.py [ROWS]      in a database of its own, thrown away afterwards
"""

import json
import os
import sys
import tempfile
import time
from pathlib import Path

ROWS = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
LIMIT_SECONDS = 180 * ROWS / 100_000


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        os.environ["MAINSPRING_DATA"] = folder
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mainspring.site.settings")
        from mainspring.site import cli

        with cli.database():
            cli.set_up_django()
            from mainspring.site.commands import migrate

            migrate.migrate(verbosity=0)
            result = measure(Path(folder))
    print(json.dumps(result))
    return 0 if result["seconds"] < LIMIT_SECONDS and result["rows"] == ROWS else 1


def measure(folder: Path) -> dict:
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
        for n in range(ROWS):
            file.write(f"{n:07},Item number {n},GOODS,pcs,{n % 97 / 8}\n")
    columns = {"Code": "code", "Name": "name", "Category": "category", "Unit": "unit", "Weight": "weight_kg"}
    started = time.perf_counter()
    run = importing.start(resource.of(Item), ctx, path, {"columns": columns})
    importing.check(run, ctx)
    checked = time.perf_counter()
    importing.carry_out(run, ctx)
    ended = time.perf_counter()
    return {
        "question": "exchange_import",
        "rows": Item.objects.count(),
        "seconds": round(ended - started, 1),
        "check_seconds": round(checked - started, 1),
        "write_seconds": round(ended - checked, 1),
        "totals_equal": all(t["equal"] for t in run.totals.values()),
        "limit_seconds": LIMIT_SECONDS,
    }


if __name__ == "__main__":
    sys.exit(main())
