"""Addresses of the web: the frame's own, those other rooms bring along, then the generic pages of every resource."""

from importlib.util import find_spec

from django.apps import apps
from django.urls import include, path

from mainspring.web import pwa
from mainspring.web.views import boards, charts, editing, lists, lookup, printing, records, saving, shell, verbs

handler400 = shell.bad_request
handler403 = shell.forbidden
handler404 = shell.not_found

ROOMS = ("mainspring.web.exchange_urls", "mainspring.web.collaboration.urls",
         "mainspring.web.collab_urls", "mainspring.web.studio_urls", "mainspring.studio.urls",
         "mainspring.web.settings_page")  # fmt: skip

generic = ([
    path("", lists.page, name="list"),
    path("new/", editing.new, name="new"),
    path("preview/", editing.preview, name="preview"),
    path("columns/", lists.choose_columns, name="columns"),
    path("filters/", lists.more_filters, name="filters"),
    path("cell/", lists.cell, name="cell"),
    path("views/", saving.save, name="views"),
    path("views/<int:pk>/", saving.remove, name="view-remove"),
    path("bulk/<slug:name>/", verbs.bulk_do, name="bulk"),
    path("board/", boards.board, name="board"),
    path("calendar/", boards.calendar, name="calendar"),
    path("events/", boards.events, name="events"),
    path("pivot/", charts.pivot, name="pivot"),
    path("chart/", charts.chart, name="chart"),
    path("help/", shell.help_page, name="help"),
    path("<str:pk>/", records.page, name="detail"),
    path("<str:pk>/edit/", editing.edit, name="edit"),
    path("<str:pk>/lines/", editing.lines, name="lines"),
    path("<str:pk>/fact/<str:name>/", records.fact, name="fact"),
    path("<str:pk>/tab/<int:number>/", records.tab, name="tab"),
    path("<str:pk>/do/<slug:name>/", verbs.do, name="do"),
    path("<str:pk>/move/", boards.move, name="move"),
    path("<str:pk>/reschedule/", boards.reschedule, name="reschedule"),
    path("<str:pk>/print/", printing.document, name="print"),
    path("<str:pk>/delete/", verbs.delete, name="delete"),
], "records")  # fmt: skip

urlpatterns = [
    path("", shell.start, name="home"),
    path("search/", shell.search, name="search"),
    path("live/", shell.live, name="live"),
    path("switch/", shell.switch, name="switch"),
    path("language/", shell.language, name="language"),
    path("i18n/setlang/", shell.language),
    path("profile/", shell.profile, name="profile"),
    path("lookup/<str:label>/", lookup.lookup, name="lookup"),
    *pwa.urlpatterns,
    *(path("", include(room)) for room in ROOMS if find_spec(room.rpartition(".")[0]) and find_spec(room)),
    *(
        path(f"{config.name.rpartition('.')[2]}/", include(f"{config.name}.pages"))
        for config in apps.get_app_configs()
        if config.name.startswith("mainspring.modules.")
        and find_spec(f"{config.name}.pages")
        and hasattr(__import__(f"{config.name}.pages", fromlist=["x"]), "urlpatterns")
    ),
    path("<slug:module>/<slug:slug>/", include(generic)),
]
