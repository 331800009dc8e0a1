"""Files and notes over the interface: sent as forms, kept with the record, shared with the partner or not."""

import io

import pytest


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def pump(ctx):
    from shop.models import ShopItem

    from mainspring.kernel import commands

    return commands.create(ShopItem, ctx, code="P-40", name="Pump", price=100)


@pytest.fixture
def drawing_field(ctx):
    from mainspring.kernel import commands
    from mainspring.kernel.models import CustomField

    return commands.create(CustomField, ctx, entity="shop.shopitem", label="Drawing", kind="attachment")


def send(api, path, name="drawing.pdf", content=b"%PDF bracket", method="post", headers=None, **form):
    import json

    file = io.BytesIO(content)
    file.name = name
    answer = getattr(api.client, method)(f"/api/v1/{path}", {"file": file, **form}, headers=headers or {})
    answer.data = json.loads(answer.content)
    return answer


def test_a_file_for_an_attachment_field_is_sent_first_and_then_named(api, pump, drawing_field):
    """STU-01, INT-01."""
    sent = send(api, "shop/shop-items/files/")
    assert sent.status_code == 201
    file = sent.data["id"]
    assert (sent.data["name"], sent.data["size"], sent.data["shared"]) == ("drawing.pdf", 12, False)
    one = f"shop/shop-items/{pump.pk}/"
    changed = api("patch", one, {"custom": {"drawing": {"id": file}}}, If_Match="*")
    assert changed.status_code == 200, changed.data
    assert changed.data["custom"] == {"drawing": {"id": file, "name": "drawing.pdf"}}
    assert [f["field"] for f in api("get", f"{one}files/").data["results"]] == ["drawing"]
    content = api.client.get(f"/api/v1/{one}files/{file}/")
    assert b"".join(content.streaming_content) == b"%PDF bracket"
    made = api("post", "shop/shop-items/", {"code": "P-41", "name": "Pump", "price": "1", "custom": {"drawing": file}})
    assert made.status_code == 422  # it belongs to the other one now
    assert made.data["errors"][0]["field"] == "custom.drawing"


def test_files_are_attached_listed_shared_and_removed(api, pump):
    one = f"shop/shop-items/{pump.pk}/files/"
    again = {"Idempotency-Key": "once"}
    first = send(api, one, headers=again)
    assert first.status_code == 201
    assert send(api, one, headers=again).data == first.data
    other = send(api, one, content=b"another", headers=again)
    assert other.status_code == 422
    assert [f["name"] for f in api("get", one).data["results"]] == ["drawing.pdf"]
    assert api("delete", f"{one}{first.data['id']}/").status_code == 204
    assert api("get", one).data["results"] == []
    assert api("get", f"{one}{first.data['id']}/").status_code == 404


@pytest.mark.parametrize(
    ("name", "content", "form", "field"),
    [
        ("run.exe", b"MZ", {}, "file"),
        ("empty.pdf", b"", {}, "file"),
        ("drawing.pdf", b"%PDF", {"shared": "perhaps"}, "shared"),
        ("drawing.pdf", b"%PDF", {"shared": "true"}, "shared"),  # no partner sees items
    ],
)
def test_a_file_that_breaks_a_rule_is_refused_and_leaves_nothing(api, pump, name, content, form, field):
    from mainspring.kernel.models import Attachment

    refused = send(api, f"shop/shop-items/{pump.pk}/files/", name, content, **form)
    assert refused.status_code == 422, refused.content
    assert refused.data["errors"][0]["field"] == field
    assert not Attachment.objects.exists()


def test_json_in_place_of_a_file_is_refused(api, pump):
    for path in ("shop/shop-items/files/", f"shop/shop-items/{pump.pk}/files/"):
        refused = api("post", path, {"file": "drawing.pdf"})
        assert refused.status_code == 422
        assert refused.data["errors"][0]["field"] == "file"
    assert send(api, "shop/shop-items/").status_code == 415


def test_the_partner_reads_what_is_shared_and_nothing_else(api, api_for, person, pump):
    """Z06: the same rule as on the page."""
    portal = api_for(person("supplier", {"shop.shopitem": ("view", "company", {})}, portal=True))
    files, notes = f"shop/shop-items/{pump.pk}/files/", f"shop/shop-items/{pump.pk}/notes/"
    file = send(api, files).data
    note = api("post", notes, {"text": "Torque 40 Nm"}).data
    assert portal("get", files).data["results"] == portal("get", notes).data["results"] == []
    assert portal("get", f"{files}{file['id']}/").status_code == 404
    assert portal("patch", f"{files}{file['id']}/", {"shared": True}).status_code == 404

    assert api("patch", f"{files}{file['id']}/", {"shared": True}).data["shared"] is True
    assert api("patch", f"{notes}{note['id']}/", {"shared": True}).data["shared"] is True
    assert [f["name"] for f in portal("get", files).data["results"]] == ["drawing.pdf"]
    assert [(n["text"], n["by"]) for n in portal("get", notes).data["results"]] == [("Torque 40 Nm", "Acme")]
    content = portal.client.get(f"/api/v1/{files}{file['id']}/")
    assert b"".join(content.streaming_content) == b"%PDF bracket"
    assert portal("patch", f"{notes}{note['id']}/", {"shared": False}).status_code == 403
    assert portal("delete", f"{files}{file['id']}/").status_code == 403
    mine = portal("post", notes, {"text": "When?"})
    assert mine.status_code == 201
    assert mine.data["shared"] is True
    assert api("patch", f"{notes}{mine.data['id']}/", {"shared": False}).status_code == 409


def test_a_token_that_may_only_read_adds_nothing(api_for, admin, pump):
    reader = api_for(admin, scopes={"shop.shopitem": ["view"]})
    one = f"shop/shop-items/{pump.pk}/"
    assert reader("get", f"{one}files/").status_code == 200
    assert reader("post", f"{one}notes/", {"text": "hello"}).status_code == 403
    assert send(reader, f"{one}files/").status_code == 403
    assert send(reader, "shop/shop-items/files/").status_code == 403


def test_notes_say_what_is_wrong(api, pump):
    notes = f"shop/shop-items/{pump.pk}/notes/"
    for body, field in (({}, "shared"), ({"text": 5}, "text"), ({"text": " "}, "text"), ({"text": "a", "x": 1}, "x")):
        refused = api("post", notes, body)
        assert refused.status_code == 422
        assert refused.data["errors"][0]["field"] == field
    assert api("patch", f"{notes}999/", {"shared": True}).status_code == 404
    assert api("post", "shop/shop-items/999/notes/", {"text": "a"}).status_code == 404


def test_the_description_has_the_calls(api, pump):
    found = api("get", "openapi.json").data["paths"]
    body = found["/api/v1/shop/shop-items/files/"]["post"]["requestBody"]["content"]
    assert list(body) == ["multipart/form-data"]
    assert set(found["/api/v1/shop/shop-items/{id}/files/{file}/"]) == {"get", "patch", "delete"}
    assert set(found["/api/v1/shop/shop-items/{id}/notes/"]) == {"get", "post"}


@pytest.fixture
def bring(ctx, tmp_path):
    """Bring a zip of these members in; the answer is the run."""
    import zipfile

    from shop.models import ShopItem

    from mainspring.kernel import resource
    from mainspring.kernel.exchange import importing

    mapping = {
        "columns": {"code": "code", "name": "name", "price": "price", "drawing": "custom.drawing"},
        "key": ["code"],
    }

    def do(members: dict, *, write: bool = True, name: str = "items.zip"):
        path = tmp_path / name
        if name.endswith(".zip"):
            with zipfile.ZipFile(path, "w") as archive:
                for member, content in members.items():
                    archive.writestr(member, content)
        else:
            path.write_text(members["items.csv"])
        run = importing.check(importing.start(resource.of(ShopItem), ctx, path, mapping), ctx)
        return importing.carry_out(run, ctx) if write else run

    return do


TABLE = "code,name,price,drawing\nP-50,Pump,1,a.pdf\nP-51,Valve,2,drawings/b.pdf\nP-52,Seal,3,\n"
FILES = {"items.csv": TABLE, "a.pdf": b"%PDF a", "drawings/b.pdf": b"%PDF b"}


def test_files_move_in_with_their_records_in_one_zip(api, bring, drawing_field):
    """STU-01, Z07: a second time nothing changes; undone, the files are gone with their records."""
    from shop.models import ShopItem

    from mainspring.kernel import commands
    from mainspring.kernel.models import Attachment

    run = bring(FILES)
    assert (run.rows_created, run.rows_wrong) == (3, 0)
    made = {i.code: i for i in ShopItem.objects.filter(code__startswith="P-5")}
    assert [made[code].custom.get("drawing", {}).get("name") for code in ("P-50", "P-51", "P-52")] == [
        "a.pdf",
        "b.pdf",
        None,
    ]
    held = made["P-51"].custom["drawing"]["id"]
    content = api.client.get(f"/api/v1/shop/shop-items/{made['P-51'].pk}/files/{held}/")
    assert b"".join(content.streaming_content) == b"%PDF b"
    again = bring(FILES)
    assert (again.rows_created, again.rows_changed, again.rows_same) == (0, 0, 3)
    assert Attachment.objects.count() == 2
    new = bring(FILES | {"a.pdf": b"%PDF a, second edition"})
    assert (new.rows_changed, new.rows_same) == (1, 2)
    for one in (new, run):
        one.refresh_from_db()
    commands.perform(new, "undo", _ctx(run))
    made["P-50"].refresh_from_db()
    assert made["P-50"].custom["drawing"]["id"] != 0


def _ctx(run):
    from mainspring.kernel.context import Context

    return Context(user=run.created_by, business_date=run.created_at.date(), company_id=run.company_id)


@pytest.mark.parametrize(
    ("members", "problem"),
    [
        ({"items.csv": TABLE, "a.pdf": b"%PDF"}, (3, "drawing", "drawings/b.pdf", "no file")),
        (FILES | {"a.pdf": b""}, (2, "drawing", "a.pdf", "empty")),
        (FILES | {"items.csv": TABLE.replace("a.pdf", "run.exe"), "run.exe": b"MZ"}, (2, "drawing", "run.exe", ".exe")),
    ],
)
def test_a_file_that_cannot_come_is_named_by_row_and_column(bring, drawing_field, members, problem):
    from mainspring.kernel.models import Attachment

    run = bring(members, write=False)
    assert [(p["row"], p["column"], p["value"]) for p in run.problems] == [problem[:3]]
    assert problem[3] in run.problems[0]["text"]
    assert not Attachment.objects.exists()


@pytest.mark.parametrize("members", [{"a.pdf": b"x"}, {"a.csv": "a\n1", "b.csv": "a\n1"}])
def test_a_zip_without_one_table_is_refused(bring, drawing_field, members):
    from django.core.exceptions import ValidationError

    with pytest.raises(ValidationError, match="one table"):
        bring(members)


def test_a_table_alone_brings_no_files_and_says_how(bring, drawing_field):
    from django.core.exceptions import ValidationError

    with pytest.raises(ValidationError, match="bring a zip"):
        bring(FILES, name="items.csv")
