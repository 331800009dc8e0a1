"""Addresses of working together: timeline, files, inbox, background jobs, dossier."""

from django.urls import path

from mainspring.web.views_collab import dossier, inbox, jobs, timeline

urlpatterns = [
    path("timeline/<str:label>/<str:pk>/", timeline.page, name="timeline"),
    path("timeline/<str:label>/<str:pk>/notes/", timeline.add_note, name="timeline-note"),
    path("timeline/<str:label>/<str:pk>/people/", timeline.people, name="timeline-people"),
    path("timeline/<str:label>/<str:pk>/files/", timeline.attach, name="timeline-attach"),
    path("timeline/<str:label>/<str:pk>/tasks/", timeline.add_task, name="timeline-task"),
    path("notes/<int:pk>/", timeline.edit_note, name="note"),
    path("notes/<int:pk>/share/", timeline.share_note, name="note-share"),
    path("files/<int:pk>/", timeline.download, name="file"),
    path("files/<int:pk>/remove/", timeline.detach, name="file-remove"),
    path("files/<int:pk>/share/", timeline.share_file, name="file-share"),
    path("inbox/", inbox.page, name="inbox"),
    path("inbox/read/", inbox.read, name="inbox-read"),
    path("inbox/approvals/<int:pk>/", inbox.approval, name="approval"),
    path("jobs/", jobs.page, name="jobs"),
    path("jobs/<int:pk>/", jobs.one, name="job"),
    path("dossier/", dossier.search, name="dossier-search"),
    path("dossier/<uuid:pk>/", dossier.page, name="dossier"),
]
