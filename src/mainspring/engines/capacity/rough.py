"""Rough-cut capacity: what a change of the master schedule does to the key resources (CAP-03).

A bill of resources says how many hours one unit of an end item takes of each resource, and how many periods before
it is due. It is exploded once from bills of material and routings; after that a cell of the schedule costs one
multiplication. Source: Vollmann, Berry, Whybark, Manufacturing Planning and Control Systems, ch. on capacity
planning (resource profiles).
"""

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mainspring.engines.mrp.network import BY_PRODUCT, Network
from mainspring.engines.problem import Defect, InvalidProblem


@dataclass(frozen=True)
class Profile:
    """Bills of resources: a row an end item, resource and lead. `hours` a unit, `before` days ahead of the due day."""

    item: NDArray[np.int32]
    center: NDArray[np.int32]
    before: NDArray[np.int32]
    hours: NDArray[np.float64]


def profile(network: Network, end_items: list[int], lead_days: NDArray, *, ticks_per_hour: float) -> Profile:
    """Explode end items through all levels, set-ups shared out over the item's lot size (its minimum, size or 1).

    lead_days  of every item: a component's hours fall that many days before its parent starts
    Lines are taken as valid on the first day. Stock is not looked at: that is what makes the cut rough.
    """
    lines, shop, items = network.lines, network.shop, network.items
    assert shop is not None
    below: dict[int, list[int]] = defaultdict(list)
    valid = (lines.valid_from <= 0) & (lines.valid_to > 0) & (lines.kind != BY_PRODUCT)
    for line in np.flatnonzero(valid).tolist():
        below[int(lines.parent[line])].append(line)
    at: dict[int, list[int]] = defaultdict(list)
    for number, made in enumerate(shop.item.tolist()):
        at[made].append(number)
    lot = np.maximum(np.where(items.kind == 2, items.minimum, np.maximum(items.size, items.minimum)), 1)
    found: dict[tuple[int, int, int], float] = defaultdict(float)
    for end in end_items:
        if not 0 <= end < len(items):
            raise InvalidProblem(Defect("end_items", end, "item", end, f"must be a row below {len(items)}"))
        waiting: dict[int, dict[int, float]] = defaultdict(lambda: defaultdict(float))
        waiting[end][int(lead_days[end])] = 1.0
        for item in _downwards(end, below, lines.component):
            for before, needed in waiting.pop(item, {}).items():
                units = needed * items.yield_den[item] / items.yield_num[item]
                for op in at[item]:
                    hours = (shop.run[op] + shop.setup[op] / lot[item]) / ticks_per_hour
                    found[end, int(shop.center[op]), before] += units * hours
                for line in below[item]:
                    child = int(lines.component[line])
                    waiting[child][before + int(lead_days[child])] += units * lines.num[line] / lines.den[line]
    keys = sorted(found)
    end_item, center, before_days = (np.array([key[n] for key in keys], np.int32) for n in range(3))
    return Profile(end_item, center, before_days, np.array([found[key] for key in keys]))


def _downwards(end: int, below: dict[int, list[int]], component: NDArray) -> list[int]:
    """The item and everything below it, parents before components."""
    done: list[int] = []
    state: dict[int, int] = {}
    stack = [(end, False)]
    while stack:
        item, left = stack.pop()
        if left:
            done.append(item)
        elif item not in state:
            state[item] = 1
            stack.append((item, True))
            stack += [(int(component[row]), False) for row in below[item]]
    return done[::-1]


def rough_cut(schedule: NDArray, bills: Profile, first_days: NDArray, centers: int) -> NDArray[np.float64]:
    """Hours by center and period of a master schedule [item, period]; what would lie before the first counts in it."""
    periods = schedule.shape[1]
    hours = np.zeros((centers, periods))
    starts = np.asarray(first_days)[:periods]
    for item, center, before, each in zip(bills.item, bills.center, bills.before, bills.hours, strict=True):
        period = np.maximum(np.searchsorted(first_days, starts - before, side="right") - 1, 0)
        np.add.at(hours[center], period, schedule[item] * each)
    return hours
