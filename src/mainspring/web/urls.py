"""Addresses of the web: the frame's own, those other rooms bring along, then the generic pages of every resource."""

from importlib import import_module
from importlib.util import find_spec

from django.apps import apps
from django.conf import settings
from django.urls import include, path

from mainspring.web import gallery, pwa
from mainspring.web.views import (
    boards,
    bulk,
    charts,
    editing,
    help,
    in_place,
    line_edits,
    lists,
    lookup,
    mailing,
    printing,
    records,
    saving,
    scan,
    shell,
    tabs,
    tokens,
    verbs,
)

ROOMS = {
    "mainspring.web.api.urls": "api/v1/",
    "mainspring.web.exchange_urls": "",
    "mainspring.web.collaboration_urls": "",
    "mainspring.web.settings_page": "",
    "mainspring.studio.urls": "studio/",
}
"""Addresses other rooms of the web bring along, when they are there, with what stands before them."""


def there(room: str) -> bool:
    return bool(find_spec(room.rpartition(".")[0]) and find_spec(room))


def hand_made_pages():
    """Pages modules write themselves: `urlpatterns` of their `pages` room, under the module's name."""
    for config in apps.get_app_configs():
        if config.name in settings.MAINSPRING_MODULES and there(f"{config.name}.pages"):
            pages = import_module(f"{config.name}.pages")
            if hasattr(pages, "urlpatterns"):
                yield path(f"{config.name.rpartition('.')[2]}/", include(pages))


def public_pages():
    """Pages for people outside, without sign-in: `urlpatterns` of modules' `public` room, at the root."""
    for config in apps.get_app_configs():
        if config.name in settings.MAINSPRING_MODULES and there(f"{config.name}.public"):
            yield from import_module(f"{config.name}.public").urlpatterns


generic = ([
    path("", lists.page, name="list"),
    path("new/", editing.new, name="new"),
    path("preview/", line_edits.preview, name="preview"),
    path("columns/", lists.choose_columns, name="columns"),
    path("filters/", lists.more_filters, name="filters"),
    path("cell/", in_place.cell, name="cell"),
    path("views/", saving.save, name="views"),
    path("views/<int:pk>/", saving.remove, name="view-remove"),
    path("bulk/<slug:name>/", bulk.do, name="bulk"),
    path("restore/", verbs.restore, name="restore"),
    path("board/", boards.board, name="board"),
    path("calendar/", boards.calendar, name="calendar"),
    path("events/", boards.events, name="events"),
    path("pivot/", charts.pivot, name="pivot"),
    path("chart/", charts.chart, name="chart"),
    path("help/", help.page, name="help"),
    path("<str:pk>/", records.page, name="detail"),
    path("<str:pk>/edit/", editing.edit, name="edit"),
    path("<str:pk>/lines/", line_edits.lines, name="lines"),
    path("<str:pk>/fact/<str:name>/", in_place.fact, name="fact"),
    path("<str:pk>/tab/<int:number>/", tabs.tab, name="tab"),
    path("<str:pk>/do/<slug:name>/", verbs.do, name="do"),
    path("<str:pk>/move/", boards.move, name="move"),
    path("<str:pk>/reschedule/", boards.reschedule, name="reschedule"),
    path("<str:pk>/print/", printing.document, name="print"),
    path("<str:pk>/mail/", mailing.send, name="mail"),
    path("<str:pk>/delete/", verbs.delete, name="delete"),
], "records")  # fmt: skip

urlpatterns = [
    path("", shell.start, name="home"),
    path("search/", shell.search, name="search"),
    path("scan/", scan.page, name="scan"),
    path("help/", help.beside, name="help"),
    path("guide/", help.read, name="guide"),
    path("guide/<str:name>/", help.read, name="guide-page"),
    path("live/", shell.live, name="live"),
    path("live/changes/", shell.changes, name="live_changes"),
    path("switch/", shell.switch, name="switch"),
    path("language/", shell.language, name="language"),
    path("i18n/setlang/", shell.language),
    path("profile/", shell.profile, name="profile"),
    path("profile/tokens/", tokens.page, name="tokens"),
    path("profile/tokens/<int:pk>/revoke/", tokens.revoke, name="token-revoke"),
    path("reports/", include("mainspring.web.reports")),
    path("lookup/<str:label>/", lookup.lookup, name="lookup"),
    path("lookup/<str:label>/names/<str:name>/", lookup.names, name="lookup-names"),
    *pwa.urlpatterns,
    *(path(prefix, include(room)) for room, prefix in ROOMS.items() if there(room)),
    path("components/", gallery.show, name="gallery"),
    *hand_made_pages(),
    *public_pages(),
    path("<slug:module>/<slug:slug>/", include(generic)),
]
