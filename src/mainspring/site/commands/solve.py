"""Solve a planning problem given as a plain file, so that anyone can test the engines on public problems."""

import argparse
import importlib
import json
import time
from pathlib import Path

HELP = "solve a planning problem from a file"
SETUP = "nothing"
# Each module offers HELP, FORMAT, solve(text, options) -> dict and lines(dict) -> what people read.
SUBJECTS = {
    "jobshop": "mainspring.site.solving.jobshop",
    "flexible-jobshop": "mainspring.site.solving.flexible_jobshop",
    "lotsizing": "mainspring.site.solving.lotsizing",
}


def add_arguments(parser):
    parser.set_defaults(began=time.time())
    chosen = parser.add_subparsers(dest="subject", required=True, metavar="SUBJECT")
    for name in SUBJECTS:
        subject = chosen.add_parser(name, formatter_class=_Unread)
        subject.add_argument("file", type=Path, metavar="FILE", help="the problem; its format is described below")
        subject.add_argument("--seconds", type=float, default=30.0, help="stop after so many seconds (default 30)")
        subject.add_argument("--seed", type=int, default=0, help="start of the random numbers (default 0)")
        subject.add_argument("--workers", type=int, default=2, help="processor cores to use (default 2)")
        subject.add_argument("--json", action="store_true", help="print one JSON object")
        subject.epilog = name


def run(options):
    from mainspring.engines.problem import InvalidProblem
    from mainspring.site import refusals

    subject = importlib.import_module(SUBJECTS[options.subject])
    try:
        answer = subject.solve(options.file.read_text(encoding="utf-8"), options)
    except InvalidProblem as error:
        return refusals.tell("solve", error, as_json=options.json)
    except (OSError, UnicodeDecodeError) as error:
        return refusals.tell("solve", refusals.of_file(options.file.name, error), as_json=options.json)
    print(json.dumps(answer) if options.json else "\n".join(subject.lines(answer)))
    return 0


class _Unread(argparse.RawDescriptionHelpFormatter):
    """Loads a subject only when its help is asked for, so that no other command waits for the engines."""

    def add_text(self, text):
        if text in SUBJECTS:
            subject = importlib.import_module(SUBJECTS[text])
            text = f"{subject.__doc__}\n\n{subject.FORMAT}"
        super().add_text(text)
