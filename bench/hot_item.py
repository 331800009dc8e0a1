"""How do fifty writers fare who all take from one hot item? No error may show, stock never goes below zero.

    python bench/hot_item.py [--writers 50] [--rounds 4] [--processes 1] [--data .data/bench]

Prints JSON: milliseconds a posting took, in the middle and at the 95th percentile. All writers start each round at the
same moment, shared out evenly over the processes; between rounds each rests for two seconds.
"""

import argparse
import json
import multiprocessing
import os
import sys
import threading
import time
from datetime import date
from decimal import Decimal

LIMIT_MS = 500
REST_SECONDS = 2


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--writers", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--data", default=".data/bench")
    options = parser.parse_args()
    os.environ["MAINSPRING_DATA"] = options.data
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mainspring.site.settings")
    from mainspring.site import cli

    with cli.database():
        cli.set_up_django()
        from mainspring.site.commands import migrate

        migrate.migrate(verbosity=0)
        result = measure(options)
    print(json.dumps(result))
    return 0 if not result["errors"] and result["left"] == result["expected"] and result["p95_ms"] < LIMIT_MS else 1


def measure(options) -> dict:
    from django.db import connection

    from mainspring.modules.stock.models import StockBalance

    place = stage(options.writers * options.rounds + 100)
    connection.close()
    start = time.time() + 6 + 3 * options.processes
    answers = multiprocessing.get_context("spawn").Queue()
    share = options.writers // options.processes
    processes = [
        multiprocessing.get_context("spawn").Process(
            target=write, args=(place, share, options.rounds, start, answers)
        )
        for _n in range(options.processes)
    ]
    for process in processes:
        process.start()
    took, errors = [], []
    for _process in processes:
        seconds, wrong = answers.get()
        took += seconds
        errors += wrong
    for process in processes:
        process.join()
    left = StockBalance.objects.get(item=place["item"], location=place["here"]).quantity
    took.sort()
    return {
        "question": "hot_item",
        "writers": share * options.processes,
        "processes": options.processes,
        "posts": len(took),
        "p50_ms": round(took[len(took) // 2] * 1000),
        "p95_ms": round(took[int(len(took) * 0.95)] * 1000),
        "max_ms": round(took[-1] * 1000),
        "limit_ms": LIMIT_MS,
        "errors": errors[:3],
        "left": int(left),
        "expected": options.writers * options.rounds + 100 - len(took),
    }


def stage(quantity: int) -> dict:
    """A company with so much of one item; its keys."""
    from mainspring.kernel.context import Context
    from mainspring.kernel.models import Company, Currency, Site, User
    from mainspring.modules.accounting import commands as accounting
    from mainspring.modules.items.models import Item, ItemCategory
    from mainspring.modules.organization import commands as organization
    from mainspring.modules.stock import commands as stock

    tag = f"H{int(time.time()) % 10**8}"
    Currency.objects.get_or_create(code="EUR", defaults={"name": "Euro"})
    company = Company.objects.create(code=tag, name="Bench", base_currency_id="EUR")
    user = User.objects.create(username=tag, is_superuser=True)
    ctx = Context(user, date(2026, 12, 31), company.pk)
    accounting.install_chart(company, ctx)
    places = stock.ensure_locations(Site.objects.create(company=company, code="S", name="S"), ctx)
    category = ItemCategory.objects.get_or_create(code="BENCH", defaults={"name": "Bench"})[0]
    unit = organization.install_units(ctx)["pcs"]
    hot = Item.objects.create(code=tag, name="Hot", category=category, unit=unit)
    spec = stock.MoveSpec(hot, Decimal(quantity), places["supplier"], places["internal"], unit_cost=Decimal(5))
    stock.post_moves(ctx, [spec], effective_on=ctx.business_date)
    return {"user": user.pk, "company": company.pk, "item": hot.pk, "here": places["internal"].pk,
            "there": places["customer"].pk}  # fmt: skip


def write(place: dict, writers: int, rounds: int, start: float, answers) -> None:
    """One process: its writers post at the same moments as those of all others."""
    from mainspring.site import cli

    cli.set_up_django()
    from mainspring.kernel.context import Context
    from mainspring.kernel.models import User

    ctx = Context(User.objects.get(pk=place["user"]), date(2026, 12, 31), place["company"])
    took, errors = [], []
    threads = [
        threading.Thread(target=_writer, args=(ctx, place, rounds, start, took, errors)) for _n in range(writers)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    answers.put((took, errors))


def _writer(ctx, place: dict, rounds: int, start: float, took: list, errors: list) -> None:
    from django.db import connection

    from mainspring.modules.stock import commands as stock

    connection.ensure_connection()
    spec = stock.MoveSpec(place["item"], Decimal(1), place["here"], place["there"])
    try:
        for n in range(rounds):
            time.sleep(max(0.0, start + n * REST_SECONDS - time.time()))
            began = time.perf_counter()
            stock.post_moves(ctx, [spec], effective_on=ctx.business_date)
            took.append(time.perf_counter() - began)
    except Exception as error:
        errors.append(repr(error))
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(main())
