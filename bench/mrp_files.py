"""How long does `mainspring mrp` take over plain CSV files, reading and writing included?

    python bench/mrp_files.py [--items 100000] [--folder DIR]

The network of bench/mrp_plan.py as CSV files; the command runs in a process of its own. Its seconds by step, wall and
processor seconds of the whole process and the sizes of what it read and wrote.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

import mrp_plan
import numpy as np

from mainspring.engines.mrp import network

START = date(2026, 1, 5)
RULES = {network.LOT_FOR_LOT: "L4L", network.FIXED: "FOQ", network.PERIOD: "POQ", network.ECONOMIC: "EOQ"}


def main() -> dict:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--folder", type=Path, help="where to write the files (default: a folder that is removed)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        written(mrp_plan.generated(options.items), folder)
        began, used = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
        command = ["mrp", str(folder), "--start", START.isoformat(), "--json"]
        done = subprocess.run(
            [sys.executable, "-m", "mainspring.site.cli", *command], capture_output=True, text=True, check=True
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        answer = json.loads(done.stdout)
        sizes = {path.name: path.stat().st_size for path in sorted([*folder.glob("*.csv"), *folder.glob("plan/*.csv")])}
    return {
        "wall_s": round(time.perf_counter() - began, 2),
        "processor_s": round(after.ru_utime + after.ru_stime - used.ru_utime - used.ru_stime, 2),
        "seconds_by_step": answer["seconds"],
        "counts": answer["counts"],
        "peak_memory_mb": answer["peak_memory_mb"],
        "bytes": sizes,
    }


def written(given: network.Network, folder: Path) -> None:
    """The network as the files of the command."""
    items, lines, shop = given.items, given.lines, given.shop
    names = np.char.add("I", np.arange(len(items)).astype(str))
    days = np.array([(START + timedelta(days=day)).isoformat() for day in range(mrp_plan.DAYS)])
    rules = np.array([RULES[kind] for kind in range(4)])[items.kind]
    scrap = np.where(lines.num % 100 == 0, 0, 2)
    hour = 1 / mrp_plan.TICKS
    columns = {
        "items": {
            "item": names, "lead_time_days": items.start_row, "lot_rule": rules, "lot_size": items.size,
            "min_qty": items.minimum, "multiple": items.multiple, "safety_stock": items.safety,
            "on_hand": items.on_hand,
        },
        "bom": {
            "parent": names[lines.parent], "component": names[lines.component],
            "quantity": np.round(lines.num / 100 / (1 + scrap / 100)).astype(int), "scrap_pct": scrap,
        },
        "demand": {
            "item": names[given.demand.item], "date": days[given.demand.bucket], "quantity": given.demand.quantity,
            "ref": np.char.add("SO", np.arange(len(given.demand)).astype(str)),
        },
        "supply": {
            "item": names[given.receipts.item], "date": days[given.receipts.bucket],
            "quantity": given.receipts.quantity,
        },
        "work_centers": {
            "work_center": np.char.add("W", np.arange(len(shop.capacity)).astype(str)),
            "hours_per_day": np.full(len(shop.capacity), 3200),
        },
        "routing": {
            "item": names[shop.item], "work_center": np.char.add("W", shop.center.astype(str)),
            "setup_hours": np.round(shop.setup * hour, 3), "run_hours": np.round(shop.run * hour, 4),
        },
    }  # fmt: skip
    for name, table in columns.items():
        rows = zip(*(column.tolist() for column in table.values()), strict=True)
        with (folder / f"{name}.csv").open("w") as file:
            file.write(",".join(table) + "\n")
            file.writelines(",".join(map(str, row)) + "\n" for row in rows)


if __name__ == "__main__":
    print(json.dumps(main(), indent=1))
