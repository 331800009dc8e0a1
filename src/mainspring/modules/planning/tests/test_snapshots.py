"""A planner that starts again begins with the plan it kept, and only when that is the plan the database is at."""

from datetime import date
from pathlib import Path

import pytest

from mainspring.kernel import commands
from mainspring.modules.planning import commands as planning
from mainspring.modules.planning import following, snapshots
from mainspring.modules.planning.models import PlanState
from mainspring.modules.production.models import ProductionOrder
from mainspring.modules.purchasing.models import PurchaseOrder


@pytest.fixture
def shop(making, settings, tmp_path):
    settings.PLANS_FOLDER = tmp_path
    making.planning(making.frame, lead_time_days=3)
    making.planning(making.tube, lead_time_days=4)
    supplier = making.world.party("Anybody", is_supplier=True)
    making.origin, making.other = (
        commands.create(PurchaseOrder, making.ctx, supplier=supplier, site=making.site) for _n in range(2)
    )
    making.demand(making.frame, "50", "2026-03-20", making.origin)
    making.kept = following.Kept()
    following.batch(making.ctx, making.kept)
    making.files = lambda: list(Path(tmp_path).iterdir())
    return making


def test_a_kept_plan_is_taken_up_and_followed(shop):
    assert snapshots.save(shop.world.company.pk, shop.kept)
    found = snapshots.load(shop.world.company.pk)
    assert found.version == shop.kept.version
    assert found.held.plan.same_as(shop.kept.held.plan)
    shop.demand(shop.frame, "8", "2026-03-27", shop.other)
    outcome = following.batch(shop.ctx, found)
    assert (outcome.is_full, outcome.new > 0) == (False, True)
    again = planning.settle(shop.ctx)
    assert (again.new, again.changed, again.withdrawn) == (0, 0, 0)
    assert sum(o.quantity for o in ProductionOrder.objects.filter(item=shop.frame, state="proposed")) == 58


def test_another_version_another_program_or_a_broken_file_is_not_taken(shop, monkeypatch):
    company = shop.world.company.pk
    snapshots.save(company, shop.kept)
    monkeypatch.setattr(snapshots, "_program", lambda: "another")
    assert snapshots.load(company).held is None
    monkeypatch.undo()
    PlanState.objects.update(version=99)
    assert snapshots.load(company).held is None
    assert not snapshots.save(company, shop.kept)  # it is not the plan of the database any more
    PlanState.objects.update(version=shop.kept.version)
    assert snapshots.load(company).held is not None
    (file,) = shop.files()
    file.write_bytes(file.read_bytes()[:1000])
    assert snapshots.load(company).held is None
    file.unlink()
    assert snapshots.load(company).held is None


def test_one_file_a_company_is_kept(shop):
    for day in (21, 22, 23):
        shop.demand(shop.frame, "8", date(2026, 3, day).isoformat(), shop.other)
        following.batch(shop.ctx, shop.kept)
        assert snapshots.save(shop.world.company.pk, shop.kept)
    assert len(shop.files()) == 1
