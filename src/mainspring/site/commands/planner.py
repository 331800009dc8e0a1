"""Follow every change with the plan until told to stop. One plans, any others wait until it is gone."""

import os

HELP = "keep the plan current"


def add_arguments(parser):
    parser.add_argument("--once", action="store_true", help="plan what is marked and end")


def run(options):
    from mainspring.modules.planning import planner

    os.environ.setdefault("MAINSPRING_ROLE", "planner")
    if options.once:
        once = planner.Planner()
        print(f"{once.turn()} companies planned")
        while once.word():
            pass
    else:
        planner.work()
