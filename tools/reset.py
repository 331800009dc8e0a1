"""Throw an instance's data folder away; refuses while its server runs."""

import shutil
import sys
from pathlib import Path


def main(folder: Path) -> int:
    if not folder.exists():
        return 0
    if (folder / "postgres" / "postmaster.pid").exists() and _server_alive(folder):
        print(f"{folder} is in use; stop Mainspring first", file=sys.stderr)
        return 1
    if not any((folder / mark).exists() for mark in ("secrets.json", "postgres", "test")):
        print(f"{folder} does not look like a data folder; nothing removed", file=sys.stderr)
        return 1
    shutil.rmtree(folder)
    return 0


def _server_alive(folder: Path) -> bool:
    pid = (folder / "postgres" / "postmaster.pid").read_text().split("\n", 1)[0]
    return pid.isdigit() and Path(f"/proc/{pid}").exists()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
