"""The hand-made pages of workshop and engineering answer, with constant queries, and refuse in words."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from mainspring.kernel import commands
from mainspring.modules.engineering.models import (
    Bom,
    EngineeringChange,
    InspectionPoint,
    Machine,
    OperationDocument,
    Routing,
    SupplierCapacity,
)


@pytest.fixture
def browser(making):
    client = Client()
    client.force_login(making.world.boss, backend="django.contrib.auth.backends.ModelBackend")
    return client


def every_tab(browser, address: str) -> str:
    """The page of a record with what all its tabs show."""
    page = browser.get(address)
    assert page.status_code == 200, address
    found = page.content.decode()
    for tab in sorted(set(re.findall(rf"{re.escape(address)}tab/[\w-]+/", found))):
        answer = browser.get(tab)
        assert answer.status_code == 200, tab
        found += answer.content.decode()
    return found


def test_the_pages_of_an_order_and_the_workshop_answer(making, browser):
    order = making.released(making.frame, "10")
    making.do(order, "report", operation=10, good=4, hours=3)
    waits = making.order(making.frame, "90")
    shown = every_tab(browser, f"/production/production-orders/{order.pk}/")
    assert "steps-picture" in shown
    assert "variances" in shown
    assert "270" in every_tab(browser, f"/production/production-orders/{waits.pk}/")  # tubes that are missing
    for path in ("floor/", f"floor/?q={order.number}/10", "floor/?whose=mine", "progress/", "progress/?only=late",
                 "progress/?q=FRAME&page=99", f"picking/{order.pk}/"):  # fmt: skip
        assert browser.get(f"/production/{path}").status_code == 200, path
    operation = order.operations.get(sequence=20)
    assert browser.post(f"/production/floor/{operation.pk}/start/").status_code == 204
    for dialog in ("report", "pause", "how"):
        assert browser.get(f"/production/floor/{operation.pk}/{dialog}/").status_code == 200
    refused = browser.post(f"/production/floor/{operation.pk}/report/", {"good": "4", "scrap": "1"})
    assert (refused.status_code, "Say why there is scrap" in refused.content.decode()) == (422, True)
    assert browser.post(f"/production/floor/{operation.pk}/pause/").status_code == 204
    assert browser.post(f"/production/floor/{operation.pk}/report/", {"good": "2", "hours": "1"}).status_code == 204
    assert browser.post(f"/production/floor/{operation.pk}/undo/").status_code == 204
    assert browser.post(f"/production/picking/{order.pk}/", {"item": "NOTHING"}).status_code == 422
    assert browser.post(f"/production/picking/{order.pk}/", {"item": "TUBE"}).status_code == 200
    assert browser.get("/production/floor/999999/report/").status_code == 404


def test_the_pages_of_a_bill_answer(making, browser):
    bom = Bom.objects.get(item=making.frame)
    draft = commands.perform(bom, "new_version", making.ctx).outcome
    change = commands.create(
        EngineeringChange, making.ctx, component=making.tube, replacement=making.world.item("STEEL"),
        effective_on="2026-05-01", reason="Try",
    )  # fmt: skip
    assert "bom-tree" in every_tab(browser, f"/engineering/boms/{bom.pk}/")
    assert "FRAME" in every_tab(browser, f"/engineering/engineering-changes/{change.pk}/")
    commands.perform(change, "carry_out", making.ctx)
    assert "FRAME" in every_tab(browser, f"/engineering/engineering-changes/{change.pk}/")
    every_tab(browser, f"/items/items/{making.tube.pk}/")
    for path in (f"tree/{bom.pk}/?quantity=10&on=2026-03-02", f"compare/{bom.pk}/{draft.pk}/",
                 f"where-used/{making.tube.pk}/"):  # fmt: skip
        assert browser.get(f"/engineering/{path}").status_code == 200, path
    assert browser.get("/engineering/tree/999999/").status_code == 404
    assert browser.get(f"/engineering/compare/{bom.pk}/999999/").status_code == 404


def test_the_progress_board_costs_the_same_for_many_orders(making, browser):
    """MFG-07."""
    counts = []
    for size in (2, 12):
        for _n in range(size):
            making.order(making.frame, "2")
        browser.get("/production/progress/")
        with CaptureQueriesContext(connection) as captured:
            assert browser.get("/production/progress/").status_code == 200
        counts.append(len(captured))
    assert counts[1] <= counts[0]


def test_resources_and_the_week_of_a_work_center_are_pictures(making, browser):
    """CAP-01: why there is no capacity on a day stands beside the day."""
    commands.create(Machine, making.ctx, work_center=making.welding, code="TIG", name="TIG cell")
    supplier = making.world.party("Tubes Ltd", is_supplier=True)
    commands.create(
        SupplierCapacity, making.ctx, supplier=supplier, item=making.tube, weekly_quantity=50, starts_on="2026-01-01"
    )
    page = browser.get("/production/capacity/?week=2026-03-04").content.decode()
    assert "WELD Weld" in page
    assert "Tubes Ltd" in page
    assert "/ 50" in page
    week = browser.get(f"/production/capacity/{making.welding.pk}/?week=2026-03-04").content.decode()
    assert "40 standard hours in the week" in week
    assert "No shift of the work center." in week
    assert "TIG cell" in week
    assert "/engineering/capacity-changes/new/" in week
    ona = making.world.person("ona", "workshop")
    browser.force_login(ona.user, backend="django.contrib.auth.backends.ModelBackend")
    week = browser.get(f"/production/capacity/{making.welding.pk}/?week=2026-03-04").content.decode()
    assert "40 standard hours in the week" in week
    assert "/engineering/capacity-changes/new/" not in week  # who may not change it is offered no way to
    assert browser.get("/production/capacity/999999/").status_code == 404
    assert browser.get("/production/capacity/?week=never").status_code == 200


def test_an_operator_measures_where_he_reports(making, browser):
    routing = Routing.objects.get(item=making.frame)
    point = commands.create(
        InspectionPoint, making.ctx, routing=routing, sequence=10, name="Alignment", maximum="0.8", measure="mm"
    )
    commands.create(OperationDocument, making.ctx, routing=routing, sequence=10, title="Drawing 7")
    order = making.released(making.frame, "4")
    at = f"/production/floor/{order.operations.get(sequence=10).pk}/"
    how = browser.get(f"{at}how/").content.decode()
    assert "Drawing 7" in how
    assert "Alignment" in how
    assert f'name="point-{point.pk}"' in browser.get(f"{at}report/").content.decode()
    refused = browser.post(f"{at}report/", {"good": "1", "hours": "1", f"point-{point.pk}": "wide"})
    assert refused.status_code == 422
    assert 'value="wide"' in refused.content.decode()
    done = browser.post(f"{at}report/", {"good": "1", "hours": "1", f"point-{point.pk}": "0.9"})
    assert done.status_code == 204
    assert "outside the limits" in done["HX-Trigger"]
    twice = {"good": "1", "hours": "1", "idempotency_key": "one-press"}
    assert [browser.post(f"{at}report/", twice).status_code for _press in range(2)] == [204, 204]
    assert order.operations.get(sequence=10).good_quantity == 2
