"""A field added to the purchase order is there at once, of every kind and on every surface (STU-01, Z01, Z02)."""

import io
import json
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from mainspring.kernel import access, commands, printing, query, resource, timeline
from mainspring.kernel.exchange import exporting, importing
from mainspring.kernel.models import ApprovalRule, CustomField, Role, RoleGrant
from mainspring.modules.purchasing.models import PurchaseOrder

PAGES, API = "/purchasing/purchase-orders/", "/api/v1/purchasing/purchase-orders/"
KINDS = {
    "text": {"label": "Gate", "indexed": True, "on_letters": True},
    "number": {"label": "Pallets", "indexed": True},
    "money": {"label": "Freight"},
    "date": {"label": "Pick up"},
    "choice": {"label": "Carrier", "choices": ["road", "rail"]},
    "bool": {"label": "Insured"},
    "link": {"label": "Agent", "link_to": "parties.party"},
    "formula": {"label": "Freight per pallet", "formula": "freight / pallets", "digits": 2},
    "attachment": {"label": "Packing list"},
}
SENT = {
    "gate": "North 7",
    "pallets": "4",
    "freight": "130.00",
    "pick_up": "2026-03-09",
    "carrier": "rail",
    "insured": True,
}


@pytest.fixture
def own(buying, settings, tmp_path):
    """The fields, made by an administrator; nothing else happens in between."""
    settings.MEDIA_ROOT, settings.ALLOWED_HOSTS = tmp_path, ["testserver"]
    return {
        kind: commands.create(CustomField, buying.ctx, entity="purchasing.purchaseorder", kind=kind, **values)
        for kind, values in KINDS.items()
    }


@pytest.fixture
def boss(buying):
    buying.world.boss.default_company = buying.world.company
    buying.world.boss.save()
    client = Client()
    client.force_login(buying.world.boss, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def order(buying, own, boss):
    """An order entered over the interface with a value in every field."""
    file = io.BytesIO(b"%PDF boxes")
    file.name = "boxes.pdf"
    held = json.loads(boss.post(f"{API}files/", {"file": file}).content)["id"]
    sent = {
        "supplier": buying.supplier.pk,
        "site": buying.world.site.pk,
        "lines": [{"item": buying.world.item("BOLT").pk, "quantity": "10", "price": "2"}],
        "custom": SENT | {"agent": buying.supplier.pk, "packing_list": held},
    }
    answer = boss.post(API, json.dumps(sent), content_type="application/json")
    assert answer.status_code == 201, answer.content
    made = answer.json()
    assert made["custom"]["freight_per_pallet"] == "32.50"
    assert made["custom"]["packing_list"] == {"id": held, "name": "boxes.pdf"}
    return PurchaseOrder.objects.get(pk=made["id"])


def test_it_is_on_list_form_record_filter_search_groups_and_sums(boss, order, own):
    page = boss.get(PAGES).content.decode()
    for shown in ("Gate", "North 7", "Freight per pallet", "32.5", "boxes.pdf"):
        assert shown in page, shown
    form = boss.get(f"{PAGES}{order.pk}/edit/").content.decode()
    assert all(f'name="custom-{f.name}"' in form for f in own.values() if f.kind != "formula")
    assert "North 7" in boss.get(f"{PAGES}{order.pk}/").content.decode()

    def found(question: str) -> list[str]:
        return [one["id"] for one in boss.get(f"{API}?{question}").json()["results"]]

    for question in (
        "custom.gate=North 7", "custom.pallets__gte=4", "custom.freight__lt=131", "custom.pick_up__gte=2026-03-01",
        "custom.carrier=rail", "custom.insured=true", f"custom.agent={order.supplier_id}", "q=north",
        "custom.freight_per_pallet=32.5", "custom.packing_list__empty=0", "order=-custom.pallets",
    ):  # fmt: skip
        assert found(question) == [str(order.pk)], question
    assert found("custom.pallets__gt=4") == found("q=south") == []
    groups = boss.get(f"{API}pivot/?dimensions=custom.carrier&measures=custom.pallets,custom.freight").json()["groups"]
    assert [(g["labels"], g["values"]) for g in groups] == [
        (["rail"], {"custom.pallets": "4", "custom.freight": "130"})
    ]


def test_it_goes_out_and_comes_in_again(boss, order, buying, own, tmp_path):
    of = resource.by_model["purchasing.purchaseorder"]
    columns, lines = exporting.table(of, buying.ctx, query.Spec())
    labels, row = [str(c.label) for c in columns], next(iter(lines))
    assert dict(zip(labels, row, strict=True))["Freight"] == Decimal("130.00")
    file = tmp_path / "more.csv"
    file.write_text(
        "Supplier,Site,Item,Qty,Price,Gate,Pallets,Pick up,Insured\n"
        f"{buying.supplier.code},VNO,BOLT,5,2,East,two,,yes\n"
    )
    to = ["supplier", "site", "lines.item", "lines.quantity", "lines.price"]
    to += ["custom.gate", "custom.pallets", "custom.pick_up", "custom.insured"]
    mapping = {"columns": dict(zip(file.read_text().splitlines()[0].split(","), to, strict=True))}
    run = importing.check(importing.start(of, buying.ctx, file, mapping), buying.ctx)
    assert [(p["row"], p["column"], p["value"]) for p in run.problems] == [(2, "Pallets", "two")]
    file.write_text(file.read_text().replace("two", "2"))
    importing.carry_out(importing.start(of, buying.ctx, file, mapping), buying.ctx)
    assert PurchaseOrder.objects.get(custom__gate="East").custom == {"gate": "East", "pallets": "2", "insured": True}


def test_it_is_printed_and_in_the_history(boss, order, buying):
    facts = printing.layouts_of(PurchaseOrder)[""].data(order, buying.ctx)["facts"]
    assert [f["text"] for f in facts if f["label"] == "Gate"] == ["North 7"]
    assert "Pallets" not in {f["label"] for f in facts}  # what is not for partners is not on their paper
    commands.change(order, buying.ctx, custom_values={"gate": "South 1"})
    told = str(timeline.entries(buying.ctx, order))
    assert "North 7" in told
    assert "South 1" in told


def test_it_follows_the_permissions(boss, order, buying, own):
    """Z02: portal people see it only when a grant names it; a role may see it masked or not at all."""
    buyer = buying.world.person("buyer", "buyer")
    role = RoleGrant.objects.get(role__code="buyer", entity="purchasing.purchaseorder")
    commands.change(role, buying.ctx, fields={"custom.gate": "mask", "custom.freight": "hide"})
    assert access.path_mode(buyer, PurchaseOrder, "custom.gate") == "mask"
    client = Client()
    client.force_login(buyer.user, backend="django.contrib.auth.backends.ModelBackend")
    seen = client.get(f"{API}{order.pk}/").json()["custom"]
    assert "North 7" not in str(seen)
    assert "freight" not in seen
    assert seen["pallets"] == "4"
    assert client.get(f"{API}?custom.gate=North 7").status_code == 400
    assert "North 7" not in client.get(f"{PAGES}{order.pk}/").content.decode()


def test_what_uses_it_is_named_when_it_is_to_go(buying, own):
    """Z01: formula, permission and approval rule."""
    commands.create(
        ApprovalRule,
        buying.ctx,
        name="Dear freight",
        entity="purchasing.purchaseorder",
        verb="confirm",
        condition="freight > 500",
        lines=[{"who": "role", "role": Role.objects.get(code="manager").pk}],
    )
    with pytest.raises(ValidationError) as refused:
        commands.delete(own["money"], buying.ctx)
    assert "Dear freight" in str(refused.value)
    assert "Freight per pallet" in str(refused.value)
    with pytest.raises(ValidationError, match="Dear freight"):
        commands.change(own["money"], buying.ctx, kind="number")
