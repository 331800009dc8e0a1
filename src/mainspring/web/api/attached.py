"""Calls for what is added to records: files and notes, and the mark that shows them to the partner."""

import hashlib
from typing import ClassVar

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import FileResponse, Http404
from django.utils.translation import gettext as _
from rest_framework.parsers import MultiPartParser
from rest_framework.response import Response

from mainspring.kernel import access, collaboration, errors, policies, sharing
from mainspring.kernel.models import Attachment, Note

from . import idempotency, incoming
from .calls import Call, answer
from .present import plain

BLOCK_BYTES = 1 << 20


class Sent(Call):
    """A call whose body is a form with a file, or JSON."""

    parser_classes: ClassVar = [MultiPartParser, incoming.Parser]

    def upload(self):
        """The file of the form; ValidationError when there is none or more than one."""
        found = self.request.FILES.getlist("file")
        if len(found) != 1 or len(self.request.FILES) != 1:
            raise ValidationError({"file": _("Send one file, as multipart/form-data, under the name “file”.")})
        collaboration.clean_name(found[0].name)
        return found[0]

    def once(self, work, upload=None):
        """The answer of the work, once for a key; an upload counts by its name and content."""
        sent = ""
        if upload is not None and self.request.headers.get(idempotency.HEADER):
            digest = hashlib.sha256()
            for block in upload.chunks(BLOCK_BYTES):
                digest.update(block)
            upload.seek(0)
            sent = f"{upload.name}\n{digest.hexdigest()}\n{dict(self.request.POST)}"
        with transaction.atomic():
            return answer(*idempotency.once(self.request, self.ctx, work, sent=sent))

    def must_write(self) -> None:
        """A token limited to reading adds nothing, although its person may."""
        matching = policies.of(self.ctx).matching(self.model._meta.label_lower, "view")
        limited = bool(matching) and all(g.limited for g in matching)
        if limited and not (access.can(self.ctx, self.model, "change") or access.can(self.ctx, self.model, "create")):
            raise errors.Forbidden(_("This token may only read."))


class Staged(Sent):
    """POST a file for an attachment field: name its id in the field of the record you then create or change."""

    def post(self, request, **kwargs):
        if not any(access.can(self.ctx, self.model, verb) for verb in ("create", "change")):
            access.require(self.ctx, self.model, "change")
        upload = self.upload()

        def work():
            return 201, _file(collaboration.stage(self.ctx, name=upload.name, content=upload.file), self.ctx)

        return self.once(work, upload)


class Files(Sent):
    """GET the files of a record, POST one more."""

    def get(self, request, pk, **kwargs):
        about = Attachment.about(self.record(pk))
        found = sharing.files(self.ctx).filter(entity=about["entity"], record_id=about["record_id"])
        found = sharing.with_origin(found.select_related("created_by", "company"))
        return Response({"results": [_file(f, self.ctx) for f in found if collaboration.may_see(f, self.ctx)]})

    def post(self, request, pk, **kwargs):
        self.must_write()
        record, upload = self.record(pk), self.upload()
        shared = _flag(request.POST.get("shared", "")) if "shared" in request.POST else None

        def work():
            found = collaboration.attach(record, self.ctx, name=upload.name, content=upload.file)
            if shared is not None and shared != found.shared:
                found = sharing.share(found, self.ctx, shared=shared)
            return 201, _file(found, self.ctx)

        return self.once(work, upload)


class File(Sent):
    """GET the content of a file, PATCH its mark, DELETE it."""

    def get(self, request, pk, file, **kwargs):
        found = self.found(pk, file)
        path = collaboration.path_of(found.digest)
        if not path.is_file():
            raise Http404
        answer = FileResponse(
            path.open("rb"), as_attachment=True, filename=found.name, content_type="application/octet-stream"
        )
        answer["X-Content-Type-Options"] = "nosniff"
        return answer

    def patch(self, request, pk, file, **kwargs):
        self.must_write()
        found, sent = self.found(pk, file), _only(request.data, {"shared"})
        return Response(_file(sharing.share(found, self.ctx, shared=_flag(sent.get("shared"))), self.ctx))

    def delete(self, request, pk, file, **kwargs):
        self.must_write()
        collaboration.detach(self.found(pk, file), self.ctx)
        return Response(status=204)

    def found(self, pk, key) -> Attachment:
        about = Attachment.about(self.record(pk))
        same = sharing.files(self.ctx).filter(entity=about["entity"], record_id=about["record_id"])
        found = same.filter(pk=incoming.key_of(Attachment, key)).first()
        if found is None or not collaboration.may_see(found, self.ctx):
            raise Http404
        return found


class Notes(Sent):
    """GET the notes on a record, POST one more."""

    def get(self, request, pk, **kwargs):
        found = _notes(self.record(pk), self.ctx).select_related("created_by", "company")
        return Response({"results": [_note(n, self.ctx) for n in sharing.with_origin(found)]})

    def post(self, request, pk, **kwargs):
        self.must_write()
        record, sent = self.record(pk), _only(request.data, {"text", "shared"})
        if not isinstance(sent.get("text"), str):
            raise ValidationError({"text": _("This field is required.")})

        def work():
            note = collaboration.add_note(record, self.ctx, text=sent["text"])
            if "shared" in sent and _flag(sent["shared"]) != note.shared:
                note = sharing.share(note, self.ctx, shared=_flag(sent["shared"]))
            return 201, _note(note, self.ctx)

        return self.once(work)


class OneNote(Sent):
    """PATCH the mark of a note, or the words of one's own."""

    def patch(self, request, pk, note, **kwargs):
        self.must_write()
        sent = _only(request.data, {"text", "shared"})
        found = _notes(self.record(pk), self.ctx).filter(pk=incoming.key_of(Note, note)).first()
        if found is None:
            raise Http404
        if "text" in sent:
            if not isinstance(sent["text"], str):
                raise ValidationError({"text": _("This field is required.")})
            found = collaboration.edit_note(found, self.ctx, text=sent["text"])
        if "shared" in sent:
            found = sharing.share(found, self.ctx, shared=_flag(sent["shared"]))
        return Response(_note(found, self.ctx))


# -- shapes -----------------------------------------------------------------------------------------------------------


def _notes(record, ctx):
    about = Note.about(record)
    return Note.objects.filter(sharing.readable(ctx), entity=about["entity"], record_id=about["record_id"])


def _file(found: Attachment, ctx) -> dict:
    return {
        "id": found.pk,
        "name": found.name,
        "size": found.size,
        "content_type": found.content_type,
        "field": found.field,
        **_origin(found, ctx),
    }


def _note(found: Note, ctx) -> dict:
    return {"id": found.pk, "text": found.text, "edited_at": plain(found.edited_at), **_origin(found, ctx)}


def _origin(added, ctx) -> dict:
    """Who added it and when; to the partner our people speak for the company, as on the timeline."""
    portal = access.is_portal(ctx)
    outside = getattr(added, "from_outside", None)
    if outside is None:
        outside = portal and sharing.came_from_outside(added)
    who = added.created_by if outside or not portal else added.company
    return {"shared": added.shared, "by": str(who or ""), "at": plain(added.created_at)}


def _only(data, names: set[str]) -> dict:
    found = incoming.body(data)
    if extra := set(found) - names:
        raise ValidationError({name: _("There is no such field.") for name in sorted(extra)}, code="unknown")
    if not found:
        raise ValidationError({name: _("This field is required.") for name in sorted(names)})
    return found


def _flag(value) -> bool:
    if value in (True, "true", "1"):
        return True
    if value in (False, "false", "0"):
        return False
    raise ValidationError({"shared": _("“%(value)s” is not a valid value.") % {"value": str(value)[:80]}}, code="type")
