"""How long does a plan take: all of it, with pegs and messages, after a change, along an order; and how does it grow?

    python bench/mrp_plan.py [--items 100000] [--growth]

Wall seconds and, for shared machines, processor seconds of all threads. The first plan of a small network compiles; its
seconds are reported apart and are in no other number.
"""

import argparse
import json
import resource
import time

import numpy as np

from mainspring.engines.mrp import messages, network, pegging, tables
from mainspring.engines.mrp import plan as planning
from mainspring.engines.mrp.network import Entries, Horizon, Items, Lines, Network, Shop

DAYS, LEVELS, LINES_PER_ITEM, TICKS = 365, 10, 5, 36_000
REACH = 6_000  # items a sales order is meant to reach
TARGETS = {
    "full_with_load_s": 1.5, "full_with_pegs_and_reasons_s": 3.0, "memory_mb": 3000, "order_p95_ms": 100,
    "count_p95_ms": 20, "walk_ms": 50,
}  # fmt: skip


def main() -> dict:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--growth", action="store_true", help="1,000 to 1,000,000 items instead")
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    _, compiled = timed(planning.warm)
    answer = {"compile_or_load_s": compiled, "targets": TARGETS, "cores": planning.WORKERS}
    if options.growth:
        answer["growth"] = [full(size, 1, keep=False)[0] for size in (1_000, 10_000, 100_000, 1_000_000)]
    else:
        answer["full"], plan = full(options.items, options.repeats)
        answer["changes"] = changes(plan)
        book = pegging.Book(plan)
        answer["walks"] = walks(plan, book)
        answer["walks_after_a_change"] = walks_after_change(plan, book)
        del book
        again = planning.Plan(current(plan))
        answer["net_change_equals_full_run"] = plan.same_as(again)
    answer["peak_memory_mb"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    return answer


def full(size: int, repeats: int, *, keep: bool = True) -> tuple[dict, planning.Plan]:
    """Generate, plan, peg and tell; the best of the repeats.

    keep  keep what a net change needs and the pegs of all items; without, pegs are made share by share and counted
    """
    given, made = timed(generated, size)
    plan, first = timed(planning.Plan, given, follow=keep)
    runs, pegged, told = [first], [], []
    for _ in range(repeats):
        if keep:
            runs.append(timed(plan.run)[1])
        pegs, seconds = timed(all_pegs if keep else pegs_by_share, plan)
        pegged.append(seconds)
        found, seconds = timed(messages.messages, plan)
        told.append(seconds)
    best = [min(part, key=lambda each: each["wall"]) for part in (runs, pegged, told)]
    return {
        "items": size,
        "lines": len(given.lines),
        "demand": len(given.demand),
        "operations": len(given.shop.item),
        "orders": int(plan.pool.planned.sum()),
        "pegs": pegs,
        "messages": len(found),
        "generate_s": made,
        "check_and_index_s": {name: round(first[name] - best[0][name], 3) for name in first},
        "full_with_load_s": best[0],
        "pegs_s": best[1],
        "messages_s": best[2],
        "full_with_pegs_and_reasons_s": {name: round(sum(each[name] for each in best), 3) for name in best[0]},
        "memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }, plan


def all_pegs(plan: planning.Plan) -> int:
    """How many pegs the book of the plan holds."""
    return len(pegging.Book(plan))


def pegs_by_share(plan: planning.Plan) -> int:
    """The same, a share of the items at a time, as the command writes them."""
    shares = np.array_split(plan.order, len(plan.order) // 50_000 + 1)
    return sum(len(pegging.Book(plan, share)) for share in shares)


def changes(plan: planning.Plan, times: int = 40) -> dict:
    """One more sales order line of a finished item, and a stock count of a mid-level item."""
    chance, level = np.random.default_rng(3), plan.level
    finished = np.flatnonzero(level == 0)
    sample = chance.choice(finished, min(400, len(finished)), replace=False)
    below = np.array([reach(plan, item) for item in sample.tolist()])
    near = sample[np.argsort(np.abs(below - REACH))[:times]]
    answer = {"items_below_p50": int(np.median(below)), "items_below_p95": int(np.percentile(below, 95))}
    chosen = {
        "sales_order_reaching_6000": near,
        "sales_order": chance.choice(finished, min(times, len(finished)), replace=False),
    }
    for depth in (4, 8):
        items = np.flatnonzero(level == min(depth, level.max()))
        chosen[f"stock_count_level_{depth}"] = chance.choice(items, min(times, len(items)), replace=False)
    for name, items in chosen.items():
        walls, cpus, planned = [], [], []
        for item in items.tolist():
            if name.startswith("sales_order"):
                found, seconds = timed(plan.change, demand={item: one_more(plan, item, chance)})
            else:
                found, seconds = timed(plan.change, on_hand={item: int(plan.net.on_hand[item] * 0.9)})
            walls.append(seconds["wall"] * 1000)
            cpus.append(seconds["cpu"] * 1000)
            planned.append(found.planned)
        answer[name] = spread(walls, cpus) | {"items_planned_p50": int(np.median(planned)), "most": max(planned)}
    return answer


def one_more(plan: planning.Plan, item: int, chance) -> Entries:
    """The demand rows of an item and one more."""
    book = plan.book
    rows = slice(book.demand_ptr[item], book.demand_ptr[item] + book.demand_n[item])
    day, quantity = int(chance.integers(0, DAYS)), int(chance.integers(1, 20))
    return Entries(
        np.full(book.demand_n[item] + 1, item), np.append(book.demand_bucket[rows], day),
        np.append(book.demand_qty[rows], quantity),
    )  # fmt: skip


def reach(plan: planning.Plan, item: int) -> int:
    """Items below an item, itself included."""
    seen = np.zeros(len(plan.order), np.bool_)
    seen[item], front = True, np.array([item])
    while len(front):
        counts = plan.child_ptr[front + 1] - plan.child_ptr[front]
        rows = np.repeat(plan.child_ptr[front] - (np.cumsum(counts) - counts), counts) + np.arange(counts.sum())
        front = np.unique(plan.child[rows])
        front = front[~seen[front]]
        seen[front] = True
    return int(seen.sum())


def walks(plan: planning.Plan, book: pegging.Book | None, times: int = 40) -> dict:
    """From a customer's order down to purchases, and from a part's order up to customers."""
    chance, answer = np.random.default_rng(4), {}
    for name, depth, walk in (("down_from_finished", 0, pegging.downwards), ("up_from_level_4", 4, pegging.upwards)):
        items = np.flatnonzero((plan.level == min(depth, plan.level.max())) & (plan.pool.planned > 0))
        for source in (book, None):
            walls, cpus, pegs = [], [], []
            for item in chance.choice(items, min(times, len(items)), replace=False).tolist():
                found, seconds = timed(walk, plan, int(plan.pool.ptr[item]), source)
                walls.append(seconds["wall"] * 1000)
                cpus.append(seconds["cpu"] * 1000)
                pegs.append(len(found.pegs))
            counted = {"pegs_p50": int(np.median(pegs)), "most": max(pegs)}
            answer[name if source else f"{name}_without_kept_pegs"] = spread(walls, cpus) | counted
    return answer


def walks_after_change(plan: planning.Plan, book: pegging.Book, times: int = 20) -> dict:
    """The change of one more sales order, then the chain down from that item's first order."""
    chance = np.random.default_rng(5)
    items = np.flatnonzero((plan.level == 0) & (plan.pool.planned > 0))
    walls, cpus = [], []
    for item in chance.choice(items, min(times, len(items)), replace=False).tolist():
        book.follow(plan.change(demand={item: one_more(plan, item, chance)}))
        _, seconds = timed(pegging.downwards, plan, int(plan.pool.ptr[item]), book)
        walls.append(seconds["wall"] * 1000)
        cpus.append(seconds["cpu"] * 1000)
    return spread(walls, cpus)


def current(plan: planning.Plan) -> Network:
    """The network as the changes have left it."""
    given, book = plan.network, plan.book
    counts = book.demand_n
    rows = np.repeat(book.demand_ptr - (np.cumsum(counts) - counts), counts) + np.arange(counts.sum())
    demand = Entries(np.repeat(np.arange(len(counts)), counts), book.demand_bucket[rows], book.demand_qty[rows])
    given.items.on_hand = plan.net.on_hand.copy()
    given.demand = demand
    return given


def generated(size: int, seed: int = 7) -> Network:
    """Ten levels of items, five lines an item mostly to the next level, spares, lots, stock, receipts, routings."""
    chance, per = np.random.default_rng(seed), size // LEVELS
    level = np.repeat(np.arange(LEVELS), per)
    parent, component = _bill(chance, size, per, level)
    num = np.where(chance.random(len(parent)) < 0.8, 1, chance.integers(2, 4, len(parent))) * 100
    num = np.where(chance.random(len(parent)) < 0.2, num + num // 50, num)  # a fifth lose 2 %
    item, day, quantity = _demand(chance, size, per)
    year = np.bincount(item, quantity, size)
    for depth in range(LEVELS - 1):
        below = level[parent] == depth
        year += np.bincount(component[below], year[parent[below]] * num[below] / 100, size)
    lead, rule = chance.integers(1, 16, size), chance.choice(3, size, p=[0.4, 0.3, 0.3])
    often = chance.integers(6, 53, size)
    lot = np.maximum(1, np.ceil(year / often)).astype(np.int64)
    weekly = (rule == 0) & (level > 0)
    safety = np.ceil(year / 365 * chance.integers(2, 10, size)).astype(np.int64)
    items = Items(
        np.ceil(year / 365 * chance.integers(0, 30, size)).astype(np.int64),
        safety=np.where(chance.random(size) < 0.5, safety, 0),
        kind=np.where(rule == 1, network.FIXED, np.where(weekly, network.PERIOD, network.LOT_FOR_LOT)),
        size=np.where(rule == 1, lot, np.where(weekly, 7, 0)),
        minimum=np.where(rule == 2, lot, 0),
        multiple=np.where(rule == 2, np.maximum(1, lot // 10), 0),
        start_row=lead,
    )
    horizon, every = Horizon.of(DAYS), tables.WorkingDays.every_day()
    starts = np.array([tables.start_row(horizon, [(every, days)]) for days in range(16)])
    coming = np.flatnonzero(chance.random(size) < 0.5)
    receipts = Entries(coming, chance.integers(0, 15, len(coming)), lot[coming])
    return Network(
        horizon, items, starts, tables.need_row(horizon, 0)[None], Lines(parent, component, num, 100),
        Entries(item, day, quantity), receipts, _shop(chance, size, level, lead, horizon),
    )  # fmt: skip


def _bill(chance, size: int, per: int, level):
    """Every component has a parent one level up; the other lines go anywhere below, mostly one level."""
    below = np.arange(per, size)
    parent, component = [chance.integers(0, per, len(below)) + (level[below] - 1) * per], [below]
    rest = LINES_PER_ITEM * size - len(below)
    above = chance.integers(0, (LEVELS - 1) * per, int(rest * 1.05))
    step = 1 + np.minimum(chance.geometric(0.7, len(above)) - 1, LEVELS - 2 - level[above])
    parent.append(above)
    component.append((level[above] + step) * per + chance.integers(0, per, len(above)))
    pairs = np.concatenate(parent) * np.int64(size) + np.concatenate(component)
    _, kept = np.unique(pairs, return_index=True)
    pairs = pairs[np.sort(kept)[: LINES_PER_ITEM * size]]
    return pairs // size, pairs % size


def _demand(chance, size: int, per: int):
    """Forty lines a year of finished items, a dozen of every twentieth other item."""
    spare = chance.choice(np.arange(per, size), (size - per) // 20, replace=False)
    sold = np.concatenate(
        [np.repeat(np.arange(per), chance.poisson(40, per)), np.repeat(spare, chance.poisson(12, len(spare)))]
    )
    return sold, chance.integers(0, DAYS, len(sold)), np.ceil(chance.gamma(2, 5, len(sold))).astype(np.int64)


def _shop(chance, size: int, level, lead, horizon: Horizon) -> Shop:
    """One to five operations of four made items in five, on 500 work centers."""
    centers = min(500, max(10, size // 20))
    made = np.flatnonzero((level < LEVELS - 1) & (chance.random(size) < 0.8))
    counts = chance.integers(1, 6, len(made))
    item = np.repeat(made, counts)
    number = np.arange(len(item)) - np.repeat(np.cumsum(counts) - counts, counts)
    every = tables.WorkingDays.every_day()
    days = np.array([tables.begin_row(horizon, offset, every) for offset in range(5)])
    return Shop(
        item.astype(np.int32), chance.integers(0, centers, len(item)).astype(np.int32),
        (chance.uniform(0.1, 2, len(item)) * TICKS).astype(np.int64), chance.uniform(0.001, 0.05, len(item)) * TICKS,
        np.minimum(number, lead[item] - 1).astype(np.int32), days, np.full((centers, DAYS), 400 * 8 * TICKS, np.int64),
    )  # fmt: skip


def timed(work, *arguments, **named):
    """(what it returned, wall and processor seconds)."""
    began, used = time.perf_counter(), time.process_time()
    found = work(*arguments, **named)
    return found, {"wall": round(time.perf_counter() - began, 4), "cpu": round(time.process_time() - used, 4)}


def spread(walls: list[float], cpus: list[float]) -> dict:
    """Median and 95th percentile in milliseconds."""
    return {
        "p50_ms": round(float(np.median(walls)), 2), "p95_ms": round(float(np.percentile(walls, 95)), 2),
        "cpu_p50_ms": round(float(np.median(cpus)), 2), "cpu_p95_ms": round(float(np.percentile(cpus, 95)), 2),
    }  # fmt: skip


if __name__ == "__main__":
    print(json.dumps(main(), indent=1))
