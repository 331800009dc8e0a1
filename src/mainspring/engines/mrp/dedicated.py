"""Make to order: supply that belongs to one demand and that free netting does not see, on either side (P22).

Each such demand gets nodes of its own beside the item's: its receipts are those already made for it, its stock is none,
its lines lead to the free components, or again to nodes of their own for components that are made to order too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from mainspring.engines.mrp.network import LOT_FOR_LOT, Entries, Lines, Network, Shop
from mainspring.engines.problem import Defect, InvalidProblem


@dataclass(frozen=True)
class Dedicated:
    """`node_of[demand row]` is the node of the wider network that serves it alone, `item_of[node]` its item."""

    network: Network
    node_of: dict[int, int]
    item_of: NDArray[np.int32]


def widen(
    network: Network,
    to_order: Sequence[int],
    pegged: Mapping[int, int] | None = None,
    *,
    also: Sequence[int] = (),
) -> Dedicated:
    """Give each demand row in `to_order` its own nodes.

    pegged  {receipt row: demand row} supply already made for a demand of the list. When that demand is gone, leave the
            receipt out of the mapping: it is free supply again, and free netting will say what to do with it
    also    items that are made to order wherever they are needed by one that is
    Raises InvalidProblem for rows there are not or twice, and when a pegged receipt is of another item than its demand.
    """
    pegged = pegged or {}
    items, lines = network.items, network.lines
    below: dict[int, list[int]] = {}
    for row, parent in enumerate(lines.parent.tolist()):
        below.setdefault(parent, []).append(row)
    item_of = list(range(len(items)))
    node_of: dict[int, int] = {}
    new_lines: list[tuple[int, int, int]] = []  # (line copied, parent node, component node)
    for demand in to_order:
        if not 0 <= demand < len(network.demand):
            raise InvalidProblem(Defect("to_order", demand, "demand", demand, f"must be below {len(network.demand)}"))
        if demand in node_of:
            raise InvalidProblem(Defect("to_order", demand, "demand", demand, "must stand in the list once"))
        node_of[demand] = len(item_of)
        own = {int(network.demand.item[demand]): len(item_of)}
        item_of.append(int(network.demand.item[demand]))
        waiting = list(own)
        while waiting:
            item = waiting.pop()
            for row in below.get(item, []):
                child = int(lines.component[row])
                if child in also and child not in own:
                    own[child] = len(item_of)
                    item_of.append(child)
                    waiting.append(child)
                new_lines.append((row, own[item], own.get(child, child)))
    for receipt, demand in pegged.items():
        if not 0 <= receipt < len(network.receipts):
            rule = f"must be a receipt, a row below {len(network.receipts)}"
            raise InvalidProblem(Defect("pegged", receipt, "receipt", receipt, rule))
        if demand not in node_of or network.receipts.item[receipt] != network.demand.item[demand]:
            rule = "must serve a demand of its own item that is made to order"
            raise InvalidProblem(Defect("pegged", receipt, "demand", demand, rule))
    source = np.array(item_of, np.int32)
    return Dedicated(_network(network, source, new_lines, node_of, pegged), node_of, source)


def _network(network: Network, source: NDArray, new_lines: list, node_of: dict, pegged: Mapping[int, int]) -> Network:
    old = len(network.items)
    columns = {name: getattr(network.items, name)[source] for name in network.items.__dataclass_fields__}
    for name in ("on_hand", "safety", "minimum", "multiple", "size", "fence"):
        columns[name][old:] = 0
    columns["kind"][old:] = LOT_FOR_LOT
    copied = np.array([row for row, _, _ in new_lines], np.int64)
    lines = {
        name: np.concatenate([getattr(network.lines, name), getattr(network.lines, name)[copied]])
        for name in network.lines.__dataclass_fields__
    }
    kept = len(network.lines)
    lines["parent"][kept:] = [parent for _, parent, _ in new_lines]
    lines["component"][kept:] = [child for _, _, child in new_lines]
    demand, receipts = network.demand.item.copy(), network.receipts.item.copy()
    for row, node in node_of.items():
        demand[row] = node
    for receipt, row in pegged.items():
        receipts[receipt] = node_of[row]
    names = None if network.names is None else [network.names[item] for item in source]
    return replace(
        network,
        items=type(network.items)(**columns),
        lines=Lines(**lines),
        demand=_at(network.demand, demand),
        receipts=_at(network.receipts, receipts),
        shop=_shop(network.shop, source, old),
        names=names,
    )


def _at(entries: Entries, item: NDArray) -> Entries:
    return Entries(item, entries.bucket, entries.quantity, entries.start)


def _shop(shop: Shop | None, source: NDArray, old: int) -> Shop:
    assert shop is not None
    rows: list[int] = []
    nodes: list[int] = []
    for node in range(old, len(source)):
        own = np.flatnonzero(shop.item == source[node]).tolist()
        rows += own
        nodes += [node] * len(own)
    picked = np.concatenate([np.arange(len(shop.item)), np.array(rows, np.int64)]).astype(np.int64)
    item = np.concatenate([shop.item, np.array(nodes, np.int32)]).astype(np.int32)
    return Shop(
        item, shop.center[picked], shop.setup[picked], shop.run[picked], shop.day_row[picked], shop.days, shop.capacity
    )
