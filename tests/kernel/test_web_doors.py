"""The web from outside: foreign sites, foreign hosts, hostile texts and files."""

import csv
import io
import json
from urllib.parse import quote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from mainspring_fleet.models import Inspection, Vehicle

from mainspring.kernel import commands, printing
from mainspring.kernel.models import Attachment, CustomField

EVIL = "\"><img src=x onerror=alert(1)><script>alert(2)</script>'{{7*7}}"
MODEL_BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture(autouse=True)
def _house(settings, tmp_path):
    settings.ALLOWED_HOSTS, settings.MEDIA_ROOT = ["testserver"], tmp_path


@pytest.fixture
def boss(cast):
    return cast.person("boss", superuser=True)


@pytest.fixture
def browser(boss):
    client = Client(enforce_csrf_checks=True)
    client.force_login(boss, backend=MODEL_BACKEND)
    return client


@pytest.fixture
def van(cast, boss):
    return commands.create(Vehicle, cast.ctx(boss), plate="<b>X1</b>", model_name=EVIL[:60], keeper=boss)


def patterns(resolver, prefix=""):
    for one in resolver.url_patterns:
        if isinstance(one, URLResolver):
            yield from patterns(one, prefix + str(one.pattern))
        elif isinstance(one, URLPattern):
            yield prefix + str(one.pattern)


def test_no_page_of_another_site_changes_anything(browser, van):
    """Every address refuses a POST without the token of the form, whoever is signed in."""
    values = {"<slug:module>": "mainspring_fleet", "<slug:slug>": "vehicles", "<str:pk>": str(van.pk),
              "<int:pk>": str(van.pk),
              "<str:label>": "fleet.vehicle", "<str:module>": "mainspring_fleet", "<str:resources>": "vehicles",
              "<slug:name>": "delete", "<str:name>": "plate", "<str:verb>": "hand_over", "<int:run>": "1",
              "<int:number>": "0", "<slug:resources>": "vehicles", "<slug:verb>": "hand_over"}  # fmt: skip
    tried = 0
    for pattern in patterns(get_resolver()):
        path = "/" + pattern
        for name, value in values.items():
            path = path.replace(name, value)
        if any(sign in path for sign in "<^(\\") or path.startswith(("/static", "/health", "/metrics")):
            continue
        for kind in ("application/x-www-form-urlencoded", "application/json"):
            answer = browser.post(path, data="{}" if "json" in kind else "a=1", content_type=kind)
            assert answer.status_code in (403, 404, 405, 415), f"{path}: {answer.status_code}"
        tried += 1
    assert tried > 40
    assert Vehicle.objects.get().plate == "<b>X1</b>"


def test_strange_hosts_and_strange_ways_back_are_refused(client, boss, cast):
    client.force_login(boss, backend=MODEL_BACKEND)
    assert client.get("/", headers={"Host": "evil.example"}).status_code == 400
    for there in (
        "//evil.example/",
        "https://evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "\t//evil.example",
    ):
        for path, data in (("/language/", {"language": "lt"}), ("/switch/", {"company": str(cast.company.pk)})):
            answer = client.post(path, {**data, "next": there})
            assert answer.status_code == 302
            assert answer["Location"].startswith("/")
            assert not answer["Location"].startswith(("//", "/\\"))
    signed_out = Client()
    answer = signed_out.get("/mainspring_fleet/vehicles/?next=//evil.example")
    assert answer["Location"].startswith("/accounts/login/?next=/mainspring_fleet/")


def test_a_person_works_in_no_company_without_a_role(client, cast):
    ona = cast.person("ona", "fleet_manager")
    client.force_login(ona, backend=MODEL_BACKEND)
    assert client.post("/switch/", {"company": cast.other_company.pk}).status_code == 403
    answer = client.get("/api/v1/mainspring_fleet/vehicles/", headers={"Mainspring-Company": "BETA"})
    assert answer.status_code == 404


def test_hostile_texts_stay_texts_on_every_page(client, cast, boss, van):
    commands.create(
        CustomField, cast.ctx(boss), entity="fleet.vehicle", name="evil", label=EVIL[:60], kind="text", help_text=EVIL
    )
    commands.change(van, cast.ctx(boss), custom_values={"evil": EVIL}, seats=4)
    client.force_login(boss, backend=MODEL_BACKEND)
    client.post(f"/timeline/fleet.vehicle/{van.pk}/notes/", {"text": EVIL})
    client.post("/mainspring_fleet/vehicles/views/?q=x", {"name": EVIL[:60]})
    of_list = " ?q=alert new/?copy=PK help/ new/?model_name=EVIL ?order=EVIL ?EVIL=1 PK/ PK/edit/ PK/fact/model_name/"
    paths = [f"/mainspring_fleet/vehicles/{path.replace('PK', str(van.pk))}" for path in of_list.split(" ")]
    paths += [
        f"/timeline/fleet.vehicle/{van.pk}/",
        *["/", "/search/?q=X1", "/search/?q=EVIL", "/dossier/?q=EVIL", "/nothing/EVIL/"],
    ]
    for path in (path.replace("EVIL", quote(EVIL)) for path in paths):
        answer = client.get(path)
        assert answer.status_code == (404 if "nothing" in path else 200), path
        page = answer.content.decode()
        assert "<img src=x" not in page, path
        assert "<script>alert(2)" not in page, path
        assert "<b>X1</b>" not in page, path
        assert "'49" not in page, path


def test_a_spreadsheet_runs_nothing_of_an_export(client, cast, boss):
    for n, text in enumerate(("=cmd|' /C calc'!A0", "+1", "-2", "@SUM(A1)", "\t=1", "＝1")):
        commands.create(Vehicle, cast.ctx(boss), plate=f"P{n}", model_name=text)
    client.force_login(boss, backend=MODEL_BACKEND)
    answer = client.get("/mainspring_fleet/vehicles/export/?format=csv&columns=model_name")
    assert answer.status_code == 200, answer.content[:300]
    raw = answer.getvalue()
    cells = [cell for row in csv.reader(io.StringIO(raw.decode("utf-8-sig"))) for cell in row]
    assert not [cell for cell in cells if cell[:1] in ("=", "+", "-", "@", "\t", "\r")]


def test_files_run_nowhere_and_names_lead_nowhere(client, boss, van):
    client.force_login(boss, backend=MODEL_BACKEND)
    at = f"/timeline/fleet.vehicle/{van.pk}/files/"
    for name in ("x.html", "x.HTM", "x.js", "x.exe", "x.xhtml", "x.svgz", "x.html.", "x.html "):
        assert client.post(at, {"file": SimpleUploadedFile(name, b"<script>")}).status_code == 422, name
    for name, content in (
        ("../../../etc/x.svg", b"<svg onload='alert(1)'/>"),
        ("a\r\nSet-Cookie: x=1.xml", b"<x/>"),
        ("x.png", b"<script>"),
    ):
        client.post(at, {"file": SimpleUploadedFile(name, content)})
    for file in Attachment.objects.all():
        answer = client.get(f"/files/{file.pk}/")
        b"".join(answer.streaming_content)
        assert "/" not in file.name
        assert "\n" not in file.name
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer["Content-Security-Policy"]
        assert "script" not in answer["Content-Type"]
        assert "svg" not in answer["Content-Type"]
        assert "html" not in answer["Content-Type"]
        assert "Set-Cookie" not in answer.headers


def test_a_printed_text_is_no_program(cast, boss, van):
    note = '#read("/etc/passwd") #panic("x") $x$ *b* _i_ `c` @ref <lab> #import "x" \\ // /* ] ) }'
    made = commands.create(
        Inspection,
        cast.ctx(boss),
        vehicle=van,
        done_on="2026-03-02",
        note=note,
        lines=[{"finding": note[:80], "price": "1"}],
    )
    assert printing.pdf(made, cast.ctx(boss)).startswith(b"%PDF")


def test_a_session_of_before_is_worth_nothing_after_signing_in(client, cast):
    ona = cast.person("ona", "fleet_manager")
    ona.set_password("long-enough-secret")
    ona.save()
    client.get("/accounts/login/")
    session = client.session
    session["planted"] = "x"
    session.save()
    planted = session.session_key
    client.cookies["mainspring_session"] = planted
    answer = client.post("/accounts/login/", {"login": "ona", "password": "long-enough-secret"})
    assert answer.status_code == 302
    assert client.session.session_key != planted
    assert json.loads(client.get("/search/?q=x", headers={"Accept": "application/json"}).content)["groups"] is not None
