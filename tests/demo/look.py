"""Load the demo into the data folder of the environment and print what came of it, as JSON.

python look.py SIZE [PAST_ORDERS]
"""

import json
import os
import sys
from collections import Counter
from dataclasses import replace
from datetime import date

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mainspring.site.settings")
DAY = date(2026, 6, 15)


def main(size: str, past_orders: int) -> None:
    from mainspring.site import cli

    with cli.database():
        cli.set_up_django()
        from mainspring.demo import loading
        from mainspring.kernel import checks
        from mainspring.site.commands import migrate

        migrate.migrate(verbosity=0)
        loading.EXTENTS[size] = replace(loading.EXTENTS[size], past_orders=past_orders)
        said: list[str] = []
        loading.load(size, today=DAY, out=said.append)
        findings = {r.name: r.findings for r in checks.run() if r.findings}
        json.dump({**summary(), "said": said, "findings": findings}, sys.stdout, default=str)


def summary() -> dict:
    """What must be the same in every run: states, numbers, quantities and amounts of everything."""
    from django.apps import apps

    from mainspring.kernel import database
    from mainspring.kernel.models import Document

    states = {}
    for model in apps.get_models():
        if issubclass(model, Document) and not model._meta.label.startswith("kernel."):
            rows = model.objects.values_list("company__code", "state")
            states[model._meta.label] = {f"{c} {s}": n for (c, s), n in sorted(Counter(rows).items())}
    facts = {
        "orders": "SELECT number, state, total FROM sales_salesorder ORDER BY number, total, state",
        "purchases": "SELECT number, state, total FROM purchasing_purchaseorder ORDER BY number, total, state",
        "production": "SELECT number, state, quantity FROM production_productionorder ORDER BY number, quantity, state",
        "books": """SELECT a.code, l.posted_on, SUM(l.amount) FROM accounting_journalline l
                    JOIN accounting_account a ON a.id = l.account_id GROUP BY 1, 2 ORDER BY 1, 2""",
        "shelves": """SELECT i.code, l.code, s.code AS site, b.quantity, b.reserved FROM stock_stockbalance b
                      JOIN items_item i ON i.id = b.item_id JOIN stock_location l ON l.id = b.location_id
                      JOIN kernel_site s ON s.id = l.site_id WHERE b.quantity <> 0 ORDER BY 1, 3, 2""",
    }
    return {"states": states, **{n: [list(r.values()) for r in database.rows(q)] for n, q in facts.items()}}


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 0)
