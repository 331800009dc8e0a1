"""The REST interface as a program meets it: records, versions, verbs, repeats, refusals."""

import pytest

ITEMS, ORDERS = "shop/shop-items/", "shop/shop-orders/"
pytestmark = pytest.mark.django_db


def order(api, pump, **values):
    body = {
        "customer": "Acme Water",
        "lines": [{"item": pump.pk, "quantity": "2"}, {"item": {"code": "P-40"}, "quantity": 3}],
    }
    return api("post", ORDERS, body | values)


def test_an_order_is_created_with_its_lines_read_and_confirmed(api, pump):
    made = order(api, pump)
    assert made.status_code == 201, made.data
    assert made.data["total"] == "62.5"
    assert [line["amount"] for line in made.data["lines"]] == ["25", "37.5"]
    assert made["Location"].endswith(f"/{made.data['id']}/")

    read = api("get", f"{ORDERS}{made.data['id']}/")
    assert read.data == made.data
    assert read["ETag"] == '"1"'

    done = api("post", f"{ORDERS}{made.data['id']}/do/confirm/", {})
    assert done.status_code == 200, done.data
    assert (done.data["state"], done.data["number"][:2]) == ("confirmed", "T2")
    assert done.data["outcome"]["label"] == "P-40"


def test_lists_filter_search_sort_choose_fields_and_page_by_cursor(api, pump):
    for n in range(5):
        order(api, pump, customer=f"Customer {n}")
    first = api("get", f"{ORDERS}?order=-customer&size=2&fields=customer,total&count=exact&total__gte=10")
    assert first.data["count"] == 5
    assert [r["customer"] for r in first.data["results"]] == ["Customer 4", "Customer 3"]
    assert set(first.data["results"][0]) == {"id", "customer", "total"}

    second = api("get", first.data["next"].partition("/api/v1/")[2])
    assert [r["customer"] for r in second.data["results"]] == ["Customer 2", "Customer 1"]
    assert [r["customer"] for r in api("get", f"{ORDERS}?q=customer+3").data["results"]] == ["Customer 3"]


def test_a_wrong_question_is_refused_part_by_part(api, pump):
    answer = api("get", f"{ORDERS}?total__gte=much&colour=red&size=0")
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert {e["field"] for e in answer.data["errors"]} == {"total__gte", "colour", "size"}


def test_a_change_needs_the_version_that_was_read(api, pump):
    made = order(api, pump).data
    address = f"{ORDERS}{made['id']}/"
    assert api("patch", address, {"customer": "Other"}).status_code == 428
    lines = [{"id": made["lines"][0]["id"], "quantity": "5"}]
    changed = api("patch", address, {"customer": "Other", "lines": lines}, If_Match='"1"')
    assert changed.status_code == 200, changed.data
    assert (changed.data["customer"], changed.data["total"], changed["ETag"]) == ("Other", "62.5", '"2"')
    assert len(changed.data["lines"]) == 1

    late = api("patch", address, {"customer": "Third"}, If_Match='"1"')
    assert (late.status_code, late["ETag"]) == (412, '"2"')
    assert api("delete", address).status_code == 428
    assert api("delete", address, If_Match='"2"').status_code == 204
    assert api("get", address).status_code == 404


def test_a_repeated_call_gets_the_first_answer_and_does_nothing(api, pump):
    body = {"customer": "Acme", "lines": [{"item": pump.pk, "quantity": "2"}]}
    first = api("post", ORDERS, body, Idempotency_Key="a-1")
    again = api("post", ORDERS, body, Idempotency_Key="a-1")
    assert (again.status_code, again.data, again["Idempotency-Replayed"]) == (201, first.data, "true")
    assert api("get", f"{ORDERS}?count=exact").data["count"] == 1

    other = api("post", ORDERS, body | {"customer": "Other"}, Idempotency_Key="a-1")
    assert other.status_code == 422

    address = f"{ORDERS}{first.data['id']}/do/confirm/"
    confirmed = api("post", address, {}, Idempotency_Key="a-2")
    assert api("post", address, {}, Idempotency_Key="a-2").data == confirmed.data


def test_refusals_name_field_value_and_rule_all_at_once(api, pump):
    answer = order(
        api,
        pump,
        customer="x" * 50,
        ordered_on="31.02.2026",
        lines=[{"item": 999999, "quantity": "many"}, {"quantity": "1", "colour": "red"}],
    )
    assert answer.status_code == 422
    found = {e["field"]: e for e in answer.data["errors"]}
    assert {"ordered_on", "lines.0.item", "lines.0.quantity"} <= found.keys() or "lines.1.colour" in found
    assert found[next(iter(found))]["rule"]


def test_a_missing_field_is_named_even_where_totals_cannot_be_worked_out(api, pump):
    answer = api("post", ORDERS, {"customer": "A", "lines": [{"item": pump.pk}, {"quantity": 2}]})
    assert answer.status_code == 422
    assert {e["field"] for e in answer.data["errors"]} == {"lines.0.quantity", "lines.1.item"}


def test_verbs_say_why_they_are_locked(api, pump):
    made = api("post", ORDERS, {"customer": "A"}).data
    verbs = {v["name"]: v for v in api("get", f"{ORDERS}{made['id']}/verbs/").data["verbs"]}
    assert verbs["confirm"]["reason"] == "An order without lines cannot be confirmed."
    assert verbs["ship"]["inputs"][0]["name"] == "pieces"
    refused = api("post", f"{ORDERS}{made['id']}/do/confirm/", {})
    assert (refused.status_code, refused.data["errors"][0]["rule"]) == (422, "no_lines")
    assert api("post", f"{ORDERS}{made['id']}/do/ship/", {"pieces": 1}).status_code == 409
    assert api("post", f"{ORDERS}{made['id']}/do/dance/", {}).status_code == 422


def test_bulk_does_all_or_nothing_or_each_for_itself(api, pump):
    operations = [
        {"op": "create", "values": {"code": "A", "name": "A", "price": "1"}},
        {"op": "create", "values": {"code": "P-40", "name": "Twice", "price": "1"}},
    ]
    refused = api("post", f"{ITEMS}bulk/", {"operations": operations})
    assert refused.status_code == 422
    assert refused.data["errors"][0]["field"] == "operations.1.code"
    assert api("get", f"{ITEMS}?count=exact").data["count"] == 1

    each = api("post", f"{ITEMS}bulk/", {"atomic": False, "operations": operations})
    assert [r["status"] for r in each.data["results"]] == [201, 422]
    made = each.data["results"][0]["record"]
    both = api(
        "post",
        f"{ITEMS}bulk/",
        {
            "operations": [
                {"op": "change", "id": made["id"], "version": 1, "values": {"name": "Anvil"}},
                {"op": "delete", "id": pump.pk},
            ]
        },
    )
    assert [r["status"] for r in both.data["results"]] == [200, 204]


def test_pivot_sums_by_dimension(api, pump):
    order(api, pump, customer="A")
    order(api, pump, customer="A")
    order(api, pump, customer="B")
    found = api("get", f"{ORDERS}pivot/?dimensions=customer&measures=total").data
    assert [(g["keys"], g["count"], g["values"]["total"]) for g in found["groups"]] == [
        (["A"], 2, "125"),
        (["B"], 1, "62.5"),
    ]
    assert api("get", f"{ORDERS}pivot/?dimensions=nothing").status_code == 422


def test_a_token_reaches_no_further_than_its_scope_and_its_time(api_for, admin, pump):
    from django.utils import timezone

    reader = api_for(admin, scopes={"shop.shopitem": ["view"]})
    assert reader("get", ITEMS).status_code == 200
    assert reader("post", ITEMS, {"code": "N", "name": "N", "price": 1}).status_code == 403
    assert reader("get", ORDERS).status_code == 404
    late = api_for(admin, expires_at=timezone.now())
    assert late("get", ITEMS).status_code == 401
    assert late("get", ITEMS)["Content-Type"] == "application/problem+json"
    reader.client.defaults.clear()
    reader.client.headers = None
    nobody = type(reader).__call__(reader, "get", ITEMS, Authorization="Bearer msp_unknown")
    assert nobody.status_code == 401


def test_what_is_out_of_sight_does_not_exist_and_masked_stays_masked(api, api_for, person, pump):
    seller = person(
        "seller",
        {
            "shop.shoporder": ("view create change confirm", "own", {"phone": "mask", "reference": "hide"}),
            "shop.shopitem": ("view", "company", {"price": "hide"}),
        },
    )
    theirs = order(api, pump, phone="+37061234567", reference="R1").data
    mine = order(api, pump, phone="+37061234567", reference="R2", owner=seller.pk).data
    calls = api_for(seller)
    assert [r["id"] for r in calls("get", ORDERS).data["results"]] == [mine["id"]]
    for method, path in (
        ("get", f"{theirs['id']}/"),
        ("patch", f"{theirs['id']}/"),
        ("delete", f"{theirs['id']}/"),
        ("post", f"{theirs['id']}/do/confirm/"),
        ("get", f"{theirs['id']}/verbs/"),
    ):
        sent = None if method == "get" else {}
        assert calls(method, ORDERS + path, sent, If_Match="*").status_code == 404, (method, path)
    seen = calls("get", f"{ORDERS}{mine['id']}/").data
    assert seen["phone"] == "+37******567"
    assert "reference" not in seen
    for question in ("phone__contains=612", "reference=R2", "order=reference", "fields=reference", "q=R2&order=phone"):
        assert calls("get", f"{ORDERS}?{question}").status_code in (400, 422), question
    assert "price" not in calls("get", ITEMS).data["results"][0]
    assert calls("patch", f"{ORDERS}{mine['id']}/", {"phone": "1"}, If_Match="*").status_code == 422


def test_limits_are_told_and_kept(api, monkeypatch):
    monkeypatch.setenv("MAINSPRING_API_RATE", "2")
    assert api("get", ITEMS)["RateLimit-Remaining"] == "1"
    api("get", ITEMS)
    refused = api("get", ITEMS)
    assert refused.status_code == 429
    assert int(refused["Retry-After"]) > 0


def test_sessions_need_the_csrf_token_to_write(client, admin, pump):
    from django.test import Client

    strict = Client(enforce_csrf_checks=True)
    strict.force_login(admin)
    assert strict.get(f"/api/v1/{ITEMS}").status_code == 200
    assert strict.post(f"/api/v1/{ITEMS}", "{}", content_type="application/json").status_code == 403
    client.force_login(admin)
    made = client.post(f"/api/v1/{ITEMS}", '{"code": "X", "name": "X", "price": 1}', content_type="application/json")
    assert made.status_code == 201
    assert client.get("/api/v1/docs/").status_code == 200
