"""How long does one edit in an order of 500 lines take, before it is saved and after?

The request the line grid sends, from its arrival to the answer. Undoes what it did.
"""

import json
import time

from harness import Answer, Counting, browser, main, median

LIMIT_MS = 300
LINES, EDITS = 500, 12


def measure(options) -> list[Answer]:
    """Both cases, in a transaction that is undone."""
    from django.db import transaction

    from mainspring.kernel.models import User
    from mainspring.modules.items.models import Item
    from mainspring.modules.sales.models import SalesOrder

    template = SalesOrder.objects.exclude(number="").order_by("pk").first()
    client = browser()
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
    return [
        Answer(f"an edit in an order of {LINES} lines, {when}: {kind}", found[kind], unit, target)
        for when, found in (("not saved yet", unsaved), ("saved", saved))
        for kind, unit, target in (("server", "ms", LIMIT_MS), ("python", "ms", None), ("queries", "queries", None))
    ]


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
    """{server time and its share of Python (median, ms), queries} of edits, the first two not counted."""
    seconds, wall = [], []
    for n in range(EDITS):
        address, body = ask(n)
        text = json.dumps(body)
        began, clock = time.process_time(), time.perf_counter()
        with Counting() as counted:
            answer = client.post(address, text, "application/json")
        seconds.append(1000 * (time.process_time() - began))
        wall.append(1000 * (time.perf_counter() - clock))
        assert answer.status_code == 200, answer.content[-1500:]
    return {"server": median(wall[2:]), "python": median(seconds[2:]), "queries": counted.queries}


if __name__ == "__main__":
    main("One edit in an order of 500 lines", measure)
