"""The database of the tests: its server starts when a test first asks for it and stops at the end.

Migrating takes longer than most tests, so it is done once for a state of the schema: the result is kept as a template
and every test run copies it.

Tests keep a data folder of their own (MAINSPRING_TEST_DATA, default .data/test) and commit without waiting for the
disk; the server itself keeps fsync on.
"""

import fcntl
import hashlib
import os
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

os.environ["MAINSPRING_DATA"] = os.environ.get("MAINSPRING_TEST_DATA") or ".data/test"
# A browser driven in this process keeps an event loop running beside the tests that use the database.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

import pytest
from hypothesis import HealthCheck, settings

# A busy machine is no fault of a property: what takes long is measured in bench/.
settings.register_profile("mainspring", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("mainspring")


def pytest_collection_finish(session):
    from mainspring.site import garbage

    garbage.settle()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings):
    from django.db import connections

    options = connections["default"].settings_dict["OPTIONS"]
    options.pop("pool", None)
    options["options"] = "-c synchronous_commit=off"
    if os.environ.get("DATABASE_URL"):
        yield
        return
    from mainspring.site import postgres

    # Settings may have been read before this file named the tests' data folder: the server says where it listens.
    with postgres.Server() as server:
        host = dict(parse_qsl(urlsplit(server.url()).query)).get("host")
        connections["default"].settings_dict["HOST"] = host or connections["default"].settings_dict["HOST"]
        yield


@pytest.fixture(scope="session")
def django_db_setup(request, django_test_environment, django_db_blocker, django_db_modify_db_settings):
    import psycopg
    from django.db import connections

    connection = connections["default"]
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    name, template = f"test_{worker}_{os.getpid()}", f"template_{_schema_digest()[:16]}"
    with django_db_blocker.unblock():
        admin = psycopg.connect(**{**connection.get_connection_params(), "dbname": "postgres", "cursor_factory": None,
                                   "context": None}, autocommit=True)  # fmt: skip
        with open(Path(os.environ["MAINSPRING_DATA"]) / "template.lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            have = {row[0] for row in admin.execute("SELECT datname FROM pg_database WHERE datname ~ '^template_'")}
            if template not in have:
                _make_template(connection, admin, template)
                for old in have:
                    admin.execute(f'DROP DATABASE IF EXISTS "{old}" WITH (FORCE)')
            admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        connection.settings_dict["NAME"] = name
    yield
    with django_db_blocker.unblock():
        connections.close_all()
        admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        admin.close()


def _make_template(connection, admin, template: str) -> None:
    """Create the tables in an empty database and keep it under the template's name."""
    from mainspring.site.commands import migrate

    draft = f"{template}_draft"
    admin.execute(f'DROP DATABASE IF EXISTS "{draft}" WITH (FORCE)')
    admin.execute(f'CREATE DATABASE "{draft}"')
    connection.settings_dict["NAME"] = draft
    migrate.migrate(verbosity=0)
    connection.close()
    admin.execute(f'ALTER DATABASE "{draft}" RENAME TO "{template}"')


def _schema_digest() -> str:
    """What the tables, guards and seeds of the product come from."""
    from django.apps import apps
    from django.conf import settings

    from mainspring.kernel import database, lean_indexes, roles, rowhistory

    everywhere = (rowhistory.REMOVED, rowhistory.CHANGED, rowhistory.TEST, lean_indexes.LEAN, database.REFUSE_CHANGE)
    digest = hashlib.sha256(repr((settings.INSTALLED_APPS, sorted(database._declared.items()), everywhere,
                                  sorted(roles.declared().items()))).encode())  # fmt: skip
    folders = [Path(config.path) for config in apps.get_app_configs() if "mainspring" in config.name]
    for path in sorted(
        p for folder in folders for pattern in ("migrations/*.py", "defaults.py") for p in folder.glob(pattern)
    ):
        digest.update(path.read_bytes())
    return digest.hexdigest()
