"""How long does one edit in an order of 500 lines take, before it is saved and after? Prints JSON.

Process time of the server's work for the request the line grid sends, without waiting for the database; queries.
Works on the instance named by MAINSPRING_DATA (with items and a customer in it) and undoes what it did.
"""

import json
import os
import statistics
import sys
import time

LIMIT_MS = 300
LINES, EDITS = 500, 12


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mainspring.site.settings")
    from mainspring.site import cli

    with cli.database():
        cli.set_up_django()
        result = measure()
    print(json.dumps(result))
    return 0 if max(result["unsaved"]["median_ms"], result["saved"]["median_ms"]) < LIMIT_MS else 1


def measure() -> dict:
    """Both cases, in a transaction that is undone."""
    import logging

    from django.db import transaction
    from django.test import Client

    from mainspring.kernel.models import User
    from mainspring.modules.items.models import Item
    from mainspring.modules.sales.models import SalesOrder

    logging.disable(logging.INFO)
    template = SalesOrder.objects.exclude(number="").order_by("pk").first()
    client = Client(headers={"Host": "localhost"})
    user = User.objects.filter(username="sales").first() or User.objects.filter(is_superuser=True).first()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    items = list(Item.objects.filter(active=True).order_by("pk").values_list("pk", flat=True)[:LINES])
    with transaction.atomic():
        session = client.session
        session["company"] = template.company_id
        session.save()
        unsaved, lines = typed(client, template, items)
        saved = kept(client, template, lines, user)
        transaction.set_rollback(True)
    return {"question": "line_grid", "lines": LINES, "limit_ms": LIMIT_MS, "unsaved": unsaved, "saved": saved}


def typed(client, template, items) -> tuple[dict, list]:
    """The form of a new order: the lines come back computed, then one quantity changes at a time."""
    header = {"party": template.party_id, "site": template.site_id, "currency": template.currency_id}
    lines = [{"key": f"n{n}", "item": items[n % len(items)], "quantity": str(1 + n % 7)} for n in range(LINES)]
    address = "/sales/sales-orders/preview/"
    answer = client.post(address, json.dumps({"lines": lines, "changed": [], "header": header}), "application/json")
    assert answer.status_code == 200, answer.content[-1500:]
    for line, said in zip(lines, answer.json()["lines"], strict=True):
        line |= {k: v["id"] if isinstance(v, dict) else v for k, v in said["values"].items()}

    def edit(n):
        lines[n]["quantity"] = str(20 + n)
        return {"changed": [{"key": lines[n]["key"], "position": n, "values": {}}], "lines": lines, "header": header}

    return timed(client, lambda n: (address, edit(n))), lines


def kept(client, template, lines, user) -> dict:
    """The same order saved as a draft, edited in place."""
    from mainspring.kernel import commands
    from mainspring.kernel.context import Context

    ctx = Context(user, template.ordered_on, template.company_id, trusted=True)
    specs = [{"item": line["item"], "quantity": line["quantity"]} for line in lines]
    order = commands.create(type(template), ctx, party=template.party, site=template.site, owner=user, lines=specs)
    rows = list(order.lines.all())
    address = f"/sales/sales-orders/{order.pk}/lines/"

    def edit(n):
        values = {"item": rows[n].item_id, "quantity": str(20 + n)}
        changed = [{"key": f"l{n}", "id": rows[n].pk, "position": n, "values": values}]
        return {"changed": changed, "removed": [], "moved": []}

    return timed(client, lambda n: (address, edit(n)))


def timed(client, ask) -> dict:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    seconds, wall, size = [], [], 0
    for n in range(EDITS):
        address, body = ask(n)
        text = json.dumps(body)
        began, clock = time.process_time(), time.perf_counter()
        answer = client.post(address, text, "application/json")
        seconds.append(time.process_time() - began)
        wall.append(time.perf_counter() - clock)
        assert answer.status_code == 200, answer.content[-1500:]
        size = (len(text), len(answer.content))
    with CaptureQueriesContext(connection) as queries:
        address, body = ask(EDITS)
        client.post(address, json.dumps(body), "application/json")
    return {
        "median_ms": round(statistics.median(seconds[2:]) * 1000, 1),
        "wall_ms": round(statistics.median(wall[2:]) * 1000, 1),
        "queries": len(queries),
        "bytes_sent": size[0],
        "bytes_answered": size[1],
    }


if __name__ == "__main__":
    sys.exit(main())
