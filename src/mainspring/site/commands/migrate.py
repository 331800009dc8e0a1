"""Bring the database to this version of the product. Safe to repeat."""

HELP = "create or upgrade the tables"


def add_arguments(parser):
    parser.add_argument("--quiet", action="store_true", help="print nothing")


def run(options):
    migrate(verbosity=0 if options.quiet else 1)


def migrate(*, verbosity: int) -> None:
    """Create the extension search relies on, then apply migrations; kernel declarations follow them."""
    from django.core.management import call_command
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    call_command("migrate", interactive=False, verbosity=verbosity)
