"""Addresses of import and export, beside the list they belong to."""

from django.urls import path

from mainspring.web import exchange

BASE = "<slug:module>/<slug:slug>/"

urlpatterns = [
    path(f"{BASE}export/", exchange.export, name="export"),
    path(f"{BASE}import/", exchange.start, name="import"),
    path(f"{BASE}import/template.xlsx", exchange.template, name="import-template"),
    path(f"{BASE}import/<int:run>/", exchange.step, name="import-step"),
    path(f"{BASE}import/<int:run>/problems.csv", exchange.problems, name="import-problems"),
    path(f"{BASE}import/<int:run>/job/", exchange.job, name="import-job"),
]
