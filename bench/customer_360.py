"""How fast is the page of a customer with 5,000 related records, for people of several roles?"""

from filling import Filling
from harness import Answer, Counting, main, median, p95, signed_in, timed

RECORDS = {"follow_ups": 2000, "orders": 900, "quotations": 600, "deliveries": 600, "invoices": 600, "payments": 300}
ROLES = ("manager", "sales_manager", "sales", "accountant")
ROUNDS = 12


def customer():
    """A customer of the representative `sales` with all that happened in three years, made once."""
    from mainspring.kernel import database
    from mainspring.kernel.models import Company, DocumentIdentity, User
    from mainspring.modules.accounting.models import Invoice, Payment
    from mainspring.modules.crm.models import Activity
    from mainspring.modules.items.models import Item
    from mainspring.modules.parties.models import Party
    from mainspring.modules.sales.models import Quotation, SalesOrder, SalesOrderLine, Shipment

    if found := Party.objects.filter(code="BENCH-360").first():
        return found
    company, seller = Company.objects.get(code="MSB"), User.objects.get(username="sales")
    place = Party.objects.filter(owner=seller, is_customer=True).first().territory_id
    item = Item.objects.filter(active=True).first()
    day, moment = "CURRENT_DATE - (n % 1000)", "now() - n * interval '9 hours'"
    with Filling() as rows:
        party = rows.add(
            Party,
            1,
            code="'BENCH-360'",
            name="'Bench and Sons'",
            is_customer="true",
            country="'LT'",
            currency_id="'EUR'",
            language="'en'",
            territory_id=place,
            owner_id=seller.pk,
            credit_limit=50000,
            active="true",
        )
        sale = {"party_id": party, "owner_id": seller.pk, "territory_id": place, "currency_id": "'EUR'"}
        money = {"net": "100 + n", "total": "121 + n", "total_base": "121 + n"}
        kinds = (
            (SalesOrder, "orders", {"state": "'closed'", "ordered_on": day, "net_base": "100 + n", **sale, **money}),
            (Quotation, "quotations", {"state": "'sent'", "quoted_on": day, "valid_until": day, **sale, **money}),
            (
                Shipment,
                "deliveries",
                {
                    "state": "'posted'",
                    "ship_on": day,
                    "party_id": party,
                    "order_id": "md5('BENCH-360orders' || 1 + n % 900)::uuid",
                },
            ),
            (
                Invoice,
                "invoices",
                {"state": "'posted'", "invoice_on": day, "party_id": party, "currency_id": "'EUR'", **money},
            ),
            (
                Payment,
                "payments",
                {"state": "'posted'", "paid_on": day, "party_id": party, "currency_id": "'EUR'", "amount": "121 + n"},
            ),
        )
        for model, name, values in kinds:
            key = f"md5('BENCH-360{name}' || n)::uuid"
            number = f"'{name}-' || n"
            label = f"'{model._meta.label_lower}'"
            rows.add(DocumentIdentity, RECORDS[name], id=key, kind=label, company_id=company.pk, number=number)
            rows.add(model, RECORDS[name], id=key, company_id=company.pk, number=number, **values)
        rows.add(
            SalesOrderLine,
            RECORDS["orders"] * 3,
            document_id=f"md5('BENCH-360orders' || 1 + n % {RECORDS['orders']})::uuid",
            item_id=item.pk,
            unit_id=item.unit_id,
            quantity=1,
        )
        rows.add(
            Activity,
            RECORDS["follow_ups"],
            company_id=company.pk,
            party_id=party,
            user_id=seller.pk,
            at=moment,
            content="'Talk ' || n",
            method="'call'",
        )
    database.analyze(SalesOrder, Quotation, Shipment, Invoice, Payment, Activity)
    return Party.objects.get(code="BENCH-360")


def measure(options) -> list[Answer]:
    party = customer()
    page, feed = f"/parties/parties/{party.pk}/", f"/parties/customers/{party.pk}/feed/"
    answers = [Answer("related records", sum(RECORDS.values()), "records")]
    for role in ROLES:
        client, whole, single, most = signed_in(role), [], [], 0
        for n in range(ROUNDS + 1):
            with Counting() as counted:
                head, first = timed(lambda c=client: c.get(page))
                body, second = timed(lambda c=client: c.get(f"{page}tab/0/"))
            assert head.status_code == body.status_code == 200, (role, head.status_code, body.status_code)
            if n:  # the first one fills caches
                whole.append(first + second)
                most = max(most, counted.queries)
            older = client.get(feed).content.decode().partition("timeline-more")[2].partition('hx-get="')[2]
            address = older.partition('"')[0].replace("&amp;", "&")
            assert address, role
            single.append(timed(lambda c=client, a=address: c.get(a))[1])
        answers += [
            Answer(f"{role}: page with everything that happened, p95", p95(whole), "ms", 1000),
            Answer(f"{role}: the same, median", median(whole), "ms", 300),
            Answer(f"{role}: older entries, p95", p95(single), "ms", 300),
            Answer(f"{role}: queries of page and list", most, "queries", 80),
        ]
    return answers


if __name__ == "__main__":
    main("The page of a customer with 5,000 related records", measure)
