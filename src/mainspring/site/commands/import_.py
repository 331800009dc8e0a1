"""Bring a CSV or spreadsheet file into a resource: all rows are checked first, then committed piece by piece.

The same file again changes nothing; a run that was broken off goes on where it stopped.
"""

import json
import sys
from pathlib import Path

HELP = "bring a file into a resource"


def add_arguments(parser):
    parser.add_argument("resource", help="for example items/items")
    parser.add_argument("file", type=Path)
    parser.add_argument("--map", type=Path, help="mapping file (JSON); without it columns are matched by name")
    parser.add_argument("--user", default="", help="whose permissions count (default: the first who may do everything)")
    parser.add_argument("--company", default="", help="code of the company (default: the person's own)")
    parser.add_argument("--dry-run", action="store_true", help="check only")
    parser.add_argument("--skip-wrong", action="store_true", help="bring the right rows in and name the others")
    parser.add_argument("--json", action="store_true", help="print the result for programs")


def run(options):
    from mainspring.kernel.exchange import importing
    from mainspring.kernel.exchange import rules as mapping
    from mainspring.kernel.exchange.moving import circumstances, read_rules

    of = resource_of(options.resource)
    ctx = circumstances(options.user, options.company)
    rules = read_rules(options.map) if options.map else {}
    if not rules.get("columns"):
        from mainspring.kernel.exchange import reading

        table = reading.read(options.file)
        rules["columns"] = mapping.guess(of, ctx, table.headers, files=table.bundle is not None)
    if options.skip_wrong:
        rules["skip_wrong"] = True
    record = importing.start(of, ctx, options.file, rules)
    folder = options.file.resolve().parent
    show = None if options.json else lambda done, total: print(f"\r{done} / {total}", end="", file=sys.stderr)
    importing.check(record, ctx, folder=folder, progress=show or (lambda done, total: None))
    if not options.dry_run and (not record.rows_wrong or rules.get("skip_wrong")):
        record = importing.carry_out(record, ctx, folder=folder, progress=show or (lambda done, total: None))
    report(record, as_json=options.json)
    return 1 if record.rows_wrong and not rules.get("skip_wrong") else 0


def resource_of(key: str):
    from django.core.exceptions import ValidationError

    from mainspring.kernel import resource

    found = resource.registry.get(key.strip("/")) or resource.by_model.get(key)
    if found is None:
        raise ValidationError(f"there is no resource “{key}”; known: {', '.join(sorted(resource.registry))}")
    return found


def report(record, *, as_json: bool) -> None:
    """Counts, control totals and problems."""
    if as_json:
        print(
            json.dumps(
                {
                    "id": record.pk,
                    "state": record.progress,
                    "rows": record.rows_total,
                    "created": record.rows_created,
                    "changed": record.rows_changed,
                    "unchanged": record.rows_same,
                    "wrong": record.rows_wrong,
                    "totals": record.totals,
                    "problems": record.problems[:200],
                },
                ensure_ascii=False,
            )
        )
        return
    print(
        f"\r{record.file_name}: {record.rows_total} rows, {record.rows_created} new, {record.rows_changed} changed, "
        f"{record.rows_same} unchanged, {record.rows_wrong} wrong"
    )
    for path, total in record.totals.items():
        if path != "rows":
            print(
                f"  {path}: file {total['file']}, arrived {total['arrived'] or '-'}"
                f"{'' if total['equal'] else '  DIFFERS'}"
            )
    for problem in record.problems[:50]:
        print(f"  row {problem['row']}, {problem['column']} “{problem['value']}”: {problem['text']}")
