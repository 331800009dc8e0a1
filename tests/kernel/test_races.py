"""Rules that hold under real concurrent connections."""

from concurrent.futures import ThreadPoolExecutor

from django.core.exceptions import ValidationError
from django.db import connection
from mainspring_fleet.models import Inspection, Vehicle

from mainspring.kernel import commands


def together(jobs):
    """Run the jobs at once, each on a connection of its own; results or refusals in order."""

    def run(job):
        try:
            return job()
        except ValidationError as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


def test_twenty_submit_at_once_and_every_number_is_given_once(committed_cast):
    cast = committed_cast
    user = cast.person("ona", "fleet_manager")
    van = commands.create(Vehicle, cast.ctx(user), plate="RACE1")
    drafts = [
        commands.create(
            Inspection, cast.ctx(user), vehicle=van, done_on="2026-03-02", lines=[{"finding": "f", "price": 1}]
        )
        for _ in range(20)
    ]
    contexts = [cast.ctx(user) for _ in drafts]
    done = together([lambda d=d, c=c: commands.perform(d, "submit", c) for d, c in zip(drafts, contexts, strict=True)])
    assert sorted(d.number for d in done) == [f"FI2026-{n:05}" for n in range(1, 21)]


def test_a_double_click_is_one_submission(committed_cast):
    """D12: the second of two simultaneous calls is refused by state."""
    cast = committed_cast
    user = cast.person("ona", "fleet_manager")
    van = commands.create(Vehicle, cast.ctx(user), plate="RACE2")
    draft = commands.create(
        Inspection, cast.ctx(user), vehicle=van, done_on="2026-03-02", lines=[{"finding": "f", "price": 1}]
    )
    ctx = cast.ctx(user)
    done = together([lambda: commands.perform(draft, "submit", ctx)] * 2)
    assert sorted(type(d).__name__ for d in done) == ["Conflict", "Inspection"]


def test_the_same_idempotency_key_at_once_creates_once(committed_cast):
    cast = committed_cast
    user = cast.person("ona", "fleet_manager")
    contexts = [cast.ctx(user, idempotency_key="same") for _ in range(5)]
    done = together([lambda c=c: commands.create(Vehicle, c, plate="RACE3") for c in contexts])
    assert {d.pk for d in done} == {Vehicle.objects.get().pk}
