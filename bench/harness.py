"""What every measurement shares: its data, its clock and the form of its answer.

Each file beside this one asks one question and can be run alone:

    python bench/list_orders.py [--size L] [--data .data/bench-L]

The data folder is made and filled with the demo company when it is not there yet (BENCH_SIZE and BENCH_DATA name
others than L and .data/bench-<size>). The answer is printed as JSON and kept in bench/results; the exit code is 1 when
a target was missed.
"""

import argparse
import contextlib
import json
import os
import platform
import socket
import statistics
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

HERE = Path(__file__).resolve().parent
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mainspring.site.settings")


@dataclass(frozen=True)
class Answer:
    """One figure with what it should be: at most `target`, at least it (`at_least`), or exactly it (`exactly`)."""

    what: str
    measured: float
    unit: str
    target: float | None = None
    at_least: bool = False
    exactly: bool = False

    @property
    def met(self) -> bool | None:
        if self.target is None:
            return None
        if self.exactly:
            return self.measured == self.target
        return self.measured >= self.target if self.at_least else self.measured <= self.target

    def as_dict(self) -> dict:
        found = {"what": self.what, "measured": self.measured, "unit": self.unit}
        if self.target is not None:
            sign = "=" if self.exactly else ">=" if self.at_least else "<="
            found |= {"target": f"{sign} {self.target}", "met": self.met}
        return found


def main(question: str, measure: Callable, *, arguments: Callable | None = None, data: bool = True) -> None:
    """Measure on the demo company and leave with 0, or 1 when a target was missed. `measure(options)` -> answers."""
    parser = argparse.ArgumentParser(description=question)
    parser.add_argument("--size", default=os.environ.get("BENCH_SIZE") or "L", choices="SML")
    parser.add_argument("--data", default=os.environ.get("BENCH_DATA") or "")
    if arguments:
        arguments(parser)
    options = parser.parse_args()
    if data:
        os.environ["MAINSPRING_DATA"] = str(Path(options.data or f".data/bench-{options.size}").resolve())
        from mainspring.site import cli

        with cli.database():
            cli.set_up_django()
            _fill(options.size)
            answers = measure(options)
            machine = _machine()
    else:
        answers, machine = measure(options), _machine(database=False)
    sys.exit(_report(question, answers, machine, options))


def _fill(size: str) -> None:
    """The demo company, once."""
    from mainspring.demo import loading
    from mainspring.site.commands import migrate

    migrate.migrate(verbosity=0)
    if loading.is_empty():
        began = time.perf_counter()
        loading.load(size, out=lambda text: print(text, file=sys.stderr, flush=True))
        print(f"demo {size} loaded in {time.perf_counter() - began:.0f} s", file=sys.stderr, flush=True)


def _machine(*, database: bool = True) -> dict:
    found = {
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1),
        "python": platform.python_version(),
        "system": platform.platform(terse=True),
    }
    if database:
        from mainspring.kernel import database as db

        found["postgresql"] = db.scalar("SHOW server_version")
    return found


def _report(question: str, answers: list[Answer], machine: dict, options) -> int:
    name = Path(sys.argv[0]).stem
    result = {
        "question": question,
        "on": f"demo {options.size}",
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "answers": [a.as_dict() for a in answers],
        "machine": machine,
    }
    text = json.dumps(result, indent=2, ensure_ascii=False)
    (HERE / "results").mkdir(exist_ok=True)
    (HERE / "results" / f"{name}.json").write_text(text + "\n", encoding="utf-8")
    print(text, flush=True)
    return 1 if any(a.met is False for a in answers) else 0


# -- clocks -----------------------------------------------------------------------------------------------------------


def timed(work: Callable) -> tuple[object, float]:
    """(result, milliseconds)."""
    began = time.perf_counter()
    result = work()
    return result, (time.perf_counter() - began) * 1000


def times(work: Callable, count: int, *, warm_up: int = 1) -> list[float]:
    """Milliseconds of each of `count` calls, after some that are not counted."""
    for _n in range(warm_up):
        work()
    return [timed(work)[1] for _n in range(count)]


def median(values) -> float:
    return round(statistics.median(values), 1)


def p95(values) -> float:
    return round(sorted(values)[min(len(values) - 1, int(len(values) * 0.95))], 1)


class Counting:
    """Context: how many statements were sent."""

    def __enter__(self):
        from django.db import connection

        self.queries = 0
        self._wrapper = connection.execute_wrapper(self._count)
        self._wrapper.__enter__()
        return self

    def __exit__(self, *details):
        self._wrapper.__exit__(*details)

    def _count(self, execute, sql, params, many, context):
        self.queries += 1
        return execute(sql, params, many, context)


# -- people and companies of the demo ---------------------------------------------------------------------------------


def measurer():
    """Somebody who may do everything: what is measured is the work, by whom it is done does not matter."""
    from mainspring.kernel.models import User

    return User.objects.get_or_create(
        username="bench", defaults={"is_superuser": True, "email": "bench@mainspring-bikes.example"}
    )[0]


def context(company: str = "MSB"):
    """The context of the measurer in a company of the demo, today."""
    from django.utils import timezone

    from mainspring.kernel.context import Context
    from mainspring.kernel.models import Company

    return Context(measurer(), timezone.localdate(), Company.objects.get(code=company).pk)


def signed_in(user: str):
    """A test client with a session of somebody of the demo."""
    from mainspring.kernel.models import User

    client = browser()
    client.force_login(User.objects.get(username=user), backend="django.contrib.auth.backends.ModelBackend")
    return client


def free_port() -> int:
    """A port nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for_server(process, port: int, seconds_max: int) -> None:
    """Wait until the product answers at a port of this machine; ends the program when it does not."""
    began = time.monotonic()
    while not _answers(port):
        if process.poll() is not None or time.monotonic() - began > seconds_max:
            process.kill()
            raise SystemExit(f"the server did not answer within {seconds_max} s")
        time.sleep(0.05)


def _answers(port: int) -> bool:
    with contextlib.suppress(OSError, urllib.error.URLError):
        return urllib.request.urlopen(f"http://127.0.0.1:{port}/accounts/login/", timeout=60).status == 200
    return False


def browser(**headers):
    """A test client; the access log is quiet, its writing would be measured too."""
    import logging

    from django.test import Client

    logging.disable(logging.INFO)
    return Client(headers=headers, SERVER_NAME="localhost")


def at_once(count: int, work: Callable, *, ready: Callable | None = None) -> tuple[list, list[str]]:
    """Run work(n) in `count` threads that start together: (results, errors).

    ready(n)  done on each thread's connection before the start, so that connections are warm as a server keeps them
    """
    import threading

    from django.db import connection

    gate, results, errors = threading.Barrier(count), [], []

    def run(n: int) -> None:
        try:
            connection.ensure_connection()
            if ready:
                ready(n)
            gate.wait()
            results.append(work(n))
        except Exception as error:  # told as part of the answer
            errors.append(f"{type(error).__name__}: {error}")
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(n,)) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results, errors
