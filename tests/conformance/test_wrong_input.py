"""Nothing a person or program sends gives a server error, and what is refused names its field and changes nothing.

The calls are made from the schema and drawn with a fixed seed. MAINSPRING_WRONG_INPUT=200 draws more of them.
"""

import json
import os
import random

import odd_calls
import pytest
from django.db import transaction

from mainspring.kernel import resource
from mainspring.kernel.context import Context
from mainspring.kernel.models import AuditEntry

DRAWN = int(os.environ.get("MAINSPRING_WRONG_INPUT", "15"))
RESOURCES = [pytest.param(res, id=key) for key, res in sorted(resource.registry.items())]


class _Undo(Exception):
    """Takes back what a call did."""


@pytest.fixture(autouse=True)
def _settings(settings, monkeypatch, tmp_path):
    settings.ALLOWED_HOSTS, settings.MEDIA_ROOT = ["testserver"], tmp_path
    monkeypatch.setenv("MAINSPRING_API_RATE", "100000000")


@pytest.mark.parametrize("res", RESOURCES)
def test_wrong_values_are_refused_by_name(boss, samples, res):
    record = next(iter(samples.some(res.model, 1)), None)
    ctx = Context(samples.user, samples.company.created_at.date(), samples.company.pk)
    drawn = odd_calls.Calls(res, record, ctx, odd_calls.chooser(res.key, 1))
    rolls = random.Random(res.key)
    for part in (drawn.questions, drawn.bodies, *([drawn.of_the_record] if record else [])):
        calls = list(part())
        for call in rolls.sample(calls, min(len(calls), DRAWN // 3)):
            check(boss, call)


def test_wrong_parameters_of_reports_and_of_the_frame(boss, samples):
    some = odd_calls.chooser("frame", max(2, DRAWN // 12))
    for call in [*odd_calls.of_reports(some), *odd_calls.of_the_frame(some)]:
        check(boss, call)


def check(client, call) -> None:
    """Send one call, look at the answer, take it back."""
    before = AuditEntry.objects.count()
    try:
        with transaction.atomic():
            answer = call.send(client)
            if getattr(answer, "streaming", False):
                b"".join(answer.streaming_content)
            assert answer.status_code < 500, f"{answer.status_code}: {call}"
            if answer.status_code >= 400 and call.method != "GET":
                assert AuditEntry.objects.count() == before, f"half done: {call}"
                _names_what_is_wrong(answer, call)
            raise _Undo
    except _Undo:
        pass


def _names_what_is_wrong(answer, call) -> None:
    """A refused change over the interface is a problem with field, rule and message of every fault."""
    if not call.path.startswith("/api/"):
        return
    problem = json.loads(answer.content)
    assert problem["title"], call
    assert problem["detail"], call
    if answer.status_code == 422:
        assert problem["errors"], call
        for one in problem["errors"]:
            assert {"field", "value", "rule", "message"} <= one.keys(), call
            assert one["message"], call
