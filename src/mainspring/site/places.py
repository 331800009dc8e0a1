"""The data folder: everything an instance owns besides the program, named by MAINSPRING_DATA."""

import json
import os
import secrets
import tempfile
from pathlib import Path


def data_folder() -> Path:
    """Folder of this instance's data (default ./.data), created on first use."""
    folder = Path(os.environ.get("MAINSPRING_DATA") or ".data").expanduser().resolve()
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def attachments_folder() -> Path:
    """Folder of the files people attach to records."""
    return _private(data_folder() / "attachments")


def plans_folder() -> Path:
    """Folder of the plans the planner keeps, to be current again soon after it starts."""
    return _private(data_folder() / "plans")


def mail_folder() -> Path:
    """Folder the file-backed mail sender writes to."""
    return _private(data_folder() / "mail")


def secret(name: str) -> str:
    """A secret of this instance: from MAINSPRING_<NAME>, else generated once and kept in the data folder (mode 600)."""
    given = os.environ.get(f"MAINSPRING_{name.upper()}")
    if given:
        return given
    path = data_folder() / "secrets.json"
    if not path.exists():
        _create_once(
            path, json.dumps({"secret_key": secrets.token_urlsafe(64), "field_key": secrets.token_urlsafe(32)})
        )
    return json.loads(path.read_text())[name]


def _create_once(path: Path, text: str) -> None:
    """Write a new file of mode 600; the first of several processes wins and readers never see half a file."""
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=".secrets-")  # mkstemp gives mode 600
    with os.fdopen(handle, "w") as stream:
        stream.write(text)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        os.unlink(draft)


def _private(folder: Path) -> Path:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder
