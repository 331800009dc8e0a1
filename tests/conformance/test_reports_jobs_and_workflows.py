"""What every report, scheduled job and workflow must do, whatever module brings it."""

import csv
import io
import re

import pytest
from django.apps import apps
from django.test import Client
from django.utils import translation

from mainspring.kernel import jobs, reports, resource, workflow
from mainspring.kernel.context import Context
from mainspring.kernel.models import Membership, Role, User
from mainspring.web import interface_strings

REPORTS = [pytest.param(report, id=name) for name, report in sorted(reports.registry.items())]
SCHEDULED = [pytest.param(job, id=name) for name, job in sorted(jobs.registry.items()) if job.schedule]
WORKFLOWS = [
    pytest.param(model, id=model._meta.label_lower) for model in apps.get_models() if getattr(model, "workflow", None)
]


def _given(samples, report) -> dict:
    """A parameter for each that has no initial value."""
    ctx = Context(samples.user, samples.company.created_at.date(), samples.company.pk)
    found = {}
    for p in report.parameters:
        if p.kind == "link" and p.required and report.initial(ctx)[p.name] in (None, ""):
            found[p.name] = samples.one(apps.get_model(p.to)).pk
    return found


@pytest.mark.parametrize("report", REPORTS)
def test_a_report_answers_as_page_and_as_file(boss, samples, report):
    samples.one(apps.get_model(report.entity))
    given = _given(samples, report)
    page = boss.get(f"/reports/{report.name}/", given)
    assert page.status_code == 200
    assert str(report.title) in page.content.decode()
    sheet = boss.get(f"/reports/{report.name}/", given | {"format": "csv"})
    assert sheet["Content-Type"].startswith("text/csv"), "it needs more than its parameters propose"
    rows = list(csv.reader(io.StringIO(b"".join(sheet.streaming_content).decode("utf-8-sig"))))
    assert len(rows[0]) == len(report.columns)
    assert all(len(row) == len(rows[0]) for row in rows)
    assert boss.get(f"/reports/{report.name}/", given | {"format": "xlsx"}).status_code == 200


@pytest.mark.parametrize("report", REPORTS)
def test_a_report_is_closed_to_those_who_may_not_see_its_records(samples, report):
    user = User.objects.create(username="hr", default_company=samples.company)
    Membership.objects.create(user=user, role=Role.objects.get(code="hr"), company=samples.company)
    ctx = Context(user, samples.company.created_at.date(), samples.company.pk)
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    for form in ({}, {"format": "csv"}):
        assert client.get(f"/reports/{report.name}/", form).status_code == (200 if report.allowed(ctx) else 404)
    assert not report.allowed(ctx) or report.entity.startswith(
        ("kernel.", "organization.", "purchasing.purchaserequest")
    )


@pytest.mark.parametrize("job", SCHEDULED)
def test_a_scheduled_job_may_run_twice(samples, job):
    for _turn in range(2):
        made = jobs._queue(
            job,
            due_at=samples.company.created_at,
            company_id=samples.company.pk if job.per_company else None,
            business_date=samples.company.created_at.date(),
        )
        assert jobs.execute(made.pk)
        made.refresh_from_db()
        assert made.state == "done", made.error


@pytest.mark.parametrize("model", WORKFLOWS)
def test_a_workflow_is_whole(model):
    flow = model.workflow
    known = set(flow.states)
    assert flow.initial in known
    assert {s for v in flow.verbs for s in v.sources} <= known
    assert set(flow.editable) <= known | {"draft"}
    for state in known:
        assert flow.label(state).strip()
    names = [v.name for v in workflow.verbs_of(model)]
    assert len(names) == len(set(names))
    for verb in workflow.verbs_of(model):
        assert verb.title.strip()
        assert verb.target or workflow.effect_of(model, verb.name), f"{verb.name} does nothing"
        assert all(i.kind in workflow.KINDS and (i.kind != "link" or apps.get_model(i.to)) for i in verb.ask)
    reached, before = {flow.initial}, set()
    while reached != before:
        before = set(reached)
        reached |= {v.target for v in flow.verbs if v.target and (not v.sources or reached & set(v.sources))}
    led = known - reached - set(flow.labels)
    assert not led, f"no verb leads to {led}"
    if resource.of(model) is not None:
        assert all(flow.color(state) for state in known)


def test_titles_of_groups_in_forms_are_translated():
    """They are written without quotation marks, so `interface_strings` lists those no module translates anyway."""
    titles = {
        title.replace("_", " ")
        for res in resource.registry.values()
        for title in re.findall(r"(?:^|\|)\s*([A-Z]\w*):", res.form)
        if not res.module.startswith("fleet")
    }
    with translation.override("lt"):
        missing = {title for title in titles if translation.gettext(title) == title}
    assert not missing - set(interface_strings.FORM_TITLES)
