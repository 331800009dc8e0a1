"""What a person may not see does not exist for them, on every surface alike (rule Z06).

For every kind of record every role looks at one record of its company in every way there is: list, record, REST list
and record, export, autocomplete, search, timeline, dossier, print. All say the same as the role's grants; so they do to
a stranger who works for another company.
"""

import pytest
from django.test import Client
from django.utils import timezone
from makers import DAY

from mainspring.kernel import access, policies, resource, roles
from mainspring.kernel.context import Context
from mainspring.kernel.models import Company, Document, Membership, Role, User
from mainspring.web import addresses
from mainspring.web.views import searching

RESOURCES = [pytest.param(res, id=key) for key, res in sorted(resource.registry.items())]
ROLES = sorted(roles.declared())
ASKED = {"view", "change", "export", "print", "*"}
"""The verbs surfaces ask for; what else a role may do changes nothing here."""
EVERYWHERE = 40  # rows of a table that fit on the first page of a list and into one answer of the API


class Person:
    """Somebody with a role, and what each surface shows of a record."""

    def __init__(self, name: str, role: str, company: Company):
        self.user = User.objects.create(username=name, default_company=company)
        Membership.objects.create(user=self.user, role=Role.objects.get(code=role), company=company)
        self.ctx = Context(self.user, max(DAY, timezone.localdate()), company.pk)
        self.client = Client()
        self.client.force_login(self.user, backend="django.contrib.auth.backends.ModelBackend")

    def sees(self, res, record) -> bool:
        """What the grants say."""
        allowed = access.can(self.ctx, res.model, "view")
        return allowed and access.rows(self.ctx, res.model).filter(pk=record.pk).exists()

    def sees_some(self, res) -> bool:
        return access.can(self.ctx, res.model, "view") and access.rows(self.ctx, res.model).exists()

    def views(self, res, record):
        """(surface, whether the record is there) of every surface."""
        yield "page", self._answers(addresses.of_resource(res, record.pk))
        yield "edit", self._answers(addresses.of_resource(res, record.pk, "edit")) and self._may("change", res)
        yield "REST record", self._answers(f"/api/v1/{res.key}/{record.pk}/")
        yield "list", self._names(addresses.of_resource(res, view="all"), f"/{res.key}/{record.pk}/")
        yield "REST list", self._holds(f"/api/v1/{res.key}/?size=200", record)
        label = res.model._meta.label_lower
        if resource.of(res.model) is res:
            yield "timeline", self._answers(f"/timeline/{label}/{record.pk}/")
            yield "lookup", self._names(f"/lookup/{label}/?q={_word(res, record)}", f'"{record.pk}"', f": {record.pk},")
            yield "search", self._names(f"/search/?q={_word(res, record)}", f"/{res.key}/{record.pk}/")
        if isinstance(record, Document):
            yield "dossier", self._answers(f"/dossier/{record.pk}/")
        if res.is_document:
            yield "print", self._answers(addresses.of_resource(res, record.pk, "print"))
        exported = self.client.get(addresses.of_resource(res, "export", format="csv"))
        yield "export", exported.status_code == 200 and len(b"".join(exported.streaming_content).splitlines()) > 1

    def _may(self, verb: str, res) -> bool:
        return access.can(self.ctx, res.model, verb)

    def _answers(self, path: str) -> bool:
        answer = self.client.get(path)
        assert answer.status_code < 500, f"{path}: {answer.status_code}"
        return answer.status_code in (200, 409)  # 409: it is there, but not in a state for this

    def _names(self, path: str, *texts: str) -> bool:
        answer = self.client.get(path)
        assert answer.status_code < 500, f"{path}: {answer.status_code}"
        return answer.status_code == 200 and any(text in answer.content.decode() for text in texts)

    def _holds(self, path: str, record) -> bool:
        """Whether an answer of the interface has the record among its results."""
        answer = self.client.get(path)
        assert answer.status_code in (200, 403, 404), f"{path}: {answer.status_code}"
        return answer.status_code == 200 and str(record.pk) in {str(one["id"]) for one in answer.json()["results"]}


SOME_ONLY = {"lookup", "search", "export", "edit", "print", "dossier"}
"""Surfaces that may leave out what one may see, for want of words or of a further right; never the reverse."""


def look(person: Person, res, record) -> list[str]:
    """Surfaces that disagree with what the person may see."""
    seen = person.sees(res, record)
    crowded = res.model._default_manager.count() > EVERYWHERE
    wrong = []
    for surface, there in person.views(res, record):
        if surface == "export" and res.key == "kernel/exports":
            continue  # to take this list out makes an entry of one's own in it
        expected = person.sees_some(res) if surface == "export" else seen  # asked for last: exports are noted, too
        excused = surface in SOME_ONLY or (crowded and surface in ("list", "REST list"))
        if there != expected and not (expected and excused):
            wrong.append(f"{surface} of {res.key}: {there}, but the grants say {expected}")
    return wrong


def roles_by_grants(res) -> list[list[str]]:
    """Every role, those together whose grants say the same of what surfaces ask: one of them looks for the others."""
    label, alike = res.model._meta.label_lower, {}
    for role in ROLES:
        granted = tuple(
            (entity, *sorted(ASKED.intersection(verbs)), scope, str(fields))
            for entity, verbs, scope, fields in roles.declared()[role].grants
            if entity in ("*", label, f"{label.split('.')[0]}.*")
        )
        alike.setdefault((roles.declared()[role].portal, granted), []).append(role)
    return list(alike.values())


@pytest.fixture(autouse=True)
def _calls(monkeypatch):
    monkeypatch.setenv("MAINSPRING_API_RATE", "100000000")


@pytest.fixture
def searched(monkeypatch, res):
    """The search looks among records of this kind only: each kind is searched alike, and apart from all others."""
    monkeypatch.setattr(searching, "searched", lambda ctx: [res] if res in every(ctx) else [])


every = searching.searched


@pytest.mark.usefixtures("searched")
@pytest.mark.parametrize("res", RESOURCES)
def test_all_surfaces_show_the_same(samples, res):
    record = samples.one(res.model)
    for alike in roles_by_grants(res):
        assert look(Person(f"{alike[0]}-here", alike[0], samples.company), res, record) == [], alike


@pytest.mark.usefixtures("searched")
@pytest.mark.parametrize("res", RESOURCES)
def test_a_record_of_one_company_does_not_exist_for_another(samples, res):
    record = samples.one(res.model)
    other = Company.objects.create(code="BETA", name="Beta", base_currency=samples.company.base_currency)
    assert look(Person("stranger", "manager", other), res, record) == []


@pytest.mark.slow
@pytest.mark.parametrize("role", ROLES)
def test_every_role_sees_the_same_everywhere(samples, role):
    person, wrong = Person(f"{role}-here", role, samples.company), []
    for res in (p.values[0] for p in RESOURCES):
        record = samples.one(res.model)
        policies.forget(person.user)
        wrong += look(person, res, record)
    assert wrong == []


def _word(res, record) -> str:
    """A word the record is found by; its key when nothing of it is searched."""
    for path in res.names("search"):
        value = getattr(record, path, "")
        if isinstance(value, str) and len(value) > 2:
            return value
    return str(record.pk)
