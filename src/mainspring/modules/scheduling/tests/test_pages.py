"""The pages of scheduling as people and programs ask for them."""

import json

import pytest

from mainspring.modules.scheduling.models import Schedule


@pytest.fixture
def planner(shop, client):
    person = shop.world.person("planner", "planner")
    client.force_login(person.user)
    return client


@pytest.fixture
def board(shop):
    order = shop.order(shop.frame, "4", starts_on="2026-03-02", due_on="2026-03-02")
    shop.order(shop.frame, "12", starts_on="2026-03-02", due_on="2026-03-02")
    shop.compute()
    return order


def test_a_site_without_a_schedule_offers_the_first_step(shop, planner):
    Schedule.objects.all().delete()
    page = planner.get("/scheduling/board/").content.decode()
    assert "no schedule yet" in page
    assert "Compute the schedule" in page
    planner.post("/scheduling/board/new/", {"site": shop.site.pk})
    assert Schedule.objects.get().job.state == "queued"


def test_the_board_is_one_compact_answer_with_lanes_bars_and_orders(shop, board, planner):
    root = f"/scheduling/board/{shop.schedule.pk}/"
    data = planner.get(f"{root}bars/").json()
    assert {lane["label"] for lane in data["lanes"]} == {"WELD", "PAINT"}
    assert len(data["bars"]) == 4
    assert len(data["orders"]) == 2
    assert planner.get(f"{root}bars/?revision={data['revision']}").status_code == 304


def test_the_page_the_list_the_state_and_why_late_are_drawn(shop, board, planner):
    page = planner.get(f"/scheduling/board/?site={shop.site.pk}&day=2026-03-02").content.decode()
    assert 'data-island="schedule"' in page
    assert board.number in page
    assert "late" in page
    assert planner.get(f"/scheduling/board/{shop.schedule.pk}/state/").status_code == 200
    late = shop.schedule.orders.filter(late_minutes__gt=0).first()
    why = planner.get(f"/scheduling/board/{shop.schedule.pk}/why/{late.order_id}/").content.decode()
    assert "late" in why
    assert "%" in why
    panel = planner.get(f"/production/production-orders/{late.order_id}/").content.decode()
    assert "Why late" in panel


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"row": "x", "starts_at": "2026-03-04T10:00"},
        {"row": 0, "starts_at": "2026-03-04T10:00"},
        {"starts_at": "yesterday"},
        {"starts_at": "9999-03-04T10:00"},
        {"starts_at": "2026-03-04T10:00", "machine": "nine"},
        {"starts_at": "2026-03-04T10:00", "center": -5},
    ],
)
def test_bad_input_is_refused_by_name_and_never_a_failure(shop, board, planner, body):
    root = f"/scheduling/board/{shop.schedule.pk}/"
    row = shop.row(board, 10).pk
    before = shop.times(board, 10)
    sent = {"row": row, **body} if body else {}
    answer = planner.post(f"{root}move/", json.dumps(sent), content_type="application/json")
    assert answer.status_code in (409, 422)
    assert answer.json()["detail"]
    assert shop.times(board, 10) == before


def test_odd_addresses_are_answered(shop, board, planner):
    for address in ("?site=x", "?day=x", "?day=0001-01-01", "?center=x", "?center=99999999999999999999", "?site=0"):
        assert planner.get(f"/scheduling/board/{address}").status_code == 200, address
    for address in ("/scheduling/relief/1/x/", "/scheduling/relief/999999/2026-03-02/", "/scheduling/board/999/bars/"):
        assert planner.get(address).status_code == 404, address


def test_the_dialog_moves_a_bar_and_says_why_it_cannot(shop, board, planner):
    shop.schedule.refresh_from_db()
    row = shop.row(board, 10)
    url = f"/scheduling/board/{shop.schedule.pk}/{row.pk}/move/"
    assert "Machine" in planner.get(url).content.decode()
    place = f"{shop.welding.pk}.0"
    refused = planner.post(url, {"day": "2026-03-01", "at": "09:00", "place": place}, headers={"HX-Request": "true"})
    assert refused.status_code == 422
    assert "past" in refused.content.decode()
    refused = planner.post(url, {"day": "x", "at": "", "place": "9.9"}, headers={"HX-Request": "true"})
    assert refused.status_code == 422
