"""Why is an order late? Its critical chain is walked back from its end, and every minute gets a cause (CAP-07)."""

import numpy as np

from mainspring.engines.scheduling import plant, plant_build, plant_model
from mainspring.engines.scheduling.plant_result import Cause, Schedule

_KINDS = {
    plant_build.CLOSED: "calendar",
    plant_build.MACHINE: "capacity",
    plant_build.PEOPLE: "people",
    plant_build.TOOLS: "tool",
}


def of_late_orders(model: plant_model.Model, schedule: Schedule, ends: np.ndarray) -> dict[int, list[Cause]]:
    """Causes of each late order, heaviest first."""
    plan = model.plan
    view = _View(model, schedule)
    late = np.flatnonzero(ends > plan.order_due)
    by_order = np.argsort(plan.operation_order, kind="stable")
    edges = np.searchsorted(plan.operation_order[by_order], np.arange(plan.orders + 1))
    found = {}
    for order in late.tolist():
        rows = by_order[edges[order] : edges[order + 1]]
        if len(rows):
            last = int(rows[np.argmax(schedule.end[rows])])
            found[order] = _causes(view, last)
    return found


class _View:
    """The arrays as lists: a chain is walked row by row, which lists do ten times faster."""

    def __init__(self, model: plant_model.Model, schedule: Schedule):
        plan = model.plan
        self.start, self.end = schedule.start.tolist(), schedule.end.tolist()
        self.ready = np.minimum(schedule.ready, schedule.start).tolist()
        self.setup, self.machine = schedule.setup.tolist(), schedule.machine.tolist()
        self.waits = schedule.waits.T.tolist()
        self.skill, self.tool = plan.skill.tolist(), plan.tool.tolist()
        self.release = plan.order_release[plan.operation_order].tolist()
        self.latest = (plan.order_due[plan.operation_order] - plan.shortest).tolist()
        self.material = plan.material_ready.tolist()
        self.link_start = model.link_start.tolist()
        self.before, self.lag = model.links[0].tolist(), model.links[1].tolist()
        self.overlaps = (model.links[3] < plant.WHOLE).tolist()


def _causes(view: _View, row: int) -> list[Cause]:
    pieces: list[tuple[str, int, int, int, int]] = []
    ends_at = view.end[row]
    seen: set[int] = set()
    while row not in seen:
        seen.add(row)
        ready = view.ready[row]
        pieces += _own(view, row)
        pieces += _waiting(view, row)
        previous, kind, since = _binding(view, row, ready)
        if previous < 0:
            pieces.append((kind, -1, row, since, ready))
            break
        if since < ready:
            pieces.append(("lag", -1, row, since, ready))
        row = previous
    total = max(1, ends_at - min(piece[3] for piece in pieces))
    causes = [
        Cause(kind, subject, at, starts_at, until, until - starts_at, (until - starts_at) / total)
        for kind, subject, at, starts_at, until in pieces
        if until > starts_at
    ]
    return sorted(causes, key=lambda cause: -cause.minutes)


def _own(view: _View, row: int):
    """Its own time: change-over, then lead time."""
    start, end, machine = view.start[row], view.end[row], view.machine[row]
    turned = min(end, start + view.setup[row])
    return [("change-over", machine, row, start, turned), ("lead time", machine, row, turned, end)]


def _waiting(view: _View, row: int):
    """The time between ready and start, shared as the builder met it."""
    ready, start, machine = view.ready[row], view.start[row], view.machine[row]
    if start <= ready:
        return []
    minutes = view.waits[row]
    if minutes[plant_build.TIED] and not any(minutes[:4]):
        return [("lag", machine, row, ready, start)]
    whole = sum(minutes[:4])
    if not whole:
        return [("calendar", machine, row, ready, start)]
    subjects = (machine, machine, view.skill[row], view.tool[row])
    pieces, at, passed = [], ready, 0
    for cause, kind in _KINDS.items():
        passed += minutes[cause]
        until = ready + (start - ready) * passed // whole
        pieces.append((kind, subjects[cause], row, at, until))
        at = until
    return pieces


def _binding(view: _View, row: int, ready: int):
    """What made it ready: an operation before it (and its end), or -1 with release or material."""
    release, material = view.release[row], view.material[row]
    links = range(view.link_start[row], view.link_start[row + 1])
    if links:
        latest = max(links, key=lambda link: view.end[view.before[link]] + view.lag[link])
        one = view.before[latest]
        if view.overlaps[latest] or view.end[one] + view.lag[latest] >= max(release, material):
            return one, "", min(view.end[one], ready)
    if material > release:
        return -1, "material", max(0, release)
    # Nothing but its release held it: a cause only when even the open way from there passes the due date.
    return -1, "release", min(release, max(0, view.latest[row]))
