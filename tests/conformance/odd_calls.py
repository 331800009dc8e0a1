"""Calls a clumsy or hostile caller makes: wrong values in every field, parameter and verb, made from the schema."""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from django.db import models

from mainspring.kernel import conditions, reports, resource, workflow
from mainspring.web import addresses
from mainspring.web.api import present
from mainspring.web.views import lists

DEEP = "[" * 3000 + "]" * 3000
TEXTS = [
    "", " ", "x" * 1_000_000, "\u202e\u0645\u202c", "😀" * 50, "０１２", "null", "%s", "{{7*7}}",
    "<script>alert(1)</script>",
    "'; DROP TABLE kernel_user; --", "../../etc/passwd", "=1+1", "a\nb", "\\", "true",
]  # fmt: skip
NUMBERS = [
    "NaN", "sNaN", "Infinity", "-Infinity", "1e400", "-1E+999999", "1E-999999", "0.00000000000001", "-1", "0", "-0",
    "99999999999999999999999999", "1,5", "1_000", "0x10", "12.345678901234567890", "²", "9" * 5000,
]  # fmt: skip
DATES = [
    "0001-01-01", "9999-12-31", "2026-02-31", "2026-13-01", "99999-01-01", "2026-W53-7", "20260301", "infinity", "now",
    "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "2026-03-01T25:00", "-4713-01-01",
]  # fmt: skip
KEYS = ["0", "-1", "9223372036854775808", "00000000-0000-0000-0000-000000000000", "abc", "me", "None"]
SHAPES = [
    None,
    True,
    False,
    0,
    -1,
    10**30,
    1.5,
    [],
    [[]],
    ["x"],
    {},
    {"id": []},
    {"id": 10**40},
    {"": ""},
    {"code": {}},
]
WEB = ["\x00", *TEXTS, *NUMBERS, *DATES, *KEYS]
JSON = ["\x00", "\ud800", *WEB, *SHAPES]
CURSORS = ["x", "%00", "W10", "W1tdLFtdXQ", quote(__import__("base64").urlsafe_b64encode(b"[" * 4000).decode()), "é"]


@dataclass(frozen=True)
class Call:
    """One call: `body` goes as JSON when it is no dict of form values (`form`)."""

    method: str
    path: str
    body: object = None
    form: bool = False

    def send(self, client):
        if self.method == "GET":
            return client.get(self.path, headers={"Accept": "text/html"})
        if self.form:
            return client.generic(
                self.method,
                self.path,
                urlencode(self.body, doseq=True, errors="replace"),
                content_type="application/x-www-form-urlencoded",
                headers={"Accept": "text/html", "HX-Request": "true"},
            )
        raw = self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()
        return client.generic(self.method, self.path, raw, content_type="application/json", headers={"If-Match": "*"})

    def __str__(self):
        return f"{self.method} {self.path[:150]} {ascii(self.body)[:300]}"


class Calls:
    """All calls about one resource and one of its records; `some(values)` picks from a list of wrong values."""

    def __init__(self, res: resource.Resource, record, ctx, some=lambda values: values):
        self.res, self.record, self.ctx, self.some = res, record, ctx, some
        self.api = f"/api/v1/{res.key}/"
        self.fields = [f for f in res.model._meta.concrete_fields if f.editable and not f.auto_created]

    def every(self) -> Iterator[Call]:
        yield from self.questions()
        yield from self.bodies()
        if self.record is not None:
            yield from self.of_the_record()

    # -- questions ------------------------------------------------------------------------------------------------

    def questions(self) -> Iterator[Call]:
        page = addresses.of_resource(self.res)
        paths = [f.name for f in self.res.model._meta.concrete_fields] + self.res.names("columns") + ["nothing", "a__b"]
        for path in dict.fromkeys(paths):
            for operator in self.some(["", *(f"__{o}" for o in conditions.OPERATORS)]):
                for value in self.some(WEB):
                    params = urlencode({path + operator: value[:3000]})
                    yield Call("GET", f"{self.api}?{params}")
                    yield Call("GET", f"{page}?{params}")
        ways = [page, self.api, f"{page}export/", f"{page}events/", f"{self.api}pivot/", f"{page}filters/"]
        ways += [f"{page}board/"] if lists.board_field(self.res) else []
        ways += [f"{page}pivot/", f"{page}chart/"] if self.res.dimensions else []
        names = ["q", "order", "group", "size", "fields", "format", "view", "from", "until", "dimensions", "measures",
                 "rows", "columns", "board", "count", "dimension", "split", "measure", "kind", "chips", "copy",
                 "layout"]  # fmt: skip
        for way in ways:
            for name in self.some(names):
                for value in self.some(WEB):
                    yield Call("GET", f"{way}?{urlencode({name: value[:3000]})}")
            for name in ("after", "before"):
                for value in self.some(CURSORS):
                    yield Call("GET", f"{way}?{name}={value}")
        for key in self.some([*KEYS, "\x00", "²", "9" * 300, "%"]):
            yield Call("GET", f"{page}{quote(key)}/")
            yield Call("GET", f"{self.api}{quote(key)}/")
            yield Call("GET", f"{page}new/?copy={quote(key)}")
        for value in self.some(WEB):
            yield Call(
                "GET",
                f"/lookup/{self.res.label}/?{urlencode({'q': value[:3000], 'party': value[:50], 'item': value[:50]})}",
            )

    # -- new records ----------------------------------------------------------------------------------------------

    def good(self) -> dict:
        """The record's own values, as the interface takes them."""
        if self.record is None:
            return {}
        return {f.name: present.plain(getattr(self.record, f.attname)) for f in self.fields if not f.unique}

    def line(self) -> dict:
        if self.record is None or not self.res.lines:
            return {}
        one = self.record.lines.first()
        if one is None:
            return {}
        return {f.name: present.plain(getattr(one, f.attname)) for f in type(one)._meta.concrete_fields
                if f.editable and not f.auto_created and f.name != "document"}  # fmt: skip

    def line_names(self) -> list[str]:
        if not self.res.lines:
            return []
        return [f.name for f in self.res.line_model._meta.concrete_fields
                if f.editable and not f.auto_created and f.name != "document"]  # fmt: skip

    def bodies(self) -> Iterator[Call]:
        good, line, page = self.good(), self.line(), addresses.of_resource(self.res)
        names = [f.name for f in self.fields]
        for value in self.some(JSON):
            yield Call("POST", self.api, dict.fromkeys(names, value))
            yield Call("POST", self.api, {**good, "custom": value})
            if self.res.lines:
                yield Call("POST", self.api, {**good, "lines": value})
                yield Call("POST", self.api, {**good, "lines": [dict.fromkeys(self.line_names(), value)]})
        for name in names:
            for value in self.some(JSON):
                yield Call("POST", self.api, {**good, "lines": [line], name: value} if line else {**good, name: value})
            for value in self.some(WEB):
                form = {k: "" if v is None else v for k, v in good.items()} | {name: value}
                yield Call("POST", f"{page}new/", form | ({"lines": json.dumps([line])} if line else {}), form=True)
                if self.res.lines:
                    yield Call("POST", f"{page}preview/", {"header": {**good, name: value}, "lines": [line]})
        for name in self.line_names():
            for value in self.some(JSON):
                yield Call("POST", self.api, {**good, "lines": [{**line, name: value}]})
                yield Call("POST", f"{page}preview/", {"header": good, "lines": [{**line, name: value}]})
        for body in self.some(
            [b"", b"nul", b"{", b"\xff\xfe", DEEP.encode(), b"[]", b"1", b'{"a": NaN}', b'"\\ud800"']
        ):
            yield Call("POST", self.api, body)
            yield Call("POST", f"{self.api}bulk/", body)
            if self.res.lines:
                yield Call("POST", f"{page}preview/", body)
        for value in self.some(JSON):
            yield Call("POST", f"{self.api}bulk/", {"operations": value})
            yield Call("POST", f"{self.api}bulk/", {"operations": [{"op": "change", "id": value, "values": value}]})
            yield Call("POST", f"{self.api}bulk/", {"operations": [{"op": "create", "values": value}], "atomic": False})
        for name in ("header", "lines", "changed", "removed", "moved"):
            for value in self.some(JSON):
                if self.res.lines:
                    yield Call("POST", f"{page}preview/", {name: value})
        for value in self.some(WEB):
            yield Call("POST", f"{page}columns/", {"columns": value}, form=True)
            yield Call(
                "POST", f"{page}views/?{urlencode({'state': value[:500]})}", {"name": value, "mode": value}, form=True
            )

    # -- one record -----------------------------------------------------------------------------------------------

    def of_the_record(self) -> Iterator[Call]:
        at, api = addresses.of_resource(self.res, self.record.pk), f"{self.api}{self.record.pk}/"
        yield Call("GET", f"{at}nothing/")
        for value in self.some(WEB):
            yield Call("GET", f"{at}?list={quote(value[:1000])}")
            yield Call("GET", f"{at}print/?layout={quote(value[:100])}")
            yield Call("GET", f"/timeline/{self.res.label}/{self.record.pk}/?before={quote(value[:100])}")
            yield Call("POST", f"/timeline/{self.res.label}/{self.record.pk}/notes/", {"text": value}, form=True)
            yield Call(
                "POST",
                f"/timeline/{self.res.label}/{self.record.pk}/tasks/",
                {"title": "t", "assignee": value, "due_on": value},
                form=True,
            )
            yield Call("POST", f"{at}move/", {"to": value, "version": value}, form=True)
            yield Call("POST", f"{at}delete/", {"version": value if value != "" else "99"}, form=True)
        for value in self.some(JSON):
            yield Call("POST", f"{at}reschedule/", {"start": value, "end": value, "all_day": value})
            yield Call("POST", f"{at}lines/", {"changed": value, "removed": value, "moved": value, "version": value})
            yield Call("POST", f"{at}lines/", {"changed": [value], "removed": [value], "moved": [value]})
        for f in self.fields:
            for value in self.some(JSON):
                yield Call("PATCH", api, {f.name: value})
            for value in self.some(WEB):
                yield Call("POST", f"{at}fact/{f.name}/", {f.name: value}, form=True)
        for name in self.line_names():
            line = self.record.lines.first()
            for value in self.some(JSON):
                yield Call("PATCH", api, {"lines": [{"id": line.pk if line else value, name: value}]})
                yield Call(
                    "POST", f"{at}lines/", {"changed": [{"id": line.pk if line else value, "values": {name: value}}]}
                )
        yield from self.verbs(at, api)

    def verbs(self, at, api) -> Iterator[Call]:
        for verb in workflow.verbs_of(self.res.model):
            good = {}
            for i in verb.ask:
                value = i.initial
                try:
                    value = value(self.record, self.ctx) if callable(value) else value
                except Exception:
                    value = None
                good[i.name] = str(value.pk) if isinstance(value, models.Model) else present.plain(value)
            yield Call("POST", f"{api}do/{verb.name}/", {"nothing": 1})
            yield Call("GET", f"{at}do/{verb.name}/")
            for i in verb.ask:
                for value in self.some(JSON):
                    yield Call("POST", f"{api}do/{verb.name}/", {**good, i.name: value})
                for value in self.some(WEB):
                    yield Call("POST", f"{at}do/{verb.name}/", {**good, i.name: value}, form=True)
            bulk = addresses.of_resource(self.res, "bulk", verb.name)
            for value in self.some(WEB):
                yield Call(
                    "POST",
                    bulk,
                    {"ids": json.dumps([value]), "total": value, "refused": json.dumps([value])},
                    form=True,
                )
                yield Call("POST", bulk, {"all": "1", "state": value}, form=True)


def of_reports(some) -> Iterator[Call]:
    """Wrong parameters of every named report, on the page and as a sheet."""
    for report in reports.registry.values():
        for p in report.parameters:
            for value in some(WEB):
                asked = urlencode({p.name: value[:500]})
                yield Call("GET", f"/reports/{report.name}/?{asked}")
                yield Call("GET", f"/reports/{report.name}/?{asked}&format=csv")


def of_the_frame(some) -> Iterator[Call]:
    """The pages about everything: search, dossier, inbox, switches, profile."""
    for value in some(WEB):
        asked = quote(value[:500])
        yield Call("GET", f"/search/?q={asked}")
        yield Call("GET", f"/dossier/?q={asked}")
        yield Call("GET", f"/api/v1/dossier/?number={asked}")
        yield Call("GET", f"/live/?since={asked}")
        yield Call("GET", f"/inbox/?before={asked}")
        yield Call("GET", f"/jobs/?show={asked}")
        yield Call("POST", "/inbox/read/", {"id": value}, form=True)
        yield Call("POST", "/switch/", {"company": value, "next": value}, form=True)
        yield Call("POST", "/language/", {"language": value, "next": value}, form=True)
        yield Call(
            "POST", "/profile/", dict.fromkeys(("email", "first_name", "density", "page_size"), value), form=True
        )


def chooser(seed: str, count: int):
    """Picks `count` of a list, always the same for the same seed."""
    rolls = random.Random(seed)
    return lambda values: rolls.sample(values, min(count, len(values)))
