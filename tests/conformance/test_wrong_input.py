"""Nothing a person or program sends gives a server error, and what is refused names its field and changes nothing.

The calls are made from the schema and drawn with a fixed seed. MAINSPRING_WRONG_INPUT=200 draws more of them.
"""

import csv
import json
import os
import random

import odd_calls
import pytest
from django.core.exceptions import ValidationError
from django.db import transaction

from mainspring.kernel import access, resource
from mainspring.kernel.context import Context
from mainspring.kernel.exchange import importing, rules
from mainspring.kernel.models import AuditEntry

DRAWN = int(os.environ.get("MAINSPRING_WRONG_INPUT", "15"))
RESOURCES = [pytest.param(res, id=key) for key, res in sorted(resource.registry.items())]


def _comes_from_files(res) -> bool:
    """Whether records of the kind can be brought in: somebody may write them, and a file has a field to fill."""
    if getattr(res.model, "read_only", False):
        return False
    models = [res.model, *([res.line_model] if res.lines else [])]
    fields = [f for model in models for f in model._meta.concrete_fields if f.editable and not f.auto_created]
    return any(f.name not in ("custom", "document") for f in fields) or bool(rules.key_fields(res.model))


IMPORTED = [param for param in RESOURCES if _comes_from_files(param.values[0])]
NOT_IMPORTED = [param for param in RESOURCES if not _comes_from_files(param.values[0])]


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


@pytest.mark.parametrize("res", NOT_IMPORTED)
def test_what_nobody_writes_comes_from_no_file(samples, res):
    ctx = Context(samples.user, samples.company.created_at.date(), samples.company.pk)
    fillable = [path for path in rules.targets(res, ctx) if path != "external_id"]
    assert not fillable or not access.can(ctx, res.model, "import")


@pytest.mark.parametrize("res", IMPORTED)
def test_wrong_cells_of_a_file_are_named_and_nothing_arrives(samples, res, tmp_path):
    ctx = Context(samples.user, samples.company.created_at.date(), samples.company.pk)
    paths = [path for path in rules.targets(res, ctx) if path != "external_id"]
    assert paths
    assert access.can(ctx, res.model, "import")
    rolls, cells = random.Random(res.key), [text for text in odd_calls.WEB if "\x00" not in text and len(text) < 9000]
    file = tmp_path / "odd.csv"
    with file.open("w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(paths)
        writer.writerows([rolls.choice(cells) for _path in paths] for _row in range(12))
    run = importing.start(res, ctx, file, {"columns": {path: path for path in paths}, "delimiter": ","})
    before = res.model._default_manager.count()
    importing.check(run, ctx)
    assert run.rows_wrong
    assert all(problem["text"] for problem in run.problems)
    with pytest.raises(ValidationError):
        importing.carry_out(run, ctx)
    assert res.model._default_manager.count() == before


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
