"""The database server of the tests: started when a test first asks for the database, stopped at the end.

Tests keep a data folder of their own (MAINSPRING_TEST_DATA, default .data/test) and commit without waiting for the
disk; the server itself keeps fsync on.
"""

import os
from urllib.parse import parse_qsl, urlsplit

os.environ["MAINSPRING_DATA"] = os.environ.get("MAINSPRING_TEST_DATA") or ".data/test"

import pytest


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
