"""What happened to a record: commands with old and new values, notes, files, tasks, mails, approvals; newest first.

The number of queries does not depend on the number of entries. Fields the viewer may not see are left out or masked,
and names of records out of sight stay unnamed (rule Z06).
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from . import access, collaboration, formats, moved, resource, shapes, sharing, timeline_changes, workflow
from .models import ApprovalDecision, ApprovalRequest, Attachment, AuditEntry, Note, OutgoingMail, RowHistory, Task
from .plugin_points import PluginPoint

HISTORY_MAX = 400

more = PluginPoint("timeline.more", many=True)
"""f(ctx, record, before, limit) -> (entries, verbs) or None: what else happened with a record inside the house, and the
verbs of the record these entries tell of in their stead."""
MERGE = "merge"
"""The verb by which a record comes to stand for another one."""


@dataclass
class Entry:
    """One thing that happened. changes: [{label, before, after}]; kind is one the timeline's template knows;
    files: [{name, href, kind}], pictures and voice notes shown in place.

    shared: the partner reads it too; outside: the partner added it.
    """

    id: str
    kind: str
    at: datetime
    who: str
    title: str
    text: str = ""
    changes: list[dict] = field(default_factory=list)
    href: str = ""
    icon: str = ""
    tone: str = ""
    edit: str = ""
    shared: bool = False
    outside: bool = False
    files: list[dict] = field(default_factory=list)


def entries(ctx, record, *, before: datetime | None = None, limit: int = 30) -> tuple[list[Entry], datetime | None]:
    """(entries older than `before`, moment to ask for more with or None). The caller checked that ctx may view."""
    keys = moved.keys_of(record)
    about = Q(entity=record._meta.label_lower, record_id__in=keys)
    source: Callable[..., list[Entry]]
    sources: Sequence[Callable[..., list[Entry]]]
    if access.is_portal(ctx):  # what was said and done inside the house stays there
        found, sources = _verbs_alone(record, about, before, limit), (_notes, _files)
    else:
        added = [answer for answer in more(ctx, record, before, limit) if answer]
        found = _commands(ctx, record, keys, about, before, limit, told={v for _found, verbs in added for v in verbs})
        found += [entry for entries, _verbs in added for entry in entries]
        sources = (_notes, _files, _tasks, _mails, _approvals)
    for source in sources:
        found += source(ctx, about, before, limit)
    found.sort(key=lambda e: e.at, reverse=True)
    return found[:limit], (found[limit - 1].at if len(found) > limit else None)


# -- commands and row history -----------------------------------------------------------------------------------------


def _commands(ctx, record, keys: list[str], about: Q, before, limit: int, told=frozenset()) -> list[Entry]:
    about_itself = AuditEntry.objects.filter(about).exclude(verb__in=told)
    audits = list(_until(about_itself, "at", before).select_related("user")[: limit + 1])
    line_model = _line_model(type(record))
    mine = Q(table_name=record._meta.db_table, row_id__in=keys)
    if line_model:
        mine |= Q(table_name=line_model._meta.db_table, parent_id=str(record.pk))
    by_command: dict = defaultdict(list)
    for row in _until(RowHistory.objects.filter(mine), "at", before)[:HISTORY_MAX]:
        by_command[row.command_id].append(row)
    merges = {a.pk for a in audits if a.verb == MERGE and a.record_id == str(record.pk)}
    for key in merges:  # what it did to the other record is that one's history
        by_command[key] = [row for row in by_command[key] if row.row_id == str(record.pk)]
    known = {a.pk for a in audits}
    oldest = audits[-1].at if len(audits) > limit else None
    missing = AuditEntry.objects.filter(pk__in=[c for c in by_command if c and c not in known]).exclude(about)
    others = _until(missing, "at", before).select_related("user")
    changes_of = timeline_changes.Changes(
        ctx, record, line_model, [row for rows in by_command.values() for row in rows]
    )
    modes = changes_of.modes[type(record)]
    found = [
        (_merged if a.pk in merges else _command)(a, ctx, changes_of.of(by_command.get(a.pk, ())), modes)
        for a in audits
        if a.verb != MERGE or a.pk in merges or a.record_id not in keys[1:]
    ]
    for a in others:
        changes = changes_of.of(by_command[a.pk])
        if changes and (oldest is None or a.at >= oldest):
            found.append(_caused(a, ctx, changes, record._meta.label_lower))
    return found


def _verbs_alone(record, about: Q, before, limit: int) -> list[Entry]:
    """What became of the record, without people, inputs and changes."""
    public = [v.name for v in workflow.verbs_of(type(record)) if v.target]
    done = _until(AuditEntry.objects.filter(about, verb__in=public), "at", before)[: limit + 1]
    return [Entry(str(a.pk), "verb", a.at, "", _done(type(record), a.verb), icon="arrow-right") for a in done]


def _command(a: AuditEntry, ctx, changes: list[dict], modes: dict) -> Entry:
    model = shapes.model_named(a.entity)
    kind = "change" if a.verb in ("create", "change") else "verb"
    return Entry(
        str(a.pk),
        kind,
        a.at,
        _who(a),
        _done(model, a.verb) + _from_where(a),
        _inputs(model, a, modes, {change["label"] for change in changes}),
        changes,
        icon={"create": "plus", "change": "pencil", "delete": "trash"}.get(a.verb, "arrow-right"),
    )


def _merged(a: AuditEntry, ctx, changes: list[dict], modes: dict) -> Entry:
    """Another record became part of this one: said in one sentence, with the values that were taken from it."""
    given = a.details.get("inputs") or {}
    title = _("merged %(other)s into this: %(reason)s") % {
        "other": given.get("other", ""),
        "reason": given.get("reason", ""),
    }
    return Entry(str(a.pk), "verb", a.at, _who(a), title + _from_where(a), "", changes, icon="git-branch")


def _caused(a: AuditEntry, ctx, changes: list[dict], of: str) -> Entry:
    """A change that a command on another record made here; that record is named only to those who may see it.

    A command on many records of the kind `of` this one belongs to is told as if it were done to this one.
    """
    model = shapes.model_named(a.entity)
    if not a.record_id and a.entity == of:
        return Entry(
            str(a.pk), "change", a.at, _who(a), _done(model, a.verb) + _from_where(a), "", changes, icon="arrow-right"
        )
    seen = model is not None and _is_in_sight(ctx, model, a.record_id)
    found = resource.by_model.get(a.entity)
    title = (
        _("%(verb)s: %(record)s") % {"verb": _done(model, a.verb), "record": a.record_label or model._meta.verbose_name}
        if seen
        else _("followed from another record")
    )
    return Entry(
        str(a.pk),
        "event",
        a.at,
        _who(a),
        title + _from_where(a),
        "",
        changes,
        href=f"/{found.key}/{a.record_id}/" if seen and found else "",
        icon="git-branch",
    )


def _is_in_sight(ctx, model, key: str) -> bool:
    """Whether the person may see the record; a command over many records names none."""
    try:
        return bool(key) and access.rows(ctx, model).filter(pk=key).exists()
    except (ValidationError, ValueError):
        return False


def _who(a: AuditEntry) -> str:
    return str(a.user) if a.user else _("Mainspring")


def _done(model, verb: str) -> str:
    usual = {"create": _("created this"), "change": _("changed"), "delete": _("deleted"), "void": _("voided"),
             "restore": _("brought back"), "mail": _("sent by mail")}  # fmt: skip
    return workflow.in_words(model, verb, usual)


def _from_where(a: AuditEntry) -> str:
    names = {"api": _("API"), "import": _("import"), "job": _("background job"), "cli": _("command line")}
    return f" ({names[a.source]})" if a.source in names else ""


def _inputs(model, a: AuditEntry, modes: dict, told: set[str]) -> str:
    """What a verb was given, in words, without what its changes tell already.

    Inputs named like a field follow that field's permission.
    """
    given = a.details.get("inputs") or {}
    if not given or model is None:
        return ""
    said = {
        str(one.label or one.name.replace("_", " ").capitalize()): _said(one, given[one.name])
        for verb in workflow.verbs_of(model)
        for one in (verb.ask if verb.name == a.verb else ())
        if given.get(one.name) not in (None, "") and modes.get(one.name, "edit") in ("view", "edit")
    }
    return "\n".join(f"{label}: {text}" for label, text in said.items() if label not in told)


def _said(asked: workflow.Input, value) -> str:
    """What was answered to a verb, as the reader writes numbers, days and choices."""
    if isinstance(value, dict):
        return str(value.get("name", ""))
    try:
        match asked.kind:
            case "decimal":
                return formats.number(Decimal(str(value)), 0, workflow.DIGITS_MAX)
            case "date":
                return formats.day(date.fromisoformat(str(value)))
            case "bool":
                return _("Yes") if value else _("No")
            case "choice":
                return str(dict(asked.choices).get(value, value))
    except (ValueError, ArithmeticError):
        pass
    return str(value)


# -- what people added ------------------------------------------------------------------------------------------------


def _notes(ctx, about: Q, before, limit: int) -> list[Entry]:
    notes = sharing.with_origin(Note.objects.filter(about, sharing.readable(ctx)))
    inside = not access.is_portal(ctx)
    return [
        Entry(
            f"note-{n.pk}",
            "note",
            n.created_at,
            _author(n, inside),
            _("edited") if n.edited_at else "",
            n.text,
            edit=f"/notes/{n.pk}/" if collaboration.may_edit(n, ctx) else "",
            shared=n.shared and inside,
            outside=n.from_outside,
        )
        for n in _until(notes, "created_at", before).select_related("created_by", "company")[: limit + 1]
    ]


def _files(ctx, about: Q, before, limit: int) -> list[Entry]:
    files = sharing.with_origin(Attachment.objects.filter(about, sharing.readable(ctx), field=""))
    inside = not access.is_portal(ctx)
    return [
        Entry(
            f"file-{f.pk}",
            "file",
            f.created_at,
            _author(f, inside),
            f.name,
            href=f"/files/{f.pk}/",
            icon="paperclip",
            shared=f.shared and inside,
            outside=f.from_outside,
        )
        for f in _until(files, "created_at", before).select_related("created_by", "company")[: limit + 1]
    ]


def _author(added, inside: bool) -> str:
    """Who added it; to the partner our people speak for the company."""
    return str((added.created_by if inside or added.from_outside else added.company) or "")


def _tasks(ctx, about: Q, before, limit: int) -> list[Entry]:
    found = []
    tasks = _until(Task.objects.filter(about), "created_at", before).select_related("created_by", "assignee")
    for t in tasks[: limit + 1]:
        late = t.state == "open" and t.due_on is not None and t.due_on < ctx.business_date
        words = [str(t.assignee), t.state_label if hasattr(t, "state_label") else t.workflow.label(t.state)]
        if t.due_on:
            words.append(_("due on %(day)s") % {"day": formats.formats.date_format(t.due_on, "SHORT_DATE_FORMAT")})
        found.append(
            Entry(
                f"task-{t.pk}",
                "event",
                t.created_at,
                str(t.created_by or ""),
                _("Task: %(task)s") % {"task": t.title},
                " · ".join(words),
                icon="circle-check" if t.state == "done" else "circle",
                tone="danger" if late else "",
                href=_page(t),
            )
        )
    return found


def _mails(ctx, about: Q, before, limit: int) -> list[Entry]:
    return [
        Entry(
            f"mail-{m.pk}",
            "mail",
            m.created_at,
            str(m.created_by or _("Mainspring")),
            _("e-mail to %(to)s: %(subject)s") % {"to": m.user or m.to, "subject": m.subject},
            m.error if m.state == "failed" else m.workflow.label(m.state),
            tone="danger" if m.state == "failed" else "",
        )
        for m in _until(OutgoingMail.objects.filter(about), "created_at", before).select_related("created_by", "user")[
            : limit + 1
        ]
    ]


def _approvals(ctx, about: Q, before, limit: int) -> list[Entry]:
    found = []
    requests = _until(ApprovalRequest.objects.filter(about), "created_at", before).select_related("created_by", "rule")
    for r in requests[: limit + 1]:
        words = "\n".join(w for w in (str(r.rule), r.failure) if w)
        found.append(
            Entry(
                f"approval-{r.pk}",
                "approval",
                r.created_at,
                str(r.created_by or ""),
                _("asked for approval: %(verb)s (%(state)s)")
                % {"verb": _done(shapes.model_named(r.entity), r.verb), "state": r.workflow.label(r.state)},
                words,
                icon="git-branch",
                href=_page(r),
            )
        )
    decisions = ApprovalDecision.objects.filter(seat__stage__request__in=ApprovalRequest.objects.filter(about))
    for d in _until(decisions, "at", before).select_related("decided_by", "seat__user")[: limit + 1]:
        title = d.get_kind_display()
        if d.decided_by_id != d.seat.user_id:
            title = _("%(decision)s for %(person)s") % {"decision": title, "person": d.seat.user}
        found.append(
            Entry(
                f"decision-{d.pk}",
                "approval",
                d.at,
                str(d.decided_by),
                title,
                d.comment,
                icon="check" if d.kind == "approve" else "x",
                tone="" if d.kind == "approve" else "warning",
            )
        )
    return found


# -- helpers ----------------------------------------------------------------------------------------------------------


def _until(query, name: str, before):
    if before is not None:
        query = query.filter(**{f"{name}__lt": before if timezone.is_aware(before) else timezone.make_aware(before)})
    return query.order_by(f"-{name}", "-pk")


def _page(record) -> str:
    found = resource.of(type(record))
    return f"/{found.key}/{record.pk}/" if found else ""


def _line_model(model):
    try:
        return model._meta.get_field("lines").related_model
    except FieldDoesNotExist:
        return None
