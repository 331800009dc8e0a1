"""Write a resource as CSV or spreadsheet, with the filters and columns of its list."""

import sys
from pathlib import Path
from urllib.parse import parse_qs

HELP = "write a resource as a file"


def add_arguments(parser):
    parser.add_argument("resource", help="for example items/items")
    parser.add_argument("--format", choices=["csv", "xlsx"], default="csv")
    parser.add_argument(
        "--filter",
        action="append",
        default=[],
        metavar="FIELD=VALUE",
        help="as in the address of the list, for example state=confirmed or total__gte=100",
    )
    parser.add_argument("--columns", default="", help="field paths, comma separated")
    parser.add_argument("--order", default="")
    parser.add_argument("--user", default="", help="whose permissions count (default: the first administrator)")
    parser.add_argument("--company", default="", help="code of the company (default: the first)")
    parser.add_argument("--output", type=Path, help="file to write (default: standard output)")


def run(options):
    from mainspring.kernel import query
    from mainspring.kernel.exchange import exporting
    from mainspring.kernel.exchange.moving import circumstances
    from mainspring.site.commands.import_ import resource_of

    params = parse_qs("&".join([*options.filter, f"order={options.order}", f"columns={options.columns}"]))
    columns, lines = exporting.table(
        resource_of(options.resource), circumstances(options.user, options.company), query.parse(params)
    )
    target = options.output.open("wb") if options.output else sys.stdout.buffer
    for piece in exporting.write(options.format, columns, lines):
        target.write(piece)
    target.flush()
