"""Addresses: probes, sign-in and, from `mainspring.web`, everything else."""

from importlib.util import find_spec

from django.urls import include, path

from mainspring.site import health, metrics

urlpatterns = [
    path("health/live", health.live, name="health-live"),
    path("health/ready", health.ready, name="health-ready"),
    path("metrics", metrics.page, name="metrics"),
    path("accounts/", include("allauth.urls")),
]
if find_spec("mainspring.web") and find_spec("mainspring.web.urls"):
    urlpatterns.append(path("", include("mainspring.web.urls")))
