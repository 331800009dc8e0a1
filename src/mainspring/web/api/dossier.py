"""GET /api/v1/dossier/?number=: the life graph of a document, with what the ledgers say."""

from dataclasses import asdict

from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework.response import Response
from rest_framework.views import APIView

from mainspring.kernel import dossier

from . import auth
from .problems import Problem


class Dossier(APIView):
    """One document's graph by number, or the documents to choose from when several come near."""

    schema = None

    def get(self, request):
        ctx = auth.context(request)
        number = request.GET.get("number", "").strip()
        if not number:
            raise Problem(400, _("Invalid query"), _("Give a number: ?number=…"))
        found = dossier.find(ctx, number)
        exact = [i for i in found if i.number.lower() == number.lower()]
        if not found:
            raise Http404
        if len(exact) != 1 and len(found) > 1:
            return Response(
                {"candidates": [{"id": str(i.pk), "number": i.number, "kind": i.kind} for i in exact or found]}
            )
        graph = dossier.graph(ctx, (exact or found)[0].pk)
        nodes = [
            asdict(n) if not n.restricted else {"id": n.id, "layer": n.layer, "restricted": True} for n in graph.nodes
        ]
        return Response(
            {
                "focus": graph.focus,
                "nodes": nodes,
                "truncated": graph.truncated,
                "edges": [{"from": a, "to": b} for a, b in graph.edges],
            }
        )
