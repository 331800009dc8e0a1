"""Choosing what differs in a scenario, promoting it and discarding it."""

from dataclasses import replace
from typing import Any

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from mainspring.kernel import access, commands
from mainspring.kernel.context import Context
from mainspring.kernel.models import Document, DocumentIdentity
from mainspring.kernel.workflow import effect, guard

from . import rehearsing
from .kinds import KINDS, Kind, plain
from .models import DRAFT, Scenario, ScenarioChange, WorkedOut

CHANGES_MAX = 200


def _try(kind: Kind):
    def work(scenario, ctx, why: str | None, **inputs):
        """Note the change beside what the record is now; a change of the same thing is replaced."""
        record = inputs.pop(kind.ask[0].name)
        return put(scenario, kind, record, inputs, ctx, why=why or "")

    effect(Scenario, f"try_{kind.name}")(work)


for _kind in KINDS.values():
    _try(_kind)


def put(scenario, kind: Kind, record, values: dict, ctx, *, why: str = "") -> ScenarioChange:
    """Note a change; inputs left empty stay as they are, and one that says nothing is refused."""
    _refuse_foreign(kind, record, values, ctx)
    sent = {name: plain(value) for name, value in values.items() if value not in (None, "", False)}
    if not sent:
        raise ValidationError(_("Say what would be different."))
    subject = kind.subject(record, values)
    record = kind.record(subject)  # as it is now: what was read before may be of earlier
    known = ScenarioChange.objects.filter(scenario=scenario, kind=kind.name, subject=subject).first()
    given = {"label": str(record)[:200], "sent": sent, "was": kind.was(record, values), "why": why[:240]}
    if known is not None:
        return commands.change(known, ctx, **given)
    if scenario.changes.count() >= CHANGES_MAX:
        raise ValidationError(_("A scenario holds at most %(most)s changes.") % {"most": CHANGES_MAX})
    document = DocumentIdentity.objects.get(pk=record.pk) if isinstance(record, Document) else None
    return commands.create(
        ScenarioChange, ctx, scenario=scenario, kind=kind.name, subject=subject, document=document, **given
    )


def _refuse_foreign(kind: Kind, record, values: dict, ctx) -> None:
    """Records of another company are no part of this plan."""
    for one in (record, *(v for v in values.values() if hasattr(v, "pk"))):
        path = getattr(type(one), "company_path", None)
        if path and not type(one)._default_manager.filter(pk=one.pk, **{path: ctx.company_id}).exists():
            if getattr(type(one), "company_optional", False):
                continue
            raise ValidationError({kind.ask[0].name: _("It belongs to another company.")})


def changes_of(scenario) -> list[dict]:
    """The changes as they are worked out, in the order they were chosen."""
    return list(scenario.changes.order_by("pk").values("kind", "subject", "sent"))


# -- promoting --------------------------------------------------------------------------------------------------------


@guard(Scenario, "promote")
def something_differs(scenario, ctx):
    if not scenario.changes.exists():
        raise ValidationError(_("Nothing differs in this scenario."))


@effect(Scenario, "promote")
def promote(scenario, ctx):
    """Make every change by its ordinary verb, with the rights of who promotes: all of them or none."""
    mine: list[Any] = list(scenario.changes.order_by("pk"))
    _lock(mine)
    outer = _untrusted(ctx)
    there, seen = records(mine), records(mine, outer)
    refused = [(change, text) for change in mine if (text := moved(change, there.get(change.subject)))]
    refused += [(one, _("you may not see this record.")) for one in mine if one.subject not in seen]
    if not refused:
        _keep_result(scenario, mine)
        problems = rehearsing.apply(changes_of(scenario), outer)
        refused = [(mine[problem["change"]], problem["text"]) for problem in problems]
    if refused:
        raise ValidationError([f"{change.label}: {text}" for change, text in refused])
    _decided(scenario, ctx)


def _lock(changes: list) -> None:
    """Hold what differs, in one order, so that what is compared with stays true until it is changed."""
    keys: dict[type[Any], set[str]] = {}
    for change in changes:
        keys.setdefault(KINDS[change.kind].model, set()).add(change.subject.split(":")[1])
    for model in sorted(keys, key=lambda one: one._meta.label_lower):
        rows = model._default_manager.filter(pk__in=keys[model]).order_by("pk")
        list(rows.select_for_update(of=("self",), no_key=True).values_list("pk"))


def _untrusted(ctx) -> Context:
    """The context within the command, with the person's own rights."""
    return replace(ctx, trusted=ctx.user is None)


def records(changes: list, ctx=None) -> dict[str, Any]:
    """{subject: its record} of the changes, a statement a kind of record; only those in sight of who asks."""
    keys: dict[type[Any], set[str]] = {}
    for change in changes:
        keys.setdefault(KINDS[change.kind].model, set()).add(change.subject.split(":")[1])
    found = {}
    for model, some in keys.items():
        rows = model._default_manager.all() if ctx is None else access.rows(ctx, model)
        found[model] = {str(record.pk): record for record in rows.filter(pk__in=some)}
    return {
        change.subject: found[model][key]
        for change in changes
        if (key := change.subject.split(":")[1]) in found[model := KINDS[change.kind].model]
    }


def moved(change: ScenarioChange, record) -> str:
    """What happened to the record since the change was chosen; "" when it is as it was."""
    if record is None:
        return _("the record is no longer there.")
    kind = KINDS[change.kind]
    now = kind.was(record, change.sent)
    names = [name for name, value in change.was.items() if name in now and now[name] != value]
    if not names:
        return ""
    field = {f.attname: f for f in kind.model._meta.concrete_fields}
    words = [str(field[n].verbose_name) if n in field else _field_name(kind, n) for n in names]
    return _("changed meanwhile: %(fields)s") % {"fields": ", ".join(words)}


def _field_name(kind: Kind, name: str) -> str:
    try:
        return str(kind.model._meta.get_field(name).verbose_name)
    except FieldDoesNotExist:
        return name


def _keep_result(scenario, changes: list) -> None:
    """What was worked out last stays readable with the scenario, whatever is asked later."""
    digest = rehearsing.digest(changes_of(scenario))
    found = WorkedOut.objects.filter(company=scenario.company_id, digest=digest).exclude(answered_at=None).first()
    if found is None:
        return
    found.pk, found.digest, found.waits = None, f"kept:{scenario.pk}", False
    found._state.adding = True
    WorkedOut.objects.filter(company=scenario.company_id, digest=found.digest).delete()
    found.save()
    scenario.result = found


def _decided(scenario, ctx) -> None:
    scenario.closed_on, scenario.decided_by = timezone.localdate(), ctx.user


@effect(Scenario, "discard")
def discard(scenario, ctx):
    """Nothing is done; what it would have led to stays readable."""
    _keep_result(scenario, [])
    _decided(scenario, ctx)


@effect(Scenario, "reopen")
def reopen(scenario, ctx):
    scenario.closed_on, scenario.decided_by, scenario.result = None, None, None


def keep(ctx, name: str, changes: list[dict], *, note: str = "") -> Scenario:
    """A new scenario of changes tried on a page: [{"kind", "subject"?, "record", "values", "why"?}]."""
    with commands.batch(Scenario, ctx, "create", changes=len(changes)) as inner:
        scenario = commands.create(Scenario, inner, name=name, note=note)
        for change in changes:
            put(scenario, KINDS[change["kind"]], change["record"], change["values"], inner, why=change.get("why", ""))
    return scenario


__all__ = ["DRAFT", "changes_of", "keep", "moved", "put", "records"]
