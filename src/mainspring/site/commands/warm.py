"""Compile the planning engines ahead of their first use; what is compiled is kept beside the source."""

import importlib
import json
import time

HELP = "compile the planning engines ahead of time"
SETUP = "nothing"
# Modules with a function `warm()`.
ENGINES = (
    "mainspring.engines.mrp.plan", "mainspring.site.material.rows", "mainspring.engines.scheduling.compiling",
)  # fmt: skip


def add_arguments(parser):
    parser.add_argument("--json", action="store_true", help="print the seconds for programs")


def run(options):
    seconds = {}
    for name in ENGINES:
        began = time.perf_counter()
        importlib.import_module(name).warm()
        seconds[name] = round(time.perf_counter() - began, 3)
    if options.json:
        print(json.dumps({"seconds": seconds}))
    else:
        print("\n".join(f"{name}: {taken:.1f} s" for name, taken in seconds.items()))
