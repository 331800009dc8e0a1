"""How long does a purchase order with five lines take over the REST interface? Prints JSON.

Works on the instance named by MAINSPRING_DATA (with items and a supplier in it) and undoes what it did.
"""

import json
import os
import statistics
import sys
import time

LIMIT_MS = 40
CALLS = 60


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mainspring.site.settings")
    from mainspring.site import cli

    with cli.database():
        cli.set_up_django()
        result = measure()
    print(json.dumps(result))
    return 0 if result["median_ms"] < LIMIT_MS else 1


def measure() -> dict:
    from django.db import transaction
    from django.test import Client

    from mainspring.kernel import tokens
    from mainspring.kernel.models import User
    from mainspring.modules.purchasing.models import PurchaseOrder

    template = PurchaseOrder.objects.order_by("pk").first()
    user = User.objects.filter(is_superuser=True).order_by("pk").first()
    items = list(type(template.lines.first()).objects.values_list("item_id", flat=True).distinct()[:5])
    body = json.dumps({"supplier": template.supplier_id, "site": template.site_id, "currency": template.currency_id,
                       "lines": [{"item": pk, "quantity": 2, "price": "3.5"} for pk in items]})  # fmt: skip
    seconds = []
    with transaction.atomic():
        _token, text = tokens.issue(user, "bench")
        client = Client(headers={"Authorization": f"Bearer {text}", "Mainspring-Company": template.company.code})
        for _n in range(CALLS):
            began = time.perf_counter()
            answer = client.post("/api/v1/purchasing/purchase-orders/", body, content_type="application/json")
            seconds.append(time.perf_counter() - began)
            assert answer.status_code == 201, answer.content[:500]
        transaction.set_rollback(True)
    seconds = sorted(seconds[5:])
    return {"question": "api_order", "lines": len(items), "median_ms": round(statistics.median(seconds) * 1000, 1),
            "p95_ms": round(seconds[int(len(seconds) * 0.95)] * 1000, 1), "limit_ms": LIMIT_MS}  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
