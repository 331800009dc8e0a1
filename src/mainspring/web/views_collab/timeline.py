"""The timeline of any record, and what people add to it there: notes, files, tasks."""

import re

from django import forms
from django.apps import apps
from django.contrib.humanize.templatetags.humanize import naturaltime
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.http import FileResponse, Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from mainspring.kernel import access, collaboration, sharing, timeline, workflow
from mainspring.kernel.models import Attachment, Note
from mainspring.web.views import base, verbs

PAGE = 25


def of_record(view):
    """Give a view the record a label and a key name, or answer that there is none (rule Z06)."""

    @base.signed_in
    def inner(request, label, pk, *args, **kwargs):
        try:
            model = apps.get_model(label)
            if not access.can(request.ctx, model, "view"):
                raise Http404
            record = access.get(request.ctx, model, model._meta.pk.to_python(pk))
        except (LookupError, ObjectDoesNotExist, ValidationError, ValueError, OverflowError):
            raise Http404 from None
        return view(request, record, *args, **kwargs)

    return inner


@require_GET
@of_record
def page(request, record):
    """The timeline (also as JSON); with ?before= only older entries, to go under those shown."""
    before = _moment(request.GET.get("before", ""))
    entries, more = timeline.entries(request.ctx, record, before=before, limit=PAGE)
    if "json" in request.headers.get("Accept", "") and not request.headers.get("HX-Request"):
        return JsonResponse({"entries": [vars(e) for e in entries], "more": more})
    context = {"timeline": _props(request, record, entries, more, files=before is None)}
    if before is not None:
        return render(request, "web/parts/timeline_more.html", context)
    return render(request, "web/parts/timeline.html", context)


def _props(request, record, entries, more, *, files: bool = True) -> dict:
    at, sharable = address(record), may_share(request, record)
    return {
        "comment_url": f"{at}notes/",
        "mention_url": f"{at}people/",
        "attach_url": f"{at}files/",
        "task_url": f"{at}tasks/",
        "more": f"{at}?before={more.isoformat().replace('+', '%2B')}" if more else "",
        "entries": [shown(e, sharable) for e in entries],
        "files": _files(request, record) if files else [],
    }


def address(record) -> str:
    return f"/timeline/{record._meta.label_lower}/{record.pk}/"


def may_share(request, record) -> bool:
    """Whether the marks for the partner are offered here."""
    return sharing.possible(type(record)) and not access.is_portal(request.ctx)


def shown(entry: timeline.Entry, sharable: bool = False) -> dict:
    """What the template needs of an entry; notes can be shared where a partner sees the record."""
    free = sharable and entry.kind == "note" and not entry.outside
    share = f"/notes/{entry.id.removeprefix('note-')}/share/" if free else ""
    return vars(entry) | {"at_text": naturaltime(entry.at), "share": share}


@require_POST
@of_record
def add_note(request, record):
    note = collaboration.add_note(record, request.ctx, text=_text(request, "text"))
    return _entry(request, note, record)


@require_POST
@base.signed_in
def share_note(request, pk):
    """Set or take the mark on a note: shared=1 or 0."""
    note = get_object_or_404(Note.objects.filter(sharing.readable(request.ctx)), pk=pk)
    record = collaboration.record_of(note, request.ctx)
    return _entry(request, sharing.share(note, request.ctx, shared=request.POST.get("shared") == "1"), record)


def _entry(request, note, record):
    edit = f"/notes/{note.pk}/" if collaboration.may_edit(note, request.ctx) else ""
    who, again = str(note.created_by or ""), _("edited") if note.edited_at else ""
    entry = timeline.Entry(f"note-{note.pk}", "note", note.created_at, who, again, note.text, edit=edit)
    entry.shared = note.shared and not access.is_portal(request.ctx)
    entry.outside = sharing.came_from_outside(note)
    item = shown(entry, may_share(request, record))
    return render(request, "web/parts/timeline_entry.html", {"item": item})


@require_http_methods(["GET", "POST"])
@base.signed_in
def edit_note(request, pk):
    """One's own note: a small dialog."""
    note = get_object_or_404(Note, pk=pk)
    collaboration.record_of(note, request.ctx)

    class NoteForm(forms.Form):
        text = forms.CharField(label=_("Note"), widget=forms.Textarea(attrs={"rows": 4}), max_length=20000)

    form = NoteForm(request.POST or None, initial={"text": note.text})
    if request.method == "POST" and form.is_valid():
        collaboration.edit_note(note, request.ctx, text=form.cleaned_data["text"])
        return base.done(text=_("Saved"), topics=("record", f"record:{note.record_id}"))
    return render(
        request,
        "web/dialog.html",
        {"title": _("Note"), "form": form, "url": request.path, "submit": _("Save")},
        status=422 if form.errors else 200,
    )


@require_GET
@of_record
def people(request, record):
    """Colleagues who may be mentioned here."""
    found = collaboration.mentionable(record, request.ctx, request.GET.get("q", "").replace("\x00", "")[:60])
    return JsonResponse({"items": [{"id": u.username, "name": u.username, "text": str(u)} for u in found]})


# -- files ------------------------------------------------------------------------------------------------------------


@require_POST
@of_record
def attach(request, record):
    """Keep the files sent; all are refused when one is."""
    sent = request.FILES.getlist("file")
    if not sent:
        raise ValidationError({"file": _("Choose a file.")})
    for one in sent:
        collaboration.clean_name(one.name)
    for one in sent:
        collaboration.attach(record, request.ctx, name=one.name, content=one.file)
    return _file_list(request, record)


@require_GET
@base.signed_in
def download(request, pk):
    """A file's content: the permission to see its record is looked at each time."""
    attachment = get_object_or_404(sharing.files(request.ctx), pk=pk)
    collaboration.record_of(attachment, request.ctx)
    if not collaboration.may_see(attachment, request.ctx):
        raise Http404
    path = collaboration.path_of(attachment.digest)
    if not path.is_file():
        raise Http404
    inline = attachment.content_type in collaboration.SHOWN_TYPES and "download" not in request.GET
    part = _part(request, path, attachment) if inline else None
    answer = part or FileResponse(
        path.open("rb"),
        as_attachment=not inline,
        filename=attachment.name,
        content_type=attachment.content_type if inline else "application/octet-stream",
    )
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    answer["Cache-Control"] = "private, no-cache"
    return answer


def _part(request, path, attachment) -> HttpResponse | None:
    """The part of a recording a player asks for; some play nothing they cannot wind."""
    asked = re.fullmatch(r"bytes=(\d{1,12})-(\d{0,12})", request.headers.get("Range", ""))
    if asked is None or attachment.content_type not in collaboration.HEARD_TYPES:
        return None
    size, first = path.stat().st_size, int(asked[1])
    last = min(int(asked[2] or size - 1), size - 1)
    if first > last:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    with path.open("rb") as file:
        file.seek(first)
        content = file.read(last - first + 1)
    headers = {"Content-Range": f"bytes {first}-{last}/{size}", "Accept-Ranges": "bytes"}
    return HttpResponse(content, status=206, content_type=attachment.content_type, headers=headers)


@require_POST
@base.signed_in
def detach(request, pk):
    attachment = get_object_or_404(sharing.files(request.ctx), pk=pk)
    record = collaboration.record_of(attachment, request.ctx)
    collaboration.detach(attachment, request.ctx)
    return _file_list(request, record)


@require_POST
@base.signed_in
def share_file(request, pk):
    """Set or take the mark on a file: shared=1 or 0."""
    attachment = get_object_or_404(sharing.files(request.ctx), pk=pk)
    record = collaboration.record_of(attachment, request.ctx)
    sharing.share(attachment, request.ctx, shared=request.POST.get("shared") == "1")
    return _file_list(request, record)


def _file_list(request, record) -> HttpResponse:
    return render(
        request, "web/parts/files.html", {"files": _files(request, record), "attach_url": f"{address(record)}files/"}
    )


def _files(request, record) -> list[dict]:
    """Files of a record, newest first; two queries."""
    about = Attachment.about(record)
    found = sharing.with_origin(
        Attachment.objects.filter(
            sharing.readable(request.ctx), entity=about["entity"], record_id=about["record_id"], field=""
        ).select_related("created_by", "company")
    )
    change = access.can(request.ctx, type(record), "change")
    inside, sharable = not access.is_portal(request.ctx), may_share(request, record)
    return [
        {
            "name": f.name,
            "href": f"/files/{f.pk}/",
            "size": f.size,
            "kind": f.content_type,
            "who": str((f.created_by if inside or f.from_outside else f.company) or ""),
            "shared": f.shared and inside,
            "share": f"/files/{f.pk}/share/" if sharable and not f.from_outside else "",
            "at_text": naturaltime(f.created_at),
            "preview": f"/files/{f.pk}/"
            if f.content_type.startswith("image/") and f.content_type in collaboration.SHOWN_TYPES
            else "",
            "remove": f"/files/{f.pk}/remove/" if change or f.created_by_id == request.user.pk else "",
        }
        for f in found
    ]


# -- tasks ------------------------------------------------------------------------------------------------------------

TASK = workflow.Verb(
    "task",
    label="",
    ask=(
        workflow.Input("title", "text", gettext_lazy("Title")),
        workflow.Input("assignee", "link", gettext_lazy("Who"), to="kernel.user"),
        workflow.Input("due_on", "date", gettext_lazy("Due on"), required=False),
        workflow.Input("text", "longtext", gettext_lazy("Details"), required=False),
    ),
)


@require_http_methods(["GET", "POST"])
@of_record
def add_task(request, record):
    """A dialog that gives somebody something to do here."""
    from mainspring.web import forms as web_forms

    form = web_forms.input_form(TASK, record, request.ctx, data=request.POST if request.method == "POST" else None)
    extra = {"title": _("New task: %(record)s") % {"record": record}, "url": request.path, "submit": _("Add task")}
    if request.method == "GET":
        return verbs.dialog(request, TASK, None, form, **extra)
    try:
        inputs = TASK.clean(form.raw()[0], request.ctx)
        collaboration.add_task(record, request.ctx, **inputs | {"text": inputs["text"] or ""})
    except ValidationError as error:
        form.show_errors(error)
        return verbs.dialog(request, TASK, None, form, status=422, **extra)
    return base.done(text=_("Task added"), topics=("record", f"record:{record.pk}"))


# -- helpers ----------------------------------------------------------------------------------------------------------


def _text(request, name: str) -> str:
    text = request.POST.get(name, "")
    if "\x00" in text:
        raise ValidationError({name: _("Null characters are not allowed.")})
    return text


def _moment(text: str):
    try:
        return parse_datetime(text)
    except ValueError:
        return None
