"""Walk from lead to ledger in a fresh company of the current database, printing every step with its postings."""

import json
import sys
from dataclasses import asdict
from datetime import date, timedelta

HELP = "walk from lead to ledger and print each step"


def add_arguments(parser):
    parser.add_argument("--json", action="store_true", help="print the steps for programs")
    parser.add_argument(
        "--date",
        type=date.fromisoformat,
        default=None,
        metavar="YYYY-MM-DD",
        help="the first day of the story, a Monday; default: five weeks ago",
    )


def run(options):
    from mainspring.site.commands import migrate
    from mainspring.story.walk import Story

    migrate.migrate(verbosity=0)
    today = date.today()
    starts_on = options.date or today - timedelta(days=35 + today.weekday())
    if starts_on > today - timedelta(days=33):
        print("mainspring story: the story takes 33 days; begin it earlier.", file=sys.stderr)
        return 1
    steps = Story(starts_on, None if options.json else print).walk()
    if options.json:
        print(json.dumps([asdict(step) for step in steps], default=str, ensure_ascii=False, indent=1))
    return 0
