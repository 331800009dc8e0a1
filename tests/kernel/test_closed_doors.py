"""Ways around the permissions that were once open: each is tried again here."""

import io
import json

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from mainspring_fleet.models import Inspection, Vehicle

from mainspring.kernel import access, collaboration, commands, dossier, resource, timeline, tokens, webhooks
from mainspring.kernel.exchange import importing, rules
from mainspring.kernel.models import AuditEntry, Membership, Role, RoleGrant, User, WebhookEndpoint

MODEL_BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def boss(cast):
    return cast.person("boss", superuser=True)


@pytest.fixture
def van(cast, boss):
    return commands.create(Vehicle, cast.ctx(boss), plate="ABC123", phone="+370 600 11111", keeper=boss)


@pytest.fixture
def inspection(cast, boss, van):
    return commands.create(
        Inspection, cast.ctx(boss), vehicle=van, done_on="2026-03-02", lines=[{"finding": "Brakes", "price": "150"}]
    )


def with_grant(cast, name, *grants, portal=False):
    """A person whose role has these grants: (entity, verbs, scope, fields)."""
    role = Role.objects.create(code=name, name=name, portal=portal)
    for entity, verbs, scope, fields in grants:
        RoleGrant.objects.create(role=role, entity=entity, verbs=verbs.split(), scope=scope, fields=fields)
    return cast.person(name, name)


def test_a_hidden_field_of_lines_is_neither_shown_nor_set(cast, inspection):
    clerk = with_grant(cast, "clerk", ("fleet.inspection", "view change", "company", {"lines.price": "hide"}))
    ctx, line = cast.ctx(clerk), inspection.lines.get()
    with pytest.raises(ValidationError) as refusal:
        commands.change(inspection, ctx, lines=[{"id": line.pk, "price": "1"}])
    assert list(refusal.value.message_dict) == ["lines.0.price"]
    assert commands.change(inspection, ctx, lines=[{"id": line.pk, "finding": "Lamps"}]).lines.get().price == 150
    assert "lines.price" not in rules.targets(resource.of(Inspection), ctx)
    assert "lines.finding" in rules.targets(resource.of(Inspection), ctx)
    shown = json.dumps([vars(e) for e in timeline.entries(ctx, inspection)[0]], default=str)
    assert "150" not in shown


def test_the_timeline_masks_what_is_clear_on_own_rows_only(cast, boss, van):
    van = commands.change(van, cast.ctx(boss), phone="+370 600 22222")
    stranger = with_grant(cast, "stranger", ("fleet.vehicle", "view change", "company", {}))
    told = json.dumps([vars(e) for e in timeline.entries(cast.ctx(stranger), van)[0]], default=str)
    assert "11111" not in told
    assert "22222" not in told
    told = json.dumps([vars(e) for e in timeline.entries(cast.ctx(boss), van)[0]], default=str)
    assert "11111" in told
    assert "22222" in told


def test_a_form_offers_no_value_that_is_masked_on_this_row(client, settings, cast, van):
    settings.ALLOWED_HOSTS = ["testserver"]
    stranger = with_grant(cast, "stranger", ("fleet.vehicle", "view change", "company", {}))
    client.force_login(stranger, backend=MODEL_BACKEND)
    for path in (f"{van.pk}/edit/", f"{van.pk}/fact/phone/", f"{van.pk}/", f"cell/?id={van.pk}&column=phone", ""):
        answer = client.get(f"/mainspring_fleet/vehicles/{path}")
        assert (answer.status_code, "11111" in answer.content.decode()) == (200, False), path


def test_people_from_outside_read_neither_talk_nor_drafts_nor_other_documents(
    cast, boss, van, inspection, settings, tmp_path
):
    settings.MEDIA_ROOT = tmp_path
    guest = with_grant(cast, "outside", ("fleet.vehicle", "view", "company", {}), portal=True)
    ours, theirs = cast.ctx(boss), cast.ctx(guest)
    collaboration.add_note(van, ours, text="Do not tell them @outside")
    collaboration.attach(van, ours, name="costs.txt", content=io.BytesIO(b"secret"))
    collaboration.add_note(van, theirs, text="When will it be ready?")
    told = json.dumps([vars(e) for e in timeline.entries(theirs, van)[0]], default=str)
    assert "When will" in told
    assert "Do not tell" not in told
    assert "costs" not in told
    assert "boss" not in told
    assert collaboration.mentionable(van, theirs, "bo") == []
    assert "Do not tell" in json.dumps([vars(e) for e in timeline.entries(ours, van)[0]], default=str)


def test_a_draft_is_not_yet_said_to_the_other_party(cast, boss, inspection, monkeypatch):
    monkeypatch.setattr(Inspection, "scope_paths", {"party": "vehicle"})
    monkeypatch.setattr(access, "party_ids", lambda user: [inspection.vehicle_id])
    guest = cast.ctx(with_grant(cast, "outside", ("fleet.inspection", "view", "party", {}), portal=True))
    assert not access.rows(guest, Inspection).exists()
    commands.perform(inspection, "submit", cast.ctx(boss))
    assert access.rows(guest, Inspection).exists()
    graph = dossier.graph(guest, inspection.pk)
    assert [n.people for n in graph.nodes] == [[]]
    assert not any(n.restricted for n in graph.nodes)


def test_a_token_stays_with_its_person_and_a_limited_one_widens_nothing(cast, boss):
    keeper = with_grant(cast, "tokens", ("kernel.apitoken", "view change", "company", {}))
    token, _text = tokens.issue(keeper, "mine", scopes={"kernel.apitoken": ["view", "change"]})
    with pytest.raises(ValidationError) as refusal:
        commands.change(token, cast.ctx(keeper), user=boss)
    assert "user" in refusal.value.message_dict
    for scopes in ([], "x", {"a": "view"}, {"a": [1]}):
        with pytest.raises(ValidationError):
            commands.change(token, cast.ctx(keeper), scopes=scopes)
    found = tokens.resolve(_text, cast.ctx(keeper).business_date)
    ctx = cast.ctx(keeper)
    keeper._policy = found.user._policy
    with pytest.raises(PermissionDenied):
        commands.change(token, ctx, scopes={})
    token.refresh_from_db()
    assert token.scopes == {"kernel.apitoken": ["view", "change"]}


def test_roles_are_given_only_where_one_administers(cast):
    ada = cast.person("ada", "administrator")
    manager = Role.objects.get(code="manager")
    for company in (None, cast.other_company):
        with pytest.raises((ValidationError, PermissionDenied)):
            commands.create(Membership, cast.ctx(ada), user=ada, role=manager, company=company)
    own = commands.create(Membership, cast.ctx(ada), user=ada, role=manager, company=cast.company)
    with pytest.raises((ValidationError, PermissionDenied)):
        commands.change(own, cast.ctx(ada), company=None)
    assert set(Membership.objects.filter(user=ada).values_list("company", flat=True)) == {cast.company.pk}


def test_an_administrator_does_not_become_a_system_administrator(cast, boss):
    ada = cast.person("ada", "administrator")
    with pytest.raises(PermissionDenied):
        commands.change(boss, cast.ctx(ada), email="ada@example.com")
    with pytest.raises(ValidationError):
        commands.change(ada, cast.ctx(ada), is_superuser=True)
    boss.refresh_from_db()
    assert boss.email == ""
    assert not User.objects.get(pk=ada.pk).is_superuser


def test_the_secret_of_a_webhook_goes_into_no_trail(cast, boss, monkeypatch):
    monkeypatch.setattr(webhooks, "check_address", lambda url: [])
    made = commands.create(
        WebhookEndpoint, cast.ctx(boss), name="Shop", url="https://shop.example/", secret="whsec_very_secret"
    )
    commands.change(made, cast.ctx(boss), secret="whsec_other_secret")
    assert not AuditEntry.objects.filter(details__icontains="_secret").exists()
    auditor = with_grant(cast, "reader", ("*", "view", "company", {}))
    told = json.dumps([vars(e) for e in timeline.entries(cast.ctx(auditor), made)[0]], default=str)
    assert "very_secret" not in told
    assert "other_secret" not in told


def test_a_file_makes_no_record_that_comes_from_other_records(cast, boss, tmp_path, settings, monkeypatch):
    settings.MEDIA_ROOT = tmp_path / "media"
    file = tmp_path / "vehicles.csv"
    file.write_text("plate\nNEW1\n")
    monkeypatch.setattr(type(resource.of(Vehicle)), "creatable", False)
    run = importing.start(resource.of(Vehicle), cast.ctx(boss), file, {"columns": {"plate": "plate"}})
    assert importing.check(run, cast.ctx(boss)).rows_wrong == 1


def test_what_has_no_page_is_not_looked_up(client, settings, cast, boss, van):
    settings.ALLOWED_HOSTS = ["testserver"]
    collaboration.add_note(van, cast.ctx(boss), text="inside")
    client.force_login(boss, backend=MODEL_BACKEND)
    for label in ("kernel.note", "kernel.rowhistory", "kernel.idempotencykey", "sessions.session", "nothing"):
        assert client.get(f"/lookup/{label}/?q=i").status_code == 404
