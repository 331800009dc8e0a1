"""The plan in memory kept as a file of columns, so that a planner that starts again is current at once.

A file counts only for the very version of the plan the database is at, on the same day, read by the program that wrote
it; in every other case the plan is read anew from the database, which is always right.
"""

import hashlib
import logging
import pickle
from functools import cache
from pathlib import Path
from uuid import UUID, uuid4

from django.conf import settings

from mainspring import engines
from mainspring.kernel import database

from .following import Kept
from .holding import Held

logger = logging.getLogger(__name__)


def save(company_id: int, kept: Kept) -> bool:
    """Keep the plan, if it is the one the database is at; whether it was kept."""
    held = kept.held
    if held is None or _state(company_id).get("version") != kept.version:
        return False
    held.why = None
    name = uuid4()
    draft = _path(name).with_suffix(".draft")
    with draft.open("wb") as stream:
        pickle.dump((_program(), kept.version, kept.at, held), stream, protocol=5)
    draft.replace(_path(name))
    before = _state(company_id).get("snapshot")
    database.execute(
        """UPDATE planning_planstate SET snapshot = %(name)s, snapshot_of = %(version)s
        WHERE company_id = %(company)s AND version = %(version)s""",
        name=name,
        version=kept.version,
        company=company_id,
    )
    if before:
        _path(before).unlink(missing_ok=True)
    return True


def load(company_id: int) -> Kept:
    """The plan as it was kept, if it is still the one the database is at; else nothing is held yet."""
    kept, state = Kept(), _state(company_id)
    if not state.get("snapshot") or state["snapshot_of"] != state["version"]:
        return kept
    try:
        with _path(state["snapshot"]).open("rb") as stream:
            program, version, at, held = pickle.load(stream)
    except Exception as error:  # whatever is wrong with the file: the database has the plan
        logger.info("the kept plan of company %s is read anew: %s", company_id, error)
        return kept
    if (program, version) == (_program(), state["version"]) and isinstance(held, Held):
        kept.held, kept.version, kept.at = held, version, at
    return kept


def _state(company_id: int) -> dict:
    found = database.rows(
        "SELECT version, snapshot, snapshot_of FROM planning_planstate WHERE company_id = %(company)s",
        company=company_id,
    )
    return found[0] if found else {}


def _path(name: UUID) -> Path:
    return Path(settings.PLANS_FOLDER) / f"{name}.plan"


@cache
def _program() -> str:
    """What wrote the file: another program may mean something else by its columns."""
    sources = [Path(__file__).parent, Path(engines.__file__).parent / "mrp"]
    files = sorted(path for folder in sources for path in folder.glob("*.py"))
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()
