"""The calls on a resource: its records, one record, what can be done with it, its sums; and the list of resources."""

from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework.response import Response
from rest_framework.views import APIView

from mainspring.kernel import access, commands, looking, query, resource, summaries

from . import auth, calls, idempotency, incoming, present
from .problems import Problem


class Records(calls.Call):
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
        return calls.answer(status, body, replayed, location=f"{request.path}{body.get('id')}/")


class Record(calls.Call):
    """GET, PATCH and DELETE one record."""

    def get(self, request, pk, **kwargs):
        found = access.with_clearance(access.rows(self.ctx, self.model), self.ctx)
        record = calls.joined(found, calls.links(self.resource)).filter(pk=self.key(pk)).first()
        if record is None:
            raise Http404
        if calls.etag(record) and request.headers.get("If-None-Match") == calls.etag(record):
            return Response(status=304, headers={"ETag": calls.etag(record)})
        looking.note_opened(self.ctx, record)
        return Response(self.view().full(record), headers=calls.version_headers(record))

    def patch(self, request, pk, **kwargs):
        record = self.record(pk)
        version = calls.version_read(request, record, required=True)
        changed = commands.change(
            record, self.ctx, version=version, **incoming.split(self.model, request.data, self.ctx)
        )
        return Response(self.fresh(changed), headers=calls.version_headers(changed))

    def delete(self, request, pk, **kwargs):
        record = self.record(pk)
        commands.delete(record, self.ctx, version=calls.version_read(request, record, required=True))
        return Response(status=204)


class Do(calls.Call):
    """POST: perform a verb with its inputs."""

    def post(self, request, pk, verb, **kwargs):
        record = self.record(pk)
        version = calls.version_read(request, record, required=False)

        def work():
            return 200, calls.perform(self, record, verb, version, incoming.body(request.data))

        status, body, replayed = idempotency.once(request, self.ctx, work)
        return calls.answer(status, body, replayed)


class Verbs(calls.Call):
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


class Pivot(calls.Call):
    """GET sums and counts by up to three dimensions; each group brings the filter that opens its records."""

    def get(self, request, **kwargs):
        params = request.GET
        dimensions, measures = calls.words(params.get("dimensions", "")), calls.words(params.get("measures", ""))
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
