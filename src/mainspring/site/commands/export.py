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
    parser.add_argument("--user", default="", help="whose permissions count (default: the first who may do everything)")
    parser.add_argument("--company", default="", help="code of the company (default: the person's own)")
    parser.add_argument("--output", type=Path, help="file to write (default: standard output)")


def run(options):
    from django.core.exceptions import ValidationError

    from mainspring.kernel import errors, query, sight
    from mainspring.kernel.exchange import exporting, taking_out
    from mainspring.kernel.exchange.moving import circumstances
    from mainspring.site.commands.import_ import resource_of

    of, ctx = resource_of(options.resource), circumstances(options.user, options.company)
    spec = query.parse(parse_qs("&".join([*options.filter, f"order={options.order}", f"columns={options.columns}"])))
    fields = sight.Fields(of, ctx)
    if unknown := [path for path in spec.columns if fields.mode(path) == "hide"]:
        raise ValidationError({"columns": f"there is no column {', '.join(unknown)}"})
    columns, lines = exporting.table(of, ctx, spec)
    asked = " ".join(["export", options.resource, *options.filter, options.columns, options.order])
    try:
        rows = query.Query(of, ctx, spec).filtered().count()
        run = taking_out.begin(ctx, entity=of.label, rows=rows, address=asked, kind=options.format)
    except errors.ApprovalRequired:
        raise ValidationError("this export now waits for approval; ask for it again once it is given") from None
    target = options.output.open("wb") if options.output else sys.stdout.buffer
    for piece in exporting.write(options.format, columns, lines, taking_out.mark(run, ctx)):
        target.write(piece)
    target.flush()
