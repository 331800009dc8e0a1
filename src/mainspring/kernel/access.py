"""Who may see and do what: deny by default, one predicate for every surface (rule Z06).

`policies.of(ctx)` reads a person's grants once. `rows(ctx, model, verb)` is the only door to records: lists,
records by id, counts, search, charts, exports, API and attachments all go through it.
"""

from collections.abc import Callable

from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _

from . import policies
from .models.access import RoleGrant
from .models.base import Document, DocumentLine
from .plugin_points import PluginPoint
from .policies import Grant, Policy

MODES = ("hide", "mask", "view", "edit")
NOTHING = Q(pk__in=[])

party_ids = PluginPoint("access.party_ids", default=lambda user: ())
"""Ids of the parties a portal user belongs to."""

_withheld: dict[str, tuple[tuple[str, str], Callable]] = {}
_given: dict[tuple[str, str], Callable] = {}


def withhold(model, fn: Callable, *, unless: str) -> None:
    """Keep rows of a territory from those who see them by their territory alone.

    fn      f(user) -> condition of the rows kept from that person, None for none; asked once a request
    unless  "label:verb": whoever may do this in the whole of the territory sees them nevertheless
    """
    label, _sep, verb = unless.partition(":")
    _withheld[model._meta.label_lower] = (label, verb), fn


def give(model, verbs: str, fn: Callable) -> None:
    """Let people do verbs beyond what their roles say, on rows they were put in charge of.

    fn  f(user) -> condition of the rows, None for none; asked once a request. Never for portals and tokens with limits.
    """
    for verb in verbs.split():
        _given[model._meta.label_lower, verb] = fn


def _in_charge_of(ctx, p: Policy, model, verb: str) -> Q | None:
    fn = _given.get((model._meta.label_lower, verb))
    if fn is None or not p.grants or any(g.limited or g.portal for g in p.grants):
        return None
    return _once(p, fn, ctx.user)


def _once(p: Policy, fn: Callable, user) -> Q | None:
    if fn not in p._conditions:
        p._conditions[fn] = fn(user)
    return p._conditions[fn]


def can(ctx, model, verb: str) -> bool:
    """Whether some grant allows the verb on some rows of the model."""
    if ctx.trusted:
        return True
    if verb in ("create", "change", "delete", "import") and getattr(model, "read_only", False):
        return False
    p = policies.of(ctx)
    if p.all_powerful or p.matching(model._meta.label_lower, verb):
        return True
    return _in_charge_of(ctx, p, model, verb) is not None


def require(ctx, model, verb: str) -> None:
    if not can(ctx, model, verb):
        from . import workflow  # it asks here what people may do

        words = workflow.in_words(model, verb, {"view": _("View")})
        raise PermissionDenied(
            _("You may not do this: %(verb)s, %(model)s.") % {"verb": words, "model": model._meta.verbose_name}
        )


def predicate(ctx, model, verb: str = "view") -> Q:
    """The row rule of one verb on one model, as a condition on that model."""
    if ctx.trusted:
        return Q()
    p = policies.of(ctx)
    wall = _wall(model, ctx.visible_company_ids)
    if p.all_powerful:
        return wall
    result = NOTHING
    for g in p.matching(model._meta.label_lower, verb):
        rule = _scope(model, g, p, ctx.user)
        if rule is not None:
            allowed = (_wall(model, (g.company_id,)) if g.company_id else Q()) & rule
            if not allowed:  # everything; "or" with a condition would narrow it
                return wall
            result = allowed if result is NOTHING else result | allowed
    more = _in_charge_of(ctx, p, model, verb)
    if more is not None:
        result = more if result is NOTHING else result | more
    return NOTHING if result is NOTHING else wall & result


def _wall(model, company_ids) -> Q:
    path = getattr(model, "company_path", None)
    if not path:
        return Q()
    q = Q(**{f"{path}__in": list(company_ids)})
    return q | Q(**{f"{path}__isnull": True}) if getattr(model, "company_optional", False) else q


def _scope(model, grant: Grant, p: Policy, user) -> Q | None:
    """Condition of one grant; None when the model has no such path, so that nothing is allowed by accident."""
    if grant.scope == RoleGrant.Scope.COMPANY:
        return Q()
    paths = getattr(model, "scope_paths", {}).get(grant.scope)
    if paths is None:
        return None
    if grant.portal and grant.scope == "party" and issubclass(model, Document):  # a draft is not yet said to them
        return _along(paths, list(_parties(p, user))) & (~Q(state=model.workflow.initial) | Q(created_by=user.pk))
    values = {
        "own": [user.pk],
        "team": p.department_ids,
        "territory": grant.territory_ids,
        "site": grant.site_ids,
        "party": _parties(p, user),
    }[grant.scope]
    rule = _along(paths, list(values))
    kept = _kept_from(model, grant, p, user)
    return rule if kept is None else rule & ~kept


def _kept_from(model, grant: Grant, p: Policy, user) -> Q | None:
    """Rows a grant by territory does not show this person."""
    found = _withheld.get(model._meta.label_lower)
    if found is None or grant.scope != RoleGrant.Scope.TERRITORY:
        return None
    unless, fn = found
    leads = (
        g.scope == RoleGrant.Scope.COMPANY
        or (g.scope == RoleGrant.Scope.TERRITORY and g.territory_ids >= grant.territory_ids)
        for g in p.matching(*unless)
    )
    return None if any(leads) else _once(p, fn, user)


def _along(paths, values: list) -> Q:
    """The rows that any of the paths leads from to one of the values."""
    q = NOTHING
    for path in paths if isinstance(paths, tuple) else (paths,):
        part = path(values) if callable(path) else Q(**{f"{path}__in": values})
        q = part if q is NOTHING else q | part
    return q


def _parties(p: Policy, user):
    if p._parties is None:
        p._parties = tuple(party_ids(user))
    return p._parties


def is_portal(ctx) -> bool:
    """Whether the person comes from outside, a customer or supplier: talk among colleagues is not for them."""
    if ctx.trusted:
        return False
    p = policies.of(ctx)
    return not p.all_powerful and all(g.portal for g in p.grants)


def rows(ctx, model, verb: str = "view") -> models.QuerySet:
    """The records of a model on which the person may perform the verb."""
    return model._default_manager.filter(predicate(ctx, model, verb))


def get(ctx, model, pk, verb: str = "view"):
    """One record, or DoesNotExist: what a person may not see does not exist for them."""
    return rows(ctx, model, verb).get(pk=pk)


def surely(ctx, record, verb: str = "view") -> bool:
    """Whether the row rule lets a record pass, as far as its own values tell; when not, the database is to be asked."""
    if ctx.trusted:
        return True
    model = type(record)
    path = getattr(model, "company_path", None)
    if path and "__" in path:
        return False
    company = _own_value(record, path) if path else None
    free = company is None and getattr(model, "company_optional", False)
    if path and not free and company not in ctx.visible_company_ids:
        return False
    p = policies.of(ctx)
    return p.all_powerful or any(
        (not path or free or g.company_id in (None, company)) and _in_scope(record, g, p, ctx.user)
        for g in p.matching(model._meta.label_lower, verb)
    )


def _in_scope(record, grant: Grant, p: Policy, user) -> bool:
    """Whether a record is in a grant's scope for certain."""
    if grant.scope == RoleGrant.Scope.COMPANY:
        return True
    values = {"own": (user.pk,), "territory": grant.territory_ids, "site": grant.site_ids}.get(grant.scope)
    paths = getattr(type(record), "scope_paths", {}).get(grant.scope)
    if values is None or paths is None or _kept_from(type(record), grant, p, user) is not None:
        return False
    return any(
        isinstance(path, str) and "__" not in path and _own_value(record, path) in values
        for path in (paths if isinstance(paths, tuple) else (paths,))
    )


def _own_value(record, path: str):
    return record.pk if path == "pk" else getattr(record, record._meta.get_field(path).attname)


def field_modes(ctx, model) -> dict[str, str]:
    """{field: "hide" | "mask" | "view"} for fields that are not plainly editable; most permissive grant wins."""
    if ctx.trusted:
        return {}
    p = policies.of(ctx)
    if p.all_powerful:
        return {}
    stated = [g.fields for g in p.matching(model._meta.label_lower, "view")] + _of_lines(p, model)
    modes: dict[str, str] = {}
    for name in {n for fields in stated for n in fields}:
        best = max((fields.get(name, "edit").replace("clear", "edit") for fields in stated), key=MODES.index)
        if best != "edit":
            modes[name] = best
    return modes


def _of_lines(p: Policy, model) -> list[dict]:
    """What the grants on a document say about the fields of its lines: "lines.price" there is "price" here."""
    if not issubclass(model, DocumentLine):
        return []
    header = model._meta.get_field("document").related_model._meta.label_lower
    return [
        {name.removeprefix("lines."): mode for name, mode in g.fields.items() if name.startswith("lines.")}
        for g in p.matching(header, "view")
    ]


def modes_on(ctx, record) -> dict[str, str]:
    """`field_modes` for one record: fields that are clear on other rows only are masked here."""
    modes, model = field_modes(ctx, type(record)), type(record)
    partly = clear_when(ctx, model)
    if not partly:
        return modes
    flags = with_clearance(model._default_manager.filter(pk=record.pk), ctx).first()
    masked = {n: "mask" for n in partly if not getattr(flags, f"_clear_{n}", False) and modes.get(n) != "hide"}
    return modes | masked


def clear_when(ctx, model) -> dict[str, Q]:
    """Fields shown in the clear on some rows only: {field: condition of those rows}; masked on the others.

    A model states `clear_when = {"phone": lambda ctx: Q(owner=ctx.user)}`; a grant that names the field "clear" lifts
    it.
    """
    stated = getattr(model, "clear_when", None)
    if not stated or ctx.trusted or policies.of(ctx).all_powerful:
        return {}
    grants = policies.of(ctx).matching(model._meta.label_lower, "view")
    lifted = {name for g in grants for name, mode in g.fields.items() if mode == "clear"}
    return {name: condition(ctx) for name, condition in stated.items() if name not in lifted}


def with_clearance(queryset, ctx):
    """The queryset with one flag a field that is clear on some rows only, so that `shown` asks nothing more."""
    flags = {
        f"_clear_{name}": models.Case(models.When(q, then=models.Value(True)), default=models.Value(False))
        for name, q in clear_when(ctx, queryset.model).items()
    }
    return queryset.annotate(**flags) if flags else queryset


def shown(ctx, record, field_name: str):
    """The value as this person may see it: itself, a mask, or None when hidden."""
    mode = field_modes(ctx, type(record)).get(field_name, "edit")
    if mode == "hide":
        return None
    raw = getattr(record, field_name, None)
    if mode != "mask" and field_name in getattr(type(record), "clear_when", {}):
        condition = clear_when(ctx, type(record)).get(field_name)
        clear = getattr(record, f"_clear_{field_name}", None)
        if condition is not None and clear is None:
            clear = type(record)._default_manager.filter(condition, pk=record.pk).exists()
        mode = "view" if condition is None or clear else "mask"
    return mask(raw) if mode == "mask" else raw


NAMING = ("name", "code", "number", "title", "plate", "label", "username")


def path_mode(ctx, model, path: str) -> str:
    """Mode of a field reached through relations ("customer__phone"): the strictest rule on the way.

    Of a record type the person has no right to at all only its naming fields are shown, as a link would show them.
    """
    if ctx.trusted or policies.of(ctx).all_powerful:
        return "edit"
    if path.startswith("custom."):
        return custom_mode(ctx, model, path)
    owner, mode = model, "edit"
    parts = path.split("__")
    for n, part in enumerate(parts):
        mode = min(mode, field_modes(ctx, owner).get(part, "edit"), key=MODES.index)
        if n and part in getattr(owner, "clear_when", {}) and part in clear_when(ctx, owner):
            mode = min(mode, "mask", key=MODES.index)
        if n and not can(ctx, owner, "view") and part not in NAMING:
            return "hide"
        if n + 1 < len(parts):
            owner = owner._meta.get_field(part).related_model
    return mode


def custom_mode(ctx, model, path: str) -> str:
    """Mode of a custom field ("custom.color"): hidden from portal people, programs and limited tokens unless a grant
    names the field (rule Z02)."""
    if ctx.trusted or policies.of(ctx).all_powerful:
        return "edit"
    program = getattr(ctx.user, "is_program", False)
    found = [
        g.fields.get(path, "hide" if g.portal or g.limited or program else "edit").replace("clear", "edit")
        for g in policies.of(ctx).matching(model._meta.label_lower, "view")
    ]
    return max(found, key=MODES.index, default="hide")


def may_see(ctx, model, path: str) -> bool:
    """Whether the field may be shown, filtered, sorted, searched and charted in the clear on every row in sight."""
    return path_mode(ctx, model, path) in ("view", "edit") and path not in clear_when(ctx, model)


def mask(value) -> str:
    """A value of which only the shape is left: 138****5678."""
    text = str(value or "")
    if len(text) < 5:
        return "*" * len(text)
    keep = 3 if len(text) > 8 else 1
    return text[:keep] + "*" * (len(text) - 2 * keep) + text[-keep:]
