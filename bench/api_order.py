"""How long does a sales order with five lines take over the REST interface, and a purchase order?"""

import json
import time

from harness import Answer, Counting, browser, main, measurer, median, p95

CALLS, WARM_UP = 80, 5


def measure(options) -> list[Answer]:
    from django.db import transaction

    from mainspring.kernel import tokens
    from mainspring.kernel.models import Company, Site

    user, company = measurer(), Company.objects.get(code="MSB")
    site = Site.objects.get(code="VNO")
    answers = []
    for name, address, body in (
        ("sales order", "/api/v1/sales/sales-orders/", _sale(site)),
        ("purchase order", "/api/v1/purchasing/purchase-orders/", _purchase(site)),
    ):
        spent, queries = [], 0
        with transaction.atomic():
            _token, text = tokens.issue(user, "bench")
            client = browser(**{"Authorization": f"Bearer {text}", "Mainspring-Company": company.code})
            for _n in range(CALLS):
                with Counting() as counted:
                    began = time.perf_counter()
                    answer = client.post(address, body, content_type="application/json")
                    spent.append((time.perf_counter() - began) * 1000)
                queries = counted.queries
                assert answer.status_code == 201, answer.content[:500]
            transaction.set_rollback(True)
        spent = spent[WARM_UP:]
        answers += [
            Answer(f"{name} with 5 lines, median", median(spent), "ms", 40),
            Answer(f"{name}, p95", p95(spent), "ms"),
            Answer(f"{name}, queries", queries, "queries"),
        ]
    return answers


def _sale(site) -> str:
    from mainspring.modules.items.models import Item
    from mainspring.modules.parties.models import Party

    items = Item.objects.filter(category__code="FG", active=True).order_by("code")[:5]
    party = Party.objects.filter(is_customer=True, currency="EUR", country="LT").order_by("code").first()
    lines = [{"item": item.pk, "quantity": 2} for item in items]
    return json.dumps({"party": party.pk, "site": site.pk, "lines": (lines * 5)[:5]})


def _purchase(site) -> str:
    from mainspring.modules.items.models import Item
    from mainspring.modules.parties.models import Party

    items = Item.objects.filter(make_or_buy="buy", kind="stock", active=True).order_by("code")[:5]
    supplier = Party.objects.get(code="ALUNORD")
    lines = [{"item": item.pk, "quantity": 2, "price": "3.5"} for item in items]
    return json.dumps({"supplier": supplier.pk, "site": site.pk, "currency": "EUR", "lines": lines})


if __name__ == "__main__":
    main("An order with five lines over the API", measure)
