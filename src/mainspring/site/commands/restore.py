"""Bring back what `backup` wrote. The database must be empty and the attachments folder too."""

import json
import os
import tarfile
import tempfile
from pathlib import Path

import psycopg
from django.core.exceptions import ValidationError

from mainspring.site import places, postgres
from mainspring.site.commands import backup

HELP = "bring a backup back into an empty database"
SETUP = "database"


def add_arguments(parser):
    parser.add_argument("file", type=Path)


def run(options):
    read(options.file)
    print("Restored. Start with: mainspring serve")


def read(path: Path) -> None:
    """Restore database, attachments and secrets. ValidationError when the file or the target is not fit for it."""
    _require_empty()
    with tempfile.TemporaryDirectory(dir=places.data_folder(), prefix=".restore-") as folder:
        _unpack(path, Path(folder))
        backup.run_client("pg_restore", "--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction",
                          f"{folder}/database.dump")  # fmt: skip
        attachments = places.attachments_folder()
        for part in sorted((Path(folder) / "attachments").iterdir()):
            os.replace(part, attachments / part.name)
        secrets = Path(folder) / "secrets.json"
        secrets.chmod(0o600)
        os.replace(secrets, places.data_folder() / "secrets.json")


def _require_empty() -> None:
    url = os.environ.get("DATABASE_URL") or postgres.Server().url()
    with psycopg.connect(url) as connection:
        found = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
    if found and found[0]:
        raise ValidationError(f"The database holds {found[0]} tables; restore needs an empty one.")
    if any(places.attachments_folder().iterdir()):
        raise ValidationError(f"{places.attachments_folder()} holds files; restore needs it empty.")


def _unpack(path: Path, folder: Path) -> None:
    try:
        with tarfile.open(path) as archive:
            archive.extractall(folder, filter="data")
        about = json.loads((folder / "about.json").read_text())
    except (OSError, tarfile.TarError, ValueError) as error:
        raise ValidationError(f"{path} is not a backup of Mainspring: {error}") from None
    if about.get("format") != backup.FORMAT:
        raise ValidationError(f"{path} has format {about.get('format')}; this version reads {backup.FORMAT}.")
