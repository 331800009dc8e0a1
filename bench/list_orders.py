"""How fast is a page of the list of 100,000 orders, with filters and sorts?"""

from harness import Answer, Counting, main, median, p95, signed_in, timed

ADDRESSES = (
    "",
    "order=-total",
    "order=total",
    "order=ordered_on",
    "order=-ordered_on",
    "order=party",
    "order=-promised_on",
    "state=closed&order=-total",
    "state=confirmed&order=promised_on",
    "ordered_on__gte={year}-01-01&order=-total",
    "ordered_on__between={year}-02-01,{year}-02-15&order=party",
    "delivery_status=all&billing_status=all&order=-ordered_on",
    "net_base__gte=4000&order=ordered_on",
    "q=velo&order=-ordered_on",
)
SIZES = (25, 50, 100, 200)
ROUNDS = 4


def measure(options) -> list[Answer]:
    from django.utils import timezone

    from mainspring.modules.sales.models import SalesOrder

    client, year = signed_in("manager"), timezone.localdate().year - 1
    every, most, answers = [], 0, []
    for address in ADDRESSES:
        address = address.format(year=year)
        spent = []
        for size in SIZES:
            url = f"/sales/sales-orders/?{address}&size={size}"
            for n in range(ROUNDS + 1):
                with Counting() as counted:
                    answer, ms = timed(lambda u=url: client.get(u))
                assert answer.status_code == 200, (url, answer.status_code)
                if n:  # the first one fills caches
                    spent.append(ms)
                    most = max(most, counted.queries)
        every += spent
        answers.append(Answer(f"p95 of ?{address}", p95(spent), "ms"))
    return [
        Answer("orders", SalesOrder.objects.count(), "records"),
        Answer("p95 over all addresses and page sizes", p95(every), "ms", 100),
        Answer("median", median(every), "ms"),
        Answer("queries of a page at most", most, "queries", 8),
        *answers,
    ]


if __name__ == "__main__":
    main("A page of the list of orders, filtered and sorted", measure)
