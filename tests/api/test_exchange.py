"""Files in and out: what survives, what is refused by row and column, what is resumed and undone (rule Z07)."""

import csv
import io
from datetime import date
from decimal import Decimal

import pytest
import xlsxwriter
from django.core.exceptions import ValidationError

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def bring(ctx, tmp_path):
    """Bring a file of shop items (or orders) in; returns the run."""
    from mainspring.kernel import resource
    from mainspring.kernel.exchange import importing, reading, rules

    def do(content, *, label="shop.shopitem", name="items.csv", write=True, **mapping):
        of = resource.by_model[label]
        path = tmp_path / name
        if content is not None:
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        how = {k: mapping.get(k, "") for k in ("encoding", "delimiter")}
        mapping.setdefault("columns", rules.guess(of, ctx, reading.read(path, **how).headers))
        run = importing.start(of, ctx, path, mapping)
        importing.check(run, ctx)
        return importing.carry_out(run, ctx) if write else run

    return do


def items():
    from shop.models import ShopItem

    return ShopItem.objects.order_by("code")


def test_a_file_arrives_with_totals_and_comes_again_without_doubles(bring):
    text = 'Code,Name,Price,Weight,Listed on\n0001,Pump,"1,234.50",2.5,2026-03-02\n0002,Valve,７.2,,02.03.2026\n'
    run = bring(text)
    assert [(i.code, i.name, i.price, i.weight_kg, i.listed_on) for i in items()] == [
        ("0001", "Pump", Decimal("1234.5"), Decimal("2.5"), date(2026, 3, 2)),
        ("0002", "Valve", Decimal("7.2"), None, date(2026, 3, 2)),
    ]
    assert run.totals["price"] == {"file": "1241.7", "arrived": "1241.7", "expected": None, "equal": True}
    again = bring(text.replace("Pump", "Pump 2"))
    assert (again.rows_created, again.rows_changed, again.rows_same) == (0, 1, 1)
    assert items().count() == 2


def test_all_faults_are_named_by_row_and_column_and_nothing_arrives(bring):
    from mainspring.kernel.exchange import exporting, importing

    text = "Code,Name,Kind,Price,Listed on\nA,Pump,good,much,2026-02-30\nB,,spare,1,03/04/2026\nA,Valve,good,1,\n"
    run = bring(text, write=False)
    found = {(p["row"], p["column"]) for p in run.problems}
    assert found == {(2, "Price"), (2, "Listed on"), (3, "Kind"), (3, "Listed on"), (4, "Code")}
    assert run.rows_wrong == 3
    with pytest.raises(ValidationError):
        importing.carry_out(run, None or _ctx_of(run))
    assert items().count() == 0
    assert "much" in exporting.error_file(run)


def _ctx_of(run):
    from mainspring.kernel.context import Context

    return Context(user=run.created_by, business_date=date(2026, 3, 2), company_id=run.company_id)


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("utf-8", "Žalias siurblys"),
        ("utf-8-sig", "水泵"),
        ("utf-16", "水泵 ąčę"),
        ("gb18030", "离心水泵"),
        ("cp1257", "Šilumos siurblys ąžuolas"),
    ],
)
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_encodings_and_delimiters_are_told_apart(bring, encoding, name, delimiter):
    bring(
        delimiter.join(["code", "name", "price"]).encode(encoding).removesuffix(b"")
        + f"\nA1{delimiter}{name}{delimiter}5\n".encode(encoding).removeprefix(
            b"\xff\xfe" if encoding == "utf-16" else b"\xef\xbb\xbf" if encoding == "utf-8-sig" else b""
        )
    )
    assert items().get().name == name


def test_a_spreadsheet_keeps_dates_zeros_and_big_numbers(bring, tmp_path):
    path = tmp_path / "items.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["Code", "Name", "Price", "Listed on", "Notes"])
    sheet.write_string(1, 0, "00123")
    sheet.write_string(1, 1, "Pump")
    sheet.write_number(1, 2, 12.345678)
    sheet.write_datetime(1, 3, date(2026, 3, 2), book.add_format({"num_format": "dd/mm/yyyy"}))
    sheet.write_string(1, 4, "12345678901234567890")
    sheet.write_row(2, 0, [124, "Valve", 3, 46083, "x"])
    sheet.write_row(3, 0, [12345678901234567890, "Cut", 3, None, "x"])
    book.close()
    run = bring(None, name="items.xlsx", skip_wrong=True)
    assert [(i.code, i.price, i.listed_on, i.notes) for i in items()] == [
        ("00123", Decimal("12.345678"), date(2026, 3, 2), "12345678901234567890"),
        ("124", Decimal(3), date(2026, 3, 2), "x"),
    ]
    assert [(p["row"], p["column"]) for p in run.problems] == [(4, "Code")]


def test_orders_arrive_with_their_lines_grouped_by_key(bring, pump):
    from shop.models import ShopOrder

    text = "Ref,Customer,Item,Qty\nR1,Acme,P-40,2\nR1,Acme,P-40,3\nR2,Beta,P-40,1\n"
    columns = {"Ref": "reference", "Customer": "customer", "Item": "lines.item", "Qty": "lines.quantity"}
    run = bring(text, label="shop.shoporder", columns=columns, expected={"rows": 3, "sums": {"lines.quantity": "6"}})
    assert sorted((o.reference, o.total) for o in ShopOrder.objects.all()) == [
        ("R1", Decimal("62.5")),
        ("R2", Decimal("12.5")),
    ]
    assert run.totals["lines.quantity"]["arrived"] == "6"
    again = bring(text.replace("Beta,P-40,1", "Beta,P-40,4"), label="shop.shoporder", columns=columns)
    assert (again.rows_changed, again.rows_same) == (1, 1)
    assert ShopOrder.objects.get(reference="R2").total == Decimal("50")


def test_an_import_that_was_broken_off_goes_on_without_doubles(bring, monkeypatch, ctx):
    from mainspring.kernel import bulk
    from mainspring.kernel.exchange import importing

    monkeypatch.setattr(importing, "PIECE", 10)
    text = "code,name,price\n" + "".join(f"C{n:03},Item {n},{n}\n" for n in range(35))
    run = bring(text, write=False)
    real, calls = bulk.create_many, []

    def fails_in_the_third(*args, **kwargs):
        calls.append(1)
        if len(calls) == 3:
            raise RuntimeError("power cut")
        return real(*args, **kwargs)

    monkeypatch.setattr(bulk, "create_many", fails_in_the_third)
    with pytest.raises(RuntimeError):
        importing.carry_out(run, ctx)
    assert items().count() == 20
    run.refresh_from_db()
    done = importing.carry_out(run, ctx)
    assert (items().count(), done.rows_created, done.totals["price"]["equal"]) == (35, 35, True)


def test_undo_takes_new_rows_away_and_restores_changed_ones(bring, ctx):
    from mainspring.kernel import commands

    bring("code,name,price,listed_on\nA,Old,1.5,2026-01-01\n")
    run = bring("code,name,price,listed_on\nA,New,2,2026-02-02\nB,Other,3,\n")
    assert items().get(code="A").name == "New"
    commands.perform(run, "undo", ctx)
    assert [(i.code, i.name, i.price, i.listed_on) for i in items()] == [("A", "Old", Decimal("1.5"), date(2026, 1, 1))]

    later = bring("code,name,price\nA,Newer,2\n")
    commands.change(items().get(), ctx, name="By hand")
    with pytest.raises(ValidationError, match="cannot be undone"):
        commands.perform(later, "undo", ctx)
    assert items().get().name == "By hand"


def test_undo_asks_for_the_right_to_import_again(bring, ctx, person):
    from django.core.exceptions import PermissionDenied

    from mainspring.kernel import commands
    from mainspring.kernel.context import Context

    run = bring("code,name,price\nA,Old,1.5\n")
    grants = {
        "shop.shopitem": ("view create change delete", "company", {}),
        "kernel.importrun": ("view undo", "company", {}),
    }
    former = Context(person("former", grants), ctx.business_date, ctx.company_id, source="python")
    with pytest.raises(PermissionDenied):
        commands.perform(run, "undo", former)
    assert items().count() == 1


def test_what_goes_out_comes_in_again_and_runs_nowhere(bring, ctx, person, pump):
    from shop.models import ShopItem

    from mainspring.kernel import commands, query, resource
    from mainspring.kernel.context import Context
    from mainspring.kernel.exchange import exporting

    commands.create(ShopItem, ctx, code="E-1", name="=cmd|'/c calc'!A1", price="-3.5", notes="")
    of = resource.by_model["shop.shopitem"]
    spec = query.parse({"price__lt": "0"})
    text = b"".join(exporting.write("csv", *exporting.table(of, ctx, spec))).decode("utf-8-sig")
    line = list(csv.reader(io.StringIO(text)))[1]
    assert line[:4] == ["E-1", "'=cmd|'/c calc'!A1", "Good", "-3.5"]
    assert bring(text).rows_same == 1

    sheet = b"".join(exporting.write("xlsx", *exporting.table(of, ctx)))
    assert bring(sheet, name="again.xlsx").rows_same == 2

    clerk = person("clerk", {"shop.shopitem": ("view export", "company", {"price": "hide", "name": "mask"})})
    theirs = Context(user=clerk, business_date=date(2026, 3, 2), company_id=ctx.company_id)
    columns, lines = exporting.table(of, theirs)
    assert "price" not in {c.path for c in columns}
    assert next(iter(lines))[1].startswith("=") is False or "*" in next(iter(lines))[1]
    viewer = person("viewer", {"shop.shopitem": ("view", "company", {})})
    with pytest.raises(Exception, match="may not"):
        exporting.table(of, Context(user=viewer, business_date=date(2026, 3, 2), company_id=ctx.company_id))


def test_odd_files_are_refused_with_words(bring):
    for content in (b"", b"\x00\x01\x02", b"PK\x03\x04broken", b"a,a\n1,2\n", b"code\n" + b'"' + b"x" * 300_000):
        with pytest.raises(ValidationError):
            bring(content, write=False, columns={})
