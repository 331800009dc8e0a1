"""The calls. Every one goes through the same doors as pages: access, query, commands."""

from functools import cache
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Model
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework.response import Response
from rest_framework.views import APIView

from mainspring.kernel import access, commands, errors, query, remembered, resource, summaries, workflow
from mainspring.kernel.prepared import Prepared

from . import auth, idempotency, incoming, present, problems
from .problems import Problem

BULK_MAX = 1000
LIST_PARAMETERS = {"count", "fields"}


class Call(APIView):
    """What all calls share: the resource of the address, the caller's circumstances, headers of limits."""

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

    def finalize_response(self, request, response, *args, **kwargs):
        for name, value in getattr(self, "limit_headers", {}).items():
            response[name] = value
        if "Cache-Control" not in response:
            response["Cache-Control"] = "private, no-cache"
        return super().finalize_response(request, response, *args, **kwargs)

    def record(self, pk: str, verb: str = "view"):
        """The record of the address; Not found when there is none in the caller's sight."""
        try:
            return access.get(self.ctx, self.model, incoming.key_of(self.model, pk), verb)
        except ValidationError:
            raise Http404 from None

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
        return present.View(self.resource, self.ctx, _words(self.request.GET.get("fields", "")))

    def fresh(self, record) -> dict:
        """The record as the caller may now see it, or its key alone when it went out of sight."""
        if not access.clear_when(self.ctx, self.model):
            found = next(iter(_reader(self.model, tuple(_links(self.resource)))(record.pk)), None)
            if found is not None and access.surely(self.ctx, found):
                return self.view().full(found)
        rows = access.with_clearance(access.rows(self.ctx, self.model), self.ctx)
        found = _joined(rows, _links(self.resource)).filter(pk=record.pk).first()
        return self.view().full(found) if found is not None else {"id": present.plain(record.pk)}


class Records(Call):
    """GET a page of records, POST a new one."""

    def get(self, request, **kwargs):
        view = self.view()
        q = query.Query(self.resource, self.ctx, self.spec(), fields=view.fields)
        page = q.page(view.columns)
        self.check(q)
        found: dict = {"results": [view.record(r) for r in page.rows]}
        for name, parameter, cursor in (("next", "after", page.next), ("previous", "before", page.previous)):
            found[name] = self._link(parameter, cursor) if cursor else None
        if request.GET.get("count") in ("exact", "true", "1"):
            found["count"] = q.filtered().count()
        return Response(found)

    def _link(self, parameter: str, cursor: str) -> str:
        params = [(k, v) for k, values in self.request.GET.lists() for v in values if k not in ("after", "before")]
        return self.request.build_absolute_uri(f"{self.request.path}?{urlencode([*params, (parameter, cursor)])}")

    def post(self, request, **kwargs):
        def work():
            if not self.resource.creatable:
                raise Problem(405, _("Not possible"), _("These records come from other records."))
            record = commands.create(self.model, self.ctx, **incoming.split(self.model, request.data, self.ctx))
            return 201, self.fresh(record)

        status, body, replayed = idempotency.once(request, self.ctx, work)
        return _answer(status, body, replayed, location=f"{request.path}{body.get('id')}/")


class Record(Call):
    """GET, PATCH and DELETE one record."""

    def get(self, request, pk, **kwargs):
        found = access.with_clearance(access.rows(self.ctx, self.model), self.ctx)
        record = _joined(found, _links(self.resource)).filter(pk=self._key(pk)).first()
        if record is None:
            raise Http404
        if _etag(record) and request.headers.get("If-None-Match") == _etag(record):
            return Response(status=304, headers={"ETag": _etag(record)})
        return Response(self.view().full(record), headers=_headers(record))

    def _key(self, pk):
        try:
            return incoming.key_of(self.model, pk)
        except ValidationError:
            raise Http404 from None

    def patch(self, request, pk, **kwargs):
        record = self.record(pk)
        version = _if_match(request, record, required=True)
        changed = commands.change(
            record, self.ctx, version=version, **incoming.split(self.model, request.data, self.ctx)
        )
        return Response(self.fresh(changed), headers=_headers(changed))

    def delete(self, request, pk, **kwargs):
        record = self.record(pk)
        commands.delete(record, self.ctx, version=_if_match(request, record, required=True))
        return Response(status=204)


class Do(Call):
    """POST: perform a verb with its inputs."""

    def post(self, request, pk, verb, **kwargs):
        record = self.record(pk)
        version = _if_match(request, record, required=False)

        def work():
            return 200, perform(self, record, verb, version, incoming.body(request.data))

        status, body, replayed = idempotency.once(request, self.ctx, work)
        return _answer(status, body, replayed)


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


class Verbs(Call):
    """GET what can be done with a record now, and why the rest cannot."""

    def get(self, request, pk, **kwargs):
        return Response(
            {
                "verbs": [
                    {
                        "name": verb.name,
                        "title": verb.title,
                        "possible": not reason,
                        "reason": reason,
                        "inputs": [
                            {
                                "name": i.name,
                                "kind": i.kind,
                                "label": str(i.label or i.name),
                                "required": i.required,
                                "choices": [[str(k), str(label)] for k, label in i.choices],
                                "to": i.to,
                            }
                            for i in verb.ask
                        ],
                    }
                    for verb, reason in commands.verbs_for(self.record(pk), self.ctx)
                ]
            }
        )


class Pivot(Call):
    """GET sums and counts by up to three dimensions; each group brings the filter that opens its records."""

    def get(self, request, **kwargs):
        params = request.GET
        dimensions, measures = _words(params.get("dimensions", "")), _words(params.get("measures", ""))
        if len(dimensions) > 3 or len(measures) > 10:
            raise ValidationError({"dimensions": _("At most three dimensions and ten measures.")})
        q = query.Query(self.resource, self.ctx, self.spec({"dimensions", "measures"}))
        self.check(q)
        found, truncated = summaries.groups(q, dimensions, measures)
        return Response(
            {
                "dimensions": dimensions,
                "measures": measures,
                "truncated": truncated,
                "groups": [
                    {
                        "keys": [present.plain(k) for k in g.keys],
                        "labels": [str(x) for x in g.labels],
                        "count": g.count,
                        "values": {k: present.plain(v) for k, v in g.values.items()},
                        "units": g.units,
                        "filter": urlencode(g.params),
                    }
                    for g in found
                ],
            }
        )


class Bulk(Call):
    """POST many operations: all or none (atomic), or each for itself with a result a row."""

    def post(self, request, **kwargs):
        def work():
            data = incoming.body(request.data)
            operations, atomic = data.get("operations"), data.get("atomic", True)
            if not isinstance(operations, list) or not isinstance(atomic, bool) or set(data) - {"operations", "atomic"}:
                raise ValidationError({"operations": _("A list of operations is needed here.")}, code="type")
            if len(operations) > BULK_MAX:
                raise ValidationError(
                    {"operations": _("At most %(n)s operations a call.") % {"n": BULK_MAX}}, code="max"
                )
            return (self._all_or_none if atomic else self._each)(operations)

        status, body, replayed = idempotency.once(request, self.ctx, work)
        return _answer(status, body, replayed)

    def _all_or_none(self, operations):
        results, wrong = [], []
        try:
            with transaction.atomic():
                for n, operation in enumerate(operations):
                    result = self._one(operation)
                    results.append(result)
                    wrong += [
                        {"field": f"operations.{n}.{i['field']}".rstrip("."), **{k: i[k] for k in i if k != "field"}}
                        for i in _broken(result)
                    ]
                if wrong:
                    raise Problem(
                        422,
                        _("Nothing was done"),
                        _("%(n)s of %(all)s operations were refused.")
                        % {"n": sum(r["status"] >= 400 for r in results), "all": len(results)},
                        wrong,
                    )
        except Problem as problem:
            problem.body["results"] = [r if r["status"] >= 400 else {"status": 424} for r in results]
            raise
        return 200, {"results": results}

    def _each(self, operations):
        return 200, {"results": [self._one(operation) for operation in operations]}

    def _one(self, operation) -> dict:
        try:
            with transaction.atomic():
                try:
                    return self._work(incoming.body(operation))
                except errors.ApprovalRequired as waiting:
                    return {"status": 202, "waiting": problems.describe(waiting).body}
        except Exception as error:
            sent = operation.get("values", operation.get("inputs")) if isinstance(operation, dict) else None
            problem = problems.describe(error, sent)
            if problem is None:
                raise
            return {"status": problem.body["status"], "problem": problem.body}

    def _work(self, operation: dict) -> dict:
        kind, version = operation.get("op"), operation.get("version")
        if version is not None and (isinstance(version, bool) or not isinstance(version, int)):
            raise ValidationError({"version": _("A number is needed here.")}, code="type")
        if kind == "create" and self.resource.creatable:
            values = incoming.split(self.model, operation.get("values", {}), self.ctx)
            return {"status": 201, "record": self.fresh(commands.create(self.model, self.ctx, **values))}
        if kind not in ("change", "do", "delete"):
            raise ValidationError({"op": _("One of create, change, do, delete is needed here.")}, code="choice")
        record = self.record(str(operation.get("id", "")))
        if kind == "change":
            values = incoming.split(self.model, operation.get("values", {}), self.ctx)
            return {"status": 200, "record": self.fresh(commands.change(record, self.ctx, version=version, **values))}
        if kind == "delete":
            commands.delete(record, self.ctx, version=version)
            return {"status": 204}
        inputs = incoming.body(operation.get("inputs", {}))
        return {"status": 200, "record": perform(self, record, str(operation.get("verb", "")), version, inputs)}


class Index(APIView):
    """GET the resources the caller may read."""

    schema = None

    def get(self, request):
        ctx = auth.context(request)
        return Response(
            {
                "company": ctx.company_id,
                "resources": [
                    {"key": key, "title": found.plural, "address": request.build_absolute_uri(f"/api/v1/{key}/")}
                    for key, found in sorted(resource.registry.items())
                    if access.can(ctx, found.model, "view")
                ],
            }
        )


class Unknown(APIView):
    """Any other address below /api/ is not found, as a problem."""

    schema = None
    permission_classes = ()

    def initial(self, request, *args, **kwargs):
        raise Http404


# -- helpers ----------------------------------------------------------------------------------------------------------


def _answer(status: int, body, replayed: bool, location: str = "") -> Response:
    headers = {"Idempotency-Replayed": "true"} if replayed else {}
    if location and status == 201:
        headers["Location"] = location
    if isinstance(body, dict) and isinstance(body.get("version"), int):
        headers["ETag"] = f'"{body["version"]}"'
    return Response(body, status=status, headers=headers)


def _etag(record) -> str:
    return f'"{record.version}"' if hasattr(record, "version") else ""


def _headers(record) -> dict:
    return {"ETag": _etag(record)} if _etag(record) else {}


def _if_match(request, record, *, required: bool) -> int | None:
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
            headers={"ETag": _etag(record)},
        )
    return record.version


def _links(of: resource.Resource) -> list[str]:
    links = [f.name for f in of.model._meta.concrete_fields if f.many_to_one and f.name in present.paths(of)]
    return remembered.joined(of.model, links)


@cache
def _reader(model, links: tuple[str, ...]) -> Prepared:
    """Reads one record with its links: so many joins take longer to plan than to do, so the plan is kept."""
    return Prepared(lambda pk: _joined(model._default_manager.order_by(), list(links)).filter(pk=pk))


def _joined(rows, links: list[str]):
    return rows.select_related(*links) if links else rows  # without names it would follow every link


def _words(text: str) -> list[str]:
    return [w.strip() for w in text.split(",") if w.strip()]


def _broken(result: dict) -> list[dict]:
    if result["status"] < 400:
        return []
    problem = result["problem"]
    return problem.get("errors") or [
        {"field": "", "value": None, "rule": str(problem["status"]), "message": problem["detail"]}
    ]
