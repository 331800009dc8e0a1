"""Every generic page answers, shows what it should and refuses what it must."""

import json

import pytest
from mainspring_fleet.models import Inspection, Vehicle

from mainspring.kernel import commands
from mainspring.kernel.models import SavedView, User

V, I = "/mainspring_fleet/vehicles/", "/mainspring_fleet/inspections/"  # noqa: E741
HTMX = {"HX-Request": "true"}


@pytest.fixture
def ona(cast):
    return cast.browser("ona")


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/search/",
        "/search/?q=abc",
        "/live/",
        "/profile/",
        V,
        V + "new/",
        V + "pivot/",
        V + "chart/",
        V + "help/",
        V + "views/",
        V + "filters/",
        I,
        I + "new/",
        I + "board/",
        I + "calendar/",
        I + "pivot/",
        I + "chart/",
        I + "?group=done_on:month",
        I + "?order=-vehicle&state__in=draft,submitted&done_on=this_year",
        I + "pivot/?rows=vehicle,done_on:quarter&columns=state",
        I + "chart/?dimension=done_on:month&split=state&measure=total:avg&drawn=line",
        I + "events/?from=2026-01-01&until=2027-01-01",
        V + "?q=abc&group=keeper&seats__gte=2",
        "/lookup/fleet.vehicle/?q=abc",
        "/lookup/kernel.user/?q=on",
    ],
)
def test_a_manager_opens_every_page(ona, inspection, path):
    answer = ona.get(path)
    assert answer.status_code == 200, answer.content[:500]


def test_record_pages(ona, van, inspection):
    for path in (
        f"{V}{van.pk}/",
        f"{V}{van.pk}/edit/",
        f"{V}{van.pk}/tab/0/",
        f"{V}{van.pk}/fact/seats/",
        f"{V}new/?copy={van.pk}",
        f"{V}{van.pk}/do/hand_over/",
        f"{I}{inspection.pk}/",
        f"{I}{inspection.pk}/edit/",
        f"{I}new/?copy={inspection.pk}",
        f"{V}cell/?id={van.pk}&column=seats",
        f"{V}bulk/hand_over/?id={van.pk}",
    ):
        answer = ona.get(path)
        assert answer.status_code == 200, (path, answer.content[:500])
    text = ona.get(f"{I}{inspection.pk}/").content.decode()
    assert "Brakes" in text
    assert "91.00" in text
    assert "ABC123" in text


def test_strangers_sign_in_first_and_outsiders_see_nothing(client, cast, van):
    assert client.get(V).status_code == 302
    rasa = cast.browser("rasa")
    assert rasa.get(V).status_code == 404
    assert rasa.get(f"{V}{van.pk}/").status_code == 404
    assert rasa.get("/").status_code == 403


@pytest.mark.parametrize(
    "path",
    [
        f"{V}999999/",
        f"{V}nonsense/",
        f"{I}not-a-uuid/",
        f"{V}99999999999999999999999/",
        "/nothing/here/",
        "/lookup/no.model/",
        f"{V}1/fact/nothing/",
        f"{V}1/tab/77/",
    ],
)
def test_what_is_not_there_is_not_found(ona, path):
    assert ona.get(path).status_code == 404


@pytest.mark.parametrize(
    "query",
    [
        "seats=many",
        "nothing=1",
        "password=x",
        "keeper__password__starts=pbk",
        "done=%00",
        "order=nothing",
        "after=zzz",
        "after=W10",
        "size=0",
        "size=abc",
        "bought_on=2026-13-45",
        "bought_on__between=2026-01-01",
        "seats__in=1,x",
        "seats=1e999",
        "group=phone__x",
        "keeper=abc",
        "custom.nothing=1",
        "seats__gt=99999999999999999999",
    ],
)
def test_bad_parameters_never_break_a_list(ona, van, query):
    answer = ona.get(f"{V}?{query}")
    assert answer.status_code == 200
    assert "ABC123" in answer.content.decode()


def test_a_masked_field_is_shown_masked_and_neither_filtered_nor_sorted(cast, van):
    petras = cast.browser("petras")
    text = petras.get(V).content.decode()
    assert "ABC123" not in text
    assert "A****3" in text
    assert "ABC123" not in petras.get(f"{V}{van.pk}/").content.decode()
    assert petras.get(V + "?plate=XYZ").content.decode().count("A****3") == text.count("A****3")
    assert not petras.get("/lookup/fleet.vehicle/?q=ABC").json()["items"]


def test_a_form_makes_one_record_however_often_it_is_sent(ona, cast):
    form = {"plate": "NEW001", "model_name": "Berlingo", "seats": "5", "idempotency_key": "one-form", "bought_on": ""}
    for _time in range(2):
        answer = ona.post(V + "new/", form)
        assert answer.status_code == 302
    assert Vehicle.objects.filter(plate="NEW001").count() == 1


def test_errors_stand_beside_their_fields(ona, van):
    answer = ona.post(V + "new/", {"plate": "", "seats": "many"})
    assert answer.status_code == 422
    text = answer.content.decode()
    assert text.count('class="field-error"') == 2
    assert "This field is required" in text
    answer = ona.post(V + "new/", {"plate": "ABC123", "seats": "5"})
    assert answer.status_code == 422
    assert "already exists" in answer.content.decode()


def test_an_inspection_with_lines_by_form(ona, van):
    lines = json.dumps([{"finding": "Tyres", "quantity": "4", "price": "1,000.50"}, {"finding": "", "quantity": ""}])
    answer = ona.post(I + "new/", {"vehicle": van.pk, "done_on": "2026-03-02", "mileage": "12 500", "lines": lines})
    assert answer.status_code == 302, answer.content[:800]
    made = Inspection.objects.get()
    assert str(made.total) == "4002.0000"
    assert made.mileage == 12500
    assert made.lines.count() == 1


def test_wrong_lines_come_back_with_their_cells_marked(ona, van):
    lines = json.dumps([{"finding": "Tyres", "quantity": "many", "price": "1"}])
    answer = ona.post(I + "new/", {"vehicle": van.pk, "done_on": "2026-03-02", "lines": lines})
    assert answer.status_code == 422
    assert "many" in answer.content.decode()
    assert not Inspection.objects.exists()


def test_the_preview_computes_without_writing(ona, van):
    sent = {
        "changed": [],
        "lines": [
            {"key": "a", "values": {"finding": "Oil", "quantity": "2", "price": "10.25"}},
            {"key": "b", "values": {"finding": "Belt", "quantity": "x"}},
            {"key": "c", "values": {}},
        ],
        "header": {"vehicle": str(van.pk), "done_on": "2026-03-02"},
    }
    answer = ona.post(I + "preview/", json.dumps(sent), content_type="application/json")
    assert answer.status_code == 200, answer.content
    found = answer.json()
    assert found["totals"][0]["text"].startswith("20.50")
    assert [line["key"] for line in found["lines"]] == ["b"]  # nothing new is to be said of the others
    assert "quantity" in found["lines"][0]["errors"]
    assert not Inspection.objects.exists()


def test_lines_of_a_saved_document_are_edited_in_place(ona, inspection):
    first, second = inspection.lines.all()
    sent = {
        "changed": [
            {"key": "x", "id": first.pk, "position": 0, "values": {"quantity": "3"}},
            {"key": "n", "id": None, "position": 2, "values": {"finding": "Belt", "price": "5"}},
        ],
        "removed": [second.pk],
        "moved": [],
        "version": inspection.version,
    }
    answer = ona.post(f"{I}{inspection.pk}/lines/", json.dumps(sent), content_type="application/json")
    assert answer.status_code == 200, answer.content
    assert answer.json()["totals"][0]["text"].startswith("126.50")
    assert [(line.finding, str(line.quantity)) for line in inspection.lines.all()] == [
        ("Brakes", "3.000000"),
        ("Belt", "1.000000"),
    ]
    again = ona.post(f"{I}{inspection.pk}/lines/", json.dumps(sent), content_type="application/json")
    assert again.status_code == 409


def test_a_cell_and_a_fact_are_edited_with_their_version(ona, van):
    answer = ona.post(f"{V}cell/?id={van.pk}&column=seats", {"seats": "7", "version": van.version}, headers=HTMX)
    assert answer.status_code == 200
    assert "7" in answer.content.decode()
    stale = ona.post(f"{V}{van.pk}/fact/seats/", {"seats": "8", "version": van.version}, headers=HTMX)
    assert stale.status_code == 409
    assert "changed meanwhile" in stale.json()["detail"]
    wrong = ona.post(f"{V}{van.pk}/fact/seats/", {"seats": "many"}, headers=HTMX)
    assert wrong.status_code == 422
    assert "field-error" in wrong.content.decode()
    van.refresh_from_db()
    assert van.seats == 7


def test_verbs_as_buttons_dialogs_and_refusals(ona, cast, van, inspection):
    page = ona.get(f"{I}{inspection.pk}/").content.decode()
    assert "Submit" in page
    assert "do/submit/" in page
    answer = ona.post(f"{I}{inspection.pk}/do/submit/", {"version": inspection.version}, headers=HTMX)
    assert answer.status_code == 204
    mine = ona.post(f"{I}{inspection.pk}/do/accept/", {}, headers=HTMX)
    assert mine.status_code == 403
    assert "Someone else" in mine.json()["detail"]
    assert ona.post(f"{I}{inspection.pk}/do/submit/", {}, headers=HTMX).status_code == 409
    assert ona.post(f"{I}{inspection.pk}/do/fly/", {}, headers=HTMX).status_code == 404
    asked = ona.post(f"{I}{inspection.pk}/do/refuse/", {"reason": ""}, headers=HTMX)
    assert asked.status_code == 422
    assert "required" in asked.content.decode()
    made = ona.post(f"{I}{inspection.pk}/do/refuse/", {"reason": "Rust"}, headers=HTMX)
    assert made.status_code == 204
    assert "/inspections/" in made["HX-Redirect"]
    handed = ona.post(f"{V}{van.pk}/do/hand_over/", {"keeper": cast.users["jonas"].pk}, headers=HTMX)
    assert handed.status_code == 204


def test_a_bulk_verb_reports_each_record(ona, cast, van, inspection):
    bare = commands.create(Inspection, cast.ctx("ona"), vehicle=van, done_on="2026-03-03")
    assert "2 records" in ona.get(f"{I}bulk/submit/?id={inspection.pk}&id={bare.pk}").content.decode()
    answer = ona.post(
        f"{I}bulk/submit/", {"ids": json.dumps([str(inspection.pk), str(bare.pk)]), "total": 2}, headers=HTMX
    )
    text = answer.content.decode()
    assert "1 of 2 done" in text
    assert "at least one finding" in text
    gone = ona.post(f"{I}bulk/delete/", {"all": "1", "state": "draft"}, headers=HTMX).content.decode()
    assert "1 of 1 done" in gone
    assert Inspection.objects.count() == 1


def test_a_card_is_dragged_to_the_state_a_verb_leads_to(ona, inspection):
    move = f"{I}{inspection.pk}/move/"
    assert ona.post(move, {"to": "accepted"}, headers=HTMX).status_code == 409
    assert ona.post(move, {"to": "submitted", "version": inspection.version}, headers=HTMX).status_code == 204
    asked = ona.post(move, {"to": "refused"}, headers=HTMX)
    assert asked.status_code == 200
    assert "Reason" in asked.content.decode()


def test_keyset_pages_walk_all_records_once_in_any_order(ona, cast):
    for n in range(13):
        commands.create(
            Vehicle, cast.ctx("ona"), plate=f"P{n:03}", bought_on="2026-01-05" if n % 3 else None, seats=n % 4
        )
    for order in ("bought_on,plate", "-bought_on", "-seats,-plate", "keeper,seats"):
        seen, url, back = [], f"{V}?size=5&order={order}", None
        while url:
            table = ona.get(url).context["table"]
            seen += [row["id"] for row in table["rows"]]
            back, url = table["previous"] or back, table["next"]
        assert len(seen) == len(set(seen)) == 13, order
        before = ona.get(back).context["table"]
        assert [row["id"] for row in before["rows"]] == seen[5:10]


def test_groups_have_the_sums_of_all_their_records(ona, cast):
    for n in range(6):
        commands.create(
            Vehicle, cast.ctx("ona"), plate=f"P{n:03}", seats=n, keeper=cast.users["ona"] if n < 4 else None
        )
    table = ona.get(f"{V}?group=keeper&size=2").context["table"]
    assert table["groups"][0]["count"] == 4
    assert table["groups"][0]["label"] == "Ona"


def test_views_are_kept_shared_and_opened_first(ona, cast, van):
    answer = ona.post(
        f"{V}views/?seats__gte=2&order=-plate", {"name": "Big ones", "is_default": "on", "shared": "on"}, headers=HTMX
    )
    assert answer.status_code == 204
    view = SavedView.objects.get()
    assert "seats__gte=2" in view.parameters
    assert view.is_default
    assert ona.get(V).status_code == 302
    assert "Big ones" in ona.get(V, follow=True).content.decode()
    assert ona.post(f"{V}views/{view.pk}/", headers=HTMX).status_code == 204


def test_columns_are_chosen_and_ordered(ona, cast, van):
    ona.post(f"{V}columns/", {"columns": "seats,plate,password"})
    assert [c["name"] for c in ona.get(V).context["table"]["columns"]] == ["seats", "plate"]
    assert User.objects.get(username="ona").preferences["columns"]


def test_another_company_is_behind_its_wall(cast, inspection):
    cast.person("both", "fleet_manager", company="all")
    both = cast.browser("both")
    assert both.get(f"{I}{inspection.pk}/").status_code == 200
    both.post("/switch/", {"company": cast.other_company.pk, "next": "/"})
    assert both.get(f"{I}{inspection.pk}/").status_code == 404
    assert cast.browser("ona").post("/switch/", {"company": cast.other_company.pk}).status_code == 403


def test_what_is_not_found_is_looked_for_in_ones_other_companies(cast, ona, inspection):
    """News of another of one's companies leads to a record that is behind its wall."""
    cast.person("both", "fleet_manager", company="all", default_company=cast.other_company)
    both, page = cast.browser("both"), f"{I}{inspection.pk}/"
    missing = both.get(page)
    assert missing.status_code == 404
    assert "Look in Alfa" in missing.content.decode()
    there = both.post("/switch/", {"company": cast.company.pk, "next": page, "stay": "1"}, follow=True)
    assert there.redirect_chain == [(page, 302)]
    assert there.status_code == 200
    assert "Look in" not in ona.get(f"{V}999999/").content.decode()  # she works in one company alone


def test_languages_switch(ona):
    ona.post("/language/", {"language": "lt", "next": "/"})
    assert 'lang="lt"' in ona.get("/").content.decode()


def test_the_foot_of_a_pivot_is_the_sum_of_its_rows(ona, cast, van, inspection):
    oil = [{"finding": "Oil", "price": "9"}]
    commands.create(Inspection, cast.ctx("ona"), vehicle=van, done_on="2026-04-01", lines=oil)
    pivot = ona.get(f"{I}pivot/?rows=done_on:month&measures=total,count", headers={"Accept": "application/json"}).json()
    assert [[c["text"] for c in row["cells"]] for row in pivot["body"]] == [["91.00 EUR", "1"], ["9.00 EUR", "1"]]
    assert [c["text"] for c in pivot["foot"]] == ["100.00 EUR", "2"]
    assert "done_on__gte=2026-04-01" in pivot["body"][1]["href"]


def test_printing_twice_gives_the_same_bytes(ona, inspection):
    first, second = (ona.get(f"{I}{inspection.pk}/print/") for _time in range(2))
    assert first.status_code == 200
    assert first.content[:4] == b"%PDF"
    assert first.content == second.content
