"""Load the demo company into an empty database."""

import sys

from mainspring.site.commands import migrate

HELP = "load the demo company into an empty database"


def add_arguments(parser):
    parser.add_argument(
        "--size", choices="SML", default="M", help="S for tests, M for a look around (default), L for measuring"
    )


def run(options):
    from mainspring.demo import loading

    migrate.migrate(verbosity=0)
    try:
        sign_ins = loading.load(options.size)
    except ValueError as error:
        print(f"mainspring demo: {error}", file=sys.stderr)
        return 1
    for user, password, role in sign_ins:
        print(f"  {user:16} {password}  {role}")
    return 0


def load_into_empty(size: str) -> list[tuple[str, str, str]]:
    """Fill an empty database, or leave a filled one alone; the sign-ins of the demo people, if it has them."""
    from mainspring.demo import loading

    if loading.is_empty():
        print(f"Loading the demo company, size {size} …", flush=True)
        return loading.load(size, out=lambda text: print(text, flush=True))
    return loading.sign_ins()
