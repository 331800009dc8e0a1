"""Work on background jobs until told to stop. Any number of workers may run, on any number of machines."""

import os

HELP = "work on background jobs"


def add_arguments(parser):
    parser.add_argument("--concurrency", type=int, default=2, help="jobs at a time (default 2)")
    parser.add_argument("--queues", default="", help="only these queues, separated by commas")


def run(options):
    from django.core.management import call_command

    os.environ.setdefault("MAINSPRING_ROLE", "worker")
    queues = {"queues": options.queues} if options.queues else {}
    call_command("procrastinate", "worker", concurrency=options.concurrency, delete_jobs="never", **queues)
