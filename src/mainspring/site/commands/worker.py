"""Work on background jobs until told to stop. Any number of workers may run, on any number of machines."""

import os

HELP = "work on background jobs"


def add_arguments(parser):
    parser.add_argument("--concurrency", type=int, default=2, help="jobs at a time (default 2)")
    parser.add_argument("--once", action="store_true", help="do what is due and end")


def run(options):
    from mainspring.kernel import jobs

    os.environ.setdefault("MAINSPRING_ROLE", "worker")
    if options.once:
        jobs.tick()
        print(f"{jobs.run_pending()} jobs done")
    else:
        jobs.work(concurrency=options.concurrency)
