"""Bring the database to this version of the product. Safe to repeat.

An empty database gets our tables straight from the models, which the first migrations describe anyway, one by one and a
hundred times slower; those migrations are then noted as applied. A database with tables is migrated step by step.
"""

HELP = "create or upgrade the tables"


def add_arguments(parser):
    parser.add_argument("--quiet", action="store_true", help="print nothing")


def run(options):
    migrate(verbosity=0 if options.quiet else 1)


def migrate(*, verbosity: int) -> None:
    """Create the extension search relies on, then the tables; kernel declarations follow them."""
    from django.core.management import call_command
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    if "django_migrations" not in connection.introspection.table_names():
        _create_from_models(connection)
    call_command("migrate", interactive=False, verbosity=verbosity)


def _create_from_models(connection) -> None:
    """All own tables at once, after those of the framework they refer to; own migrations noted as applied."""
    from django.apps import apps
    from django.db import transaction
    from django.db.migrations.executor import MigrationExecutor
    from django.db.migrations.recorder import MigrationRecorder

    own = {config.label for config in apps.get_app_configs() if "mainspring" in config.name}
    executor = MigrationExecutor(connection)
    with transaction.atomic():
        outside = [key for key in executor.loader.graph.leaf_nodes() if key[0] in ("contenttypes", "auth")]
        executor.migrate(outside)
        models = [m for label in own for m in apps.get_app_config(label).get_models()]
        with connection.schema_editor(atomic=False) as editor:
            for model in models:
                if model._meta.managed and not model._meta.proxy:
                    editor.create_model(model)
        recorder = MigrationRecorder(connection)
        recorder.ensure_schema()
        for app, name in executor.loader.disk_migrations:
            if app in own:
                recorder.record_applied(app, name)
