"""Write one file that holds the whole instance: database, attachments and secrets. Work may go on meanwhile.

The database part is one consistent moment. For recovery to any point in time, use an external PostgreSQL with WAL
archiving and keep this file for attachments and secrets; docs/operations says how.
"""

import json
import os
import subprocess
import tarfile
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from mainspring.site import places, postgres

HELP = "write database, attachments and secrets into one file"
FORMAT = 1


def add_arguments(parser):
    parser.add_argument("file", nargs="?", type=Path, help="default backup-<date>.tar in the data folder")


def run(options):
    path = write(options.file)
    print(f"{path} ({path.stat().st_size / 1_000_000:.1f} MB; it holds secrets, keep it safe)")


def write(path: Path | None = None) -> Path:
    """The backup file, mode 600; it appears under its name only when complete."""
    moment = datetime.now(UTC)
    path = path or places.data_folder() / f"backup-{moment:%Y%m%d-%H%M%S}.tar"
    with tempfile.TemporaryDirectory(dir=path.resolve().parent, prefix=".backup-") as folder:
        dump, about, draft = (Path(folder) / name for name in ("database.dump", "about.json", "draft.tar"))
        run_client("pg_dump", "--format=custom", "--compress=6", "--no-owner", "--no-privileges", f"--file={dump}")
        about.write_text(json.dumps({"format": FORMAT, "written_at": moment.isoformat()}))
        draft.touch(mode=0o600)
        with tarfile.open(draft, "w") as archive:
            archive.add(about, "about.json")
            archive.add(dump, "database.dump")
            archive.add(places.data_folder() / "secrets.json", "secrets.json")
            archive.add(places.attachments_folder(), "attachments")
        os.replace(draft, path)
    return path


def run_client(program: str, *arguments: str) -> None:
    """Run a PostgreSQL client program on our database; ServerError with its message when it fails."""
    url = os.environ.get("DATABASE_URL") or postgres.Server().url()
    target = [f"--dbname={url}"]
    done = subprocess.run([str(postgres.BINARIES / program), *target, *arguments], capture_output=True, text=True,
                          check=False)  # fmt: skip
    if done.returncode:
        raise postgres.ServerError(f"{program} failed: {done.stderr.strip()[-2000:]}")
