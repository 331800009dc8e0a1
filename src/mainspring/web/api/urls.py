"""Addresses under /api/v1/: the REST interface, its description and its explorable documentation."""

from django.urls import path, re_path
from drf_spectacular.views import SpectacularJSONAPIView, SpectacularSwaggerSplitView

from . import attached, auth, bulk, dossier, views

BASE = "<slug:module>/<slug:resources>/"


class Schema(SpectacularJSONAPIView):
    """The description; each reader gets the resources in his or her sight."""

    authentication_classes = (auth.TokenAuthentication, auth.SessionAuthentication)


class Docs(SpectacularSwaggerSplitView):
    """Documentation to try calls in, with the reader's own session."""

    authentication_classes = (auth.TokenAuthentication, auth.SessionAuthentication)

    def perform_content_negotiation(self, request, force=False):
        renderer = self.renderer_classes[0]()
        return renderer, renderer.media_type


urlpatterns = [
    path("", views.Index.as_view(), name="api-index"),
    path("openapi.json", Schema.as_view(), name="api-schema"),
    path("dossier/", dossier.Dossier.as_view(), name="api-dossier"),
    path("docs/", Docs.as_view(url_name="api-schema"), name="api-docs"),
    path(BASE, views.Records.as_view(), name="api-records"),
    path(f"{BASE}bulk/", bulk.Bulk.as_view(), name="api-bulk"),
    path(f"{BASE}files/", attached.Staged.as_view(), name="api-staged"),
    path(f"{BASE}pivot/", views.Pivot.as_view(), name="api-pivot"),
    path(f"{BASE}<str:pk>/", views.Record.as_view(), name="api-record"),
    path(f"{BASE}<str:pk>/verbs/", views.Verbs.as_view(), name="api-verbs"),
    path(f"{BASE}<str:pk>/do/<str:verb>/", views.Do.as_view(), name="api-do"),
    path(f"{BASE}<str:pk>/files/", attached.Files.as_view(), name="api-files"),
    path(f"{BASE}<str:pk>/files/<str:file>/", attached.File.as_view(), name="api-file"),
    path(f"{BASE}<str:pk>/notes/", attached.Notes.as_view(), name="api-notes"),
    path(f"{BASE}<str:pk>/notes/<str:note>/", attached.OneNote.as_view(), name="api-note"),
    re_path(r"", views.Unknown.as_view(), name="api-unknown"),
]
