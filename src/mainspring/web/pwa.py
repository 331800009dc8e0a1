"""What lets the product be installed on a phone: the manifest, the service worker and the offline page."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control

from mainspring.web.templatetags import assets


@cache_control(max_age=3600)
def manifest(request: HttpRequest) -> JsonResponse:
    """The web app manifest, in the person's language."""
    sizes = [
        {
            "src": assets.build_url(f"icon-{size}.png"),
            "sizes": f"{size}x{size}",
            "type": "image/png",
            "purpose": "any maskable",
        }
        for size in (192, 512)
    ]
    vector = {"src": assets.build_url("icon.svg"), "sizes": "any", "type": "image/svg+xml"}
    return JsonResponse(
        {
            "name": "Mainspring",
            "short_name": "Mainspring",
            "id": "/",
            "start_url": "/",
            "scope": "/",
            "display": "standalone",
            "background_color": "#f6f5f1",
            "theme_color": "#0f3d37",
            "icons": [vector, *sizes],
            "shortcuts": [{"name": _("Inbox"), "url": "/inbox/"}, {"name": _("Search"), "url": "/search/"}],
        },
        content_type="application/manifest+json",
    )


@cache_control(no_cache=True)
def service_worker(request: HttpRequest) -> HttpResponse:
    """The service worker; it must come from the root to watch over every page."""
    file = assets.BUILD / "sw.js"
    source = file.read_text() if file.exists() else ""
    return HttpResponse(source, content_type="text/javascript", headers={"Service-Worker-Allowed": "/"})


def offline(request: HttpRequest) -> HttpResponse:
    """The page shown when there is no connection; it knows no person and may be cached."""
    return render(request, "web/offline.html")


urlpatterns = [
    path("manifest.webmanifest", manifest, name="manifest"),
    path("sw.js", service_worker, name="service-worker"),
    path("offline/", offline, name="offline"),
]
