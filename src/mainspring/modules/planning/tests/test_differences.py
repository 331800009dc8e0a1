"""What is written of a plan: equal rows stay, whatever their order and number; the others are paired by their days."""

import random
from collections import Counter
from types import SimpleNamespace

import numpy as np
import pytest

from mainspring.kernel.ids import uuid7
from mainspring.modules.planning import proposals

NAMES = ("node", "table", "owner", "promised", "start", "quantity")


def columns(rows: list[tuple], **more) -> SimpleNamespace:
    made = np.array(rows, np.int64).reshape(-1, len(NAMES)).T
    return SimpleNamespace(**dict(zip(NAMES, made, strict=True)), **more)


def some(dice: random.Random, count: int, *, gone: bool = False) -> list[tuple]:
    """Rows with many equal ones, some for one document alone; those no longer planned have no node."""
    return [
        (
            dice.randint(-1 if gone else 0, 4),
            dice.randint(0, 1),
            dice.choice((0, 0, 1, 2)),
            day := dice.randint(0, 5),
            day - 1,
            dice.randint(1, 2),
        )
        for _n in range(count)
    ]


@pytest.mark.parametrize("seed", range(40))
def test_after_writing_the_differences_what_is_stored_is_what_is_wanted(seed):
    dice = random.Random(seed)
    wanted, stored = some(dice, dice.randint(0, 30)), some(dice, dice.randint(0, 30), gone=True)
    keys = [uuid7() for _row in stored]
    have = columns(stored, key=np.array([key.bytes for key in keys], "V16"))
    want = columns(sorted(wanted, key=lambda row: row[0]))
    rows = list(zip(*(getattr(want, name).tolist() for name in NAMES), strict=True))
    found = proposals.differences(want, have)
    after = dict(zip(keys, stored, strict=True))
    for node, table, key in found.withdrawn:
        assert after.pop(key)[:2] == (node, table)
    for place, table, key in found.changed:
        assert after[key][:3] == (rows[place][0], table, rows[place][2])  # it keeps its item, kind and owner (P22)
        after[key] = rows[place]
    assert Counter([*after.values(), *(rows[n] for n in found.new)]) == Counter(wanted)
    same = Counter(wanted) & Counter(row for row in stored if row[0] >= 0)
    assert len(found.changed) + len(found.new) == len(wanted) - same.total()
    assert found.nodes == {row[0] for row in (Counter(wanted) - same) + (Counter(stored) - same) if row[0] >= 0}
