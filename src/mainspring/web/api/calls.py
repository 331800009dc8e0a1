"""What all calls share: the resource of the address, the caller's circumstances, versions and the shape of answers.

Every call goes through the same doors as pages: access, query, commands.
"""

from functools import cache

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db.models import Model
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework.response import Response
from rest_framework.views import APIView

from mainspring.kernel import access, commands, moved, query, remembered, resource, workflow
from mainspring.kernel.prepared import Prepared

from . import auth, incoming, present
from .problems import Problem

LIST_PARAMETERS = {"count", "fields"}


class Call(APIView):
    """One address of a resource: who calls, which resource, which record."""

    schema = None  # the addresses are described by `schema.add_resources`, one by one

    def initial(self, request, *args, module="", resources="", **kwargs):
        super().initial(request, *args, **kwargs)
        self.ctx = auth.context(request)
        found = resource.registry.get(f"{module}/{resources}")
        verbs = (
            ["view", "create", "change", "delete", *(v.name for v in workflow.verbs_of(found.model))] if found else []
        )
        if found is None or not any(access.can(self.ctx, found.model, verb) for verb in verbs):
            raise Http404
        self.resource, self.model = found, found.model
        self.sent = None
        if request.method in ("POST", "PATCH", "DELETE"):
            self.sent = request.data

    def handle_exception(self, exc):
        """Where another record stands for the one asked for, say which: 301 to who reads, 409 to who writes."""
        if isinstance(exc, Http404 | ObjectDoesNotExist) and "pk" in self.kwargs and hasattr(self, "model"):
            pk = self.kwargs["pk"]
            kept = moved.to(self.ctx, self.model, pk)
            if kept is not None:
                there = self.request.get_full_path().replace(f"/{pk}/", f"/{kept.pk}/", 1)
                if self.request.method == "GET":
                    return Response(
                        {"merged_into": present.plain(kept.pk)},
                        status=301,
                        headers={"Location": there, "Cache-Control": "no-store"},
                    )
                text = _("This was merged into %(record)s.") % {"record": kept}
                exc = Problem(409, _("Merged"), text, headers={"Location": there})
        return super().handle_exception(exc)

    def finalize_response(self, request, response, *args, **kwargs):
        for name, value in getattr(self, "limit_headers", {}).items():
            response[name] = value
        if "Cache-Control" not in response:
            response["Cache-Control"] = "private, no-cache"
        return super().finalize_response(request, response, *args, **kwargs)

    def key(self, pk: str):
        """The key of the address; Not found when it can be none."""
        try:
            return incoming.key_of(self.model, pk)
        except ValidationError:
            raise Http404 from None

    def record(self, pk: str):
        """The record of the address; Not found when there is none in the caller's sight."""
        return access.get(self.ctx, self.model, self.key(pk))

    def spec(self, extra: set[str] = frozenset()) -> query.Spec:
        found = query.parse(self.request.GET, ignore=LIST_PARAMETERS | extra)
        found.q = found.q[:200]
        return found

    def check(self, q: query.Query) -> None:
        """Refuse a question of which any part was not understood, naming each part."""
        if q.errors:
            params = self.request.GET
            raise Problem(
                400,
                _("Invalid query"),
                " ".join(q.errors.values()),
                [
                    {"field": name, "value": params.get(name, "")[:200], "rule": "query", "message": text}
                    for name, text in q.errors.items()
                ],
            )

    def view(self) -> present.View:
        return present.View(self.resource, self.ctx, words(self.request.GET.get("fields", "")))

    def fresh(self, record) -> dict:
        """The record as the caller may now see it, or its key alone when it went out of sight."""
        if not access.clear_when(self.ctx, self.model):
            found = next(iter(_reader(self.model, tuple(links(self.resource)))(record.pk)), None)
            if found is not None and access.surely(self.ctx, found):
                return self.view().full(found)
        rows = access.with_clearance(access.rows(self.ctx, self.model), self.ctx)
        found = joined(rows, links(self.resource)).filter(pk=record.pk).first()
        return self.view().full(found) if found is not None else {"id": present.plain(record.pk)}


def perform(call: Call, record, verb: str, version, inputs: dict) -> dict:
    """Perform a verb and say what came of it: the record, and under "outcome" another record it made."""
    wrong = {
        name: _("“%(verb)s” takes no such input.") % {"verb": verb}
        for name in inputs
        if name in ("ctx", "record", "name", "version")
    }
    if wrong:
        raise ValidationError(wrong, code="unknown")
    done = commands.perform(record, verb, call.ctx, version=version, **inputs)
    body = call.fresh(done)
    outcome = getattr(done, "outcome", None)
    if isinstance(outcome, Model):
        other = resource.of(type(outcome))
        body["outcome"] = {"resource": other.key if other else outcome._meta.label_lower, **present.plain(outcome)}
    return body


def answer(status: int, body, replayed: bool, location: str = "") -> Response:
    """The answer to a POST: where a new record is, its version, and whether this is the answer given before."""
    headers = {"Idempotency-Replayed": "true"} if replayed else {}
    if location and status == 201:
        headers["Location"] = location
    if isinstance(body, dict) and isinstance(body.get("version"), int):
        headers["ETag"] = f'"{body["version"]}"'
    return Response(body, status=status, headers=headers)


def etag(record) -> str:
    """The version of a record as a header says it; "" when it has none."""
    return f'"{record.version}"' if hasattr(record, "version") else ""


def version_headers(record) -> dict:
    return {"ETag": etag(record)} if etag(record) else {}


def version_read(request, record, *, required: bool) -> int | None:
    """The version the caller read. 428 without If-Match where it is required, 412 when it cannot match; * takes any."""
    if not hasattr(record, "version"):
        return None
    sent = request.headers.get("If-Match", "").strip()
    if not sent:
        if required:
            raise Problem(428, _("Version needed"), _("Send the record's ETag as If-Match, or * to overwrite."))
        return None
    if sent == "*":
        return None
    tags = [t.strip().removeprefix("W/").strip('"') for t in sent.split(",")]
    if str(record.version) not in tags:
        raise Problem(
            412,
            _("Changed meanwhile"),
            _("%(record)s is at version %(version)s; load it again.") % {"record": record, "version": record.version},
            headers={"ETag": etag(record)},
        )
    return record.version


def links(of: resource.Resource) -> list[str]:
    """Links of a record that its answer names and that need a join."""
    found = [f.name for f in of.model._meta.concrete_fields if f.many_to_one and f.name in present.paths(of)]
    return remembered.joined(of.model, found)


@cache
def _reader(model, paths: tuple[str, ...]) -> Prepared:
    """Reads one record with its links: so many joins take longer to plan than to do, so the plan is kept."""
    return Prepared(lambda pk: joined(model._default_manager.order_by(), list(paths)).filter(pk=pk))


def joined(rows, paths: list[str]):
    """The rows with these links fetched along."""
    return rows.select_related(*paths) if paths else rows  # without names it would follow every link


def words(text: str) -> list[str]:
    """The parts of a parameter with commas."""
    return [w.strip() for w in text.split(",") if w.strip()]
