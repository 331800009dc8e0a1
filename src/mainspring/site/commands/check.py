"""Audit every invariant of the data. Ends with 1 when something is found."""

import json
import time

HELP = "audit every invariant of the data"


def add_arguments(parser):
    parser.add_argument("--json", action="store_true", help="print the results for programs")
    parser.add_argument("--only", default="", metavar="PREFIX", help="only checks whose name begins so, e.g. kernel.")


def run(options):
    from mainspring.kernel import checks

    began, results = time.monotonic(), []
    for result in checks.run(options.only):
        results.append(result)
        if not options.json:
            _print(result)
    found = sum(len(r.findings) for r in results)
    if options.json:
        print(
            json.dumps(
                {"ok": not found, "seconds": round(time.monotonic() - began, 3), "checks": [vars(r) for r in results]},
                ensure_ascii=False,
                indent=1,
            )
        )
    else:
        print(f"{len(results)} invariants, {found} findings, {time.monotonic() - began:.1f} s")
    return 1 if found else 0


def _print(result):
    print(f"{'ok   ' if not result.findings else 'WRONG'} {result.title}  [{result.name}, {result.seconds:.2f} s]")
    for finding in result.findings:
        print(f"        {finding}")
    if result.truncated:
        print("        … and more")
