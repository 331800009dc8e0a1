"""An external PostgreSQL over TCP: its database belongs to a role without special rights, as providers give it."""

import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import psycopg
import pytest

from mainspring.site import postgres

pytestmark = pytest.mark.slow
SOURCE = Path(__file__).resolve().parents[1] / "src"
PASSWORD = "p%ss word"  # what an address has to escape


class External:
    """Databases `old` and `new` of the role `keeper` on a server that listens on an address of its own."""

    def __init__(self, server: postgres.Server, address: str, folder: Path):
        self.server, self.address, self.folder = server, address, folder

    def mainspring(self, database: str, *arguments: str) -> subprocess.CompletedProcess:
        """Run the command line on one of the databases, with a data folder for it."""
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("MAINSPRING", "PYTEST", "DJANGO"))}
        environment |= {
            "DATABASE_URL": f"postgresql://keeper:p%25ss%20word@{self.address}:5432/{database}",
            "MAINSPRING_DATA": str(self.folder / database),
            "PYTHONPATH": str(SOURCE),
        }
        return subprocess.run(
            [sys.executable, "-m", "mainspring.site.cli", *arguments],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=900,
        )


@pytest.fixture
def external():
    """In a folder of its own: another test session takes the server's account the way through pytest's folders."""
    folder = Path(tempfile.mkdtemp(prefix="mainspring-"))
    server = postgres.Server(folder / "server")
    address = f"127.{random.randint(16, 250)}.{random.randint(1, 250)}.{random.randint(1, 250)}"
    with server:
        (server.cluster / "local.conf").write_text(f"listen_addresses = '{address}'\n")
        (server.cluster / "local.conf").chmod(0o644)
        with (server.cluster / "pg_hba.conf").open("a") as rules:
            rules.write("host all all 127.0.0.0/8 scram-sha-256\n")
        with psycopg.connect(server.url(), autocommit=True) as connection:
            connection.execute(f"CREATE ROLE keeper LOGIN PASSWORD '{PASSWORD}'")
            for name in ("old", "new"):
                connection.execute(f"CREATE DATABASE {name} OWNER keeper TEMPLATE template0")
    with server:  # started again, with the address
        yield External(server, address, folder)
    shutil.rmtree(folder)


@pytest.mark.skipif(bool(os.environ.get("DATABASE_URL")), reason="the embedded server plays the external one")
def test_a_company_on_an_external_server_is_made_checked_backed_up_and_brought_back(external):
    made = external.mainspring("old", "demo", "--size", "S")
    assert made.returncode == 0, made.stderr[-3000:]
    assert "mainspring-demo" in made.stdout

    audit = external.mainspring("old", "check", "--json")
    assert audit.returncode == 0, audit.stdout[-3000:]
    assert len(json.loads(audit.stdout)["checks"]) > 20

    file = external.folder / "backup.tar"
    assert external.mainspring("old", "backup", str(file)).returncode == 0
    back = external.mainspring("new", "restore", str(file))
    assert back.returncode == 0, back.stderr[-3000:]
    again = external.mainspring("new", "check", "--json")
    assert again.returncode == 0, again.stdout[-3000:]

    with psycopg.connect(external.server.url("old")) as old, psycopg.connect(external.server.url("new")) as new:
        for table in ("accounting_journalline", "stock_stockmove", "kernel_auditentry"):
            counts = [c.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for c in (old, new)]
            assert counts[0] == counts[1] > 0, table
    refused = external.mainspring("new", "restore", str(file))
    assert refused.returncode == 1
    assert "needs an empty one" in refused.stderr
