"""The demo company: the same in every run, in order by every check, and with business in every state."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow
LOOK = Path(__file__).with_name("look.py")

SHARED_LABELS = {"stock.Transfer": {"posted"}}
"""States a model names because it shares its labels with others, and never has."""


def _load(*arguments: str) -> dict:
    """In a folder of its own: another test session takes the server's account the way through pytest's folders."""
    folder = Path(tempfile.mkdtemp(prefix="mainspring-"))
    environment = {**os.environ, "MAINSPRING_DATA": str(folder / "data")}
    environment.pop("DATABASE_URL", None)
    done = subprocess.run(
        [sys.executable, str(LOOK), *arguments], env=environment, capture_output=True, text=True, check=False
    )
    shutil.rmtree(folder, ignore_errors=True)
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def small():
    return _load("S")


def test_every_check_is_clean(small):
    assert small["findings"] == {}


def test_there_is_business_in_every_state(small):
    from django.apps import apps

    missing = {}
    for label, found in small["states"].items():
        flow = apps.get_model(label).workflow
        reached = {
            flow.initial,
            *(v.target for v in flow.verbs if v.target),
            *(s for v in flow.verbs for s in v.sources),
        }
        wanted = reached - SHARED_LABELS.get(label, set())
        there = {key.partition(" ")[2] for key in found if key.startswith("MSB ")}
        if wanted - there:
            missing[label] = sorted(wanted - there)
    assert missing == {}


def test_little_is_refused(small):
    assert sum("refused" in line for line in small["said"]) <= 6, small["said"]


def test_it_is_the_same_every_time(small):
    again = _load("S")
    for part in ("states", "orders", "purchases", "production", "books", "shelves"):
        assert again[part] == small[part], part


def test_past_years_written_set_by_set_pass_every_check():
    found = _load("S", "400")
    assert found["findings"] == {}
    assert found["states"]["sales.SalesOrder"]["MSB closed"] >= 400
