"""Who may see and do what: deny by default, one predicate for every surface (rule Z06).

`policy(ctx)` reads a person's grants once. `rows(ctx, model, verb)` is the only door to records: lists,
records by id, counts, search, charts, exports, API and attachments all go through it.
"""

import json
from dataclasses import dataclass, field, replace

from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _

from . import roles
from .database import rows as query
from .models.access import Membership, Role, RoleGrant
from .models.base import Document, DocumentLine
from .models.structure import Department, Territory
from .plugin_points import PluginPoint
from .remembered import Remembered

BUILT_IN = ("view", "create", "change", "delete", "import", "export")
MODES = ("hide", "mask", "view", "edit")
NOTHING = Q(pk__in=[])

party_ids = PluginPoint("access.party_ids", default=lambda user: ())
"""Ids of the parties a portal user belongs to."""


@dataclass(frozen=True)
class Grant:
    """One role grant as it applies to one membership."""

    entity: str
    verbs: frozenset[str]
    scope: str
    fields: dict  # {field: one of MODES, or "clear": in the clear on every row}
    company_id: int | None
    territory_ids: frozenset[int] = frozenset()
    site_ids: frozenset[int] = frozenset()
    portal: bool = False
    limited: bool = False

    def covers(self, label: str, verb: str) -> bool:
        entity_ok = self.entity in ("*", label, f"{label.split('.')[0]}.*")
        return entity_ok and ("*" in self.verbs or verb in self.verbs)


@dataclass
class Policy:
    """All a person may do, as data; cached on the user object for the length of a request."""

    user_id: int | None
    all_powerful: bool
    grants: tuple[Grant, ...] = ()
    roles: tuple[str, ...] = ()
    department_ids: frozenset[int] = frozenset()
    _parties: tuple | None = field(default=None, repr=False)
    _matching: dict = field(default_factory=dict, repr=False, compare=False)  # follows from the grants alone

    def matching(self, label: str, verb: str) -> list[Grant]:
        """The grants that cover a verb on a model."""
        found = self._matching.get((label, verb))
        if found is None:
            found = self._matching[label, verb] = [g for g in self.grants if g.covers(label, verb)]
        return found

    def companies(self) -> set[int] | None:
        """Ids of the companies the person may work in; None means all."""
        if self.all_powerful or any(g.company_id is None for g in self.grants):
            return None
        return {g.company_id for g in self.grants if g.company_id is not None}


def policy(ctx) -> Policy:
    user = ctx.user
    found = getattr(user, "_policy", None)
    if found is None:
        found = user._policy = load(user, ctx.business_date)
    return found


def narrow(p: Policy, allowed: dict[str, list[str]]) -> Policy:
    """What is left of a policy when only these verbs on these records are allowed ({"sales.*": ["view"]}).

    Each grant is cut down entity by entity, so that a limited token never reaches further than its person.
    """
    whole = (Grant("*", frozenset("*"), RoleGrant.Scope.COMPANY, {}, None),) if p.all_powerful else p.grants
    left = []
    for g in whole:
        for entity, verbs in allowed.items():
            inner = next(
                (
                    a
                    for a, b in ((entity, g.entity), (g.entity, entity))
                    if b in ("*", a) or b == f"{a.split('.')[0]}.*"
                ),
                None,
            )
            both = g.verbs if "*" in verbs else frozenset(verbs) if "*" in g.verbs else g.verbs & frozenset(verbs)
            if inner and both:
                left.append(replace(g, entity=inner, verbs=both, limited=True))
    return replace(p, all_powerful=False, grants=tuple(left), _matching={})


def forget(user) -> None:
    """Drop the cached policy after a change of roles."""
    user.__dict__.pop("_policy", None)


def load(user, day) -> Policy:
    if user is None or not user.is_active:
        return Policy(None, False)
    if user.is_superuser:
        return Policy(user.pk, True)
    return replace(_policies.get(user.pk, user.department_id, day), _parties=None)


def _load(user_id: int, department_id: int | None, day) -> Policy:
    found = query(POLICY, user=user_id, department=department_id, day=day)
    grants = [
        Grant(
            g["entity"],
            frozenset(g["verbs"]),
            g["scope"],
            g["fields"],
            m["company_id"],
            frozenset(m["territories"]),
            frozenset(m["sites"]),
            m["portal"],
        )
        for m in found
        for g in json.loads(m["grants"])
    ]
    grants += [
        Grant(entity, frozenset(verbs), scope, fields, m["company_id"])
        for m in found
        if not m["portal"]
        for entity, verbs, scope, fields in roles.for_everyone()
    ]
    return Policy(
        user_id,
        False,
        tuple(grants),
        tuple(sorted({m["code"] for m in found})),
        frozenset(found[0]["departments"]) if found else frozenset(),
    )


_policies = Remembered(
    _load,
    Role,
    RoleGrant,
    Membership,
    Membership.territories.through,
    Membership.sites.through,
    Territory,
    Department,
)

POLICY = """
WITH RECURSIVE own AS (
    SELECT m.id, m.company_id, r.id AS role_id, r.code, r.portal
    FROM kernel_membership m JOIN kernel_role r ON r.id = m.role_id
    WHERE m.user_id = %(user)s AND (m.starts_on IS NULL OR m.starts_on <= %(day)s)
      AND (m.ends_on IS NULL OR m.ends_on > %(day)s)
), territory AS (
    SELECT t.membership_id, t.territory_id AS id FROM kernel_membership_territories t
    WHERE t.membership_id IN (SELECT id FROM own)
    UNION SELECT territory.membership_id, child.id
    FROM territory JOIN kernel_territory child ON child.parent_id = territory.id
), department AS (
    SELECT %(department)s::bigint AS id WHERE %(department)s::bigint IS NOT NULL
    UNION SELECT child.id FROM department JOIN kernel_department child ON child.parent_id = department.id
)
SELECT company_id, code, portal,
    ARRAY(SELECT t.id FROM territory t WHERE t.membership_id = own.id) AS territories,
    ARRAY(SELECT s.site_id FROM kernel_membership_sites s WHERE s.membership_id = own.id) AS sites,
    ARRAY(SELECT id FROM department) AS departments,
    (SELECT coalesce(jsonb_agg(jsonb_build_object('entity', g.entity, 'verbs', g.verbs, 'scope', g.scope,
                                                  'fields', g.fields)), '[]')
     FROM kernel_rolegrant g WHERE g.role_id = own.role_id) AS grants
FROM own ORDER BY id
"""
"""One row a membership, in one query a request: with the trees under its territories and the person's department."""


def _with_children(table: str, roots: set[int]) -> dict[int, set[int]]:
    """Each root with all that lies under it in a parent_id tree."""
    if not roots:
        return {}
    found: dict[int, set[int]] = {}
    for row in query(
        f"""
            WITH RECURSIVE tree AS (
                SELECT id AS root, id FROM {table} WHERE id = ANY(%(roots)s)
                UNION SELECT tree.root, child.id FROM tree JOIN {table} child ON child.parent_id = tree.id)
            SELECT root, id FROM tree""",
        roots=list(roots),
    ):
        found.setdefault(row["root"], set()).add(row["id"])
    return found


def can(ctx, model, verb: str) -> bool:
    """Whether some grant allows the verb on some rows of the model."""
    if ctx.trusted:
        return True
    if verb in ("create", "change", "delete", "import") and getattr(model, "read_only", False):
        return False
    p = policy(ctx)
    return p.all_powerful or bool(p.matching(model._meta.label_lower, verb))


def require(ctx, model, verb: str) -> None:
    if not can(ctx, model, verb):
        raise PermissionDenied(
            _("You may not do this: %(verb)s, %(model)s.") % {"verb": verb, "model": model._meta.verbose_name}
        )


def predicate(ctx, model, verb: str = "view") -> Q:
    """The row rule of one verb on one model, as a condition on that model."""
    if ctx.trusted:
        return Q()
    p = policy(ctx)
    wall = _wall(model, ctx.visible_company_ids)
    if p.all_powerful:
        return wall
    result = NOTHING
    for g in p.matching(model._meta.label_lower, verb):
        rule = _scope(model, g, p, ctx.user)
        if rule is not None:
            own_wall = _wall(model, (g.company_id,)) if g.company_id else Q()
            result = own_wall & rule if result is NOTHING else result | (own_wall & rule)
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
    return _along(paths, list(values))


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
    p = policy(ctx)
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
    p = policy(ctx)
    return p.all_powerful or any(
        (not path or free or g.company_id in (None, company)) and _in_scope(record, g, ctx.user)
        for g in p.matching(model._meta.label_lower, verb)
    )


def _in_scope(record, grant: Grant, user) -> bool:
    """Whether a record is in a grant's scope for certain."""
    if grant.scope == RoleGrant.Scope.COMPANY:
        return True
    values = {"own": (user.pk,), "territory": grant.territory_ids, "site": grant.site_ids}.get(grant.scope)
    paths = getattr(type(record), "scope_paths", {}).get(grant.scope)
    if values is None or paths is None:
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
    p = policy(ctx)
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
    if not stated or ctx.trusted or policy(ctx).all_powerful:
        return {}
    grants = policy(ctx).matching(model._meta.label_lower, "view")
    lifted = {name for g in grants for name, mode in g.fields.items() if mode == "clear"}
    return {name: condition(ctx) for name, condition in stated.items() if name not in lifted}


def with_clearance(queryset, ctx):
    """The queryset with one flag a field that is clear on some rows only, so that `shown` asks nothing more."""
    flags = {
        f"_clear_{name}": models.Case(models.When(q, then=models.Value(True)), default=models.Value(False))
        for name, q in clear_when(ctx, queryset.model).items()
    }
    return queryset.annotate(**flags) if flags else queryset


def in_the_clear(ctx, model, field_name: str) -> Q | None:
    """Condition of the rows on which the field may be filtered, sorted, searched, grouped and charted; None: no row."""
    mode = path_mode(ctx, model, field_name)
    if mode not in ("view", "edit"):
        return None
    return clear_when(ctx, model).get(field_name, Q())


def shown(ctx, record, field_name: str, value=None):
    """The value as this person may see it: itself, a mask, or None when hidden."""
    mode = field_modes(ctx, type(record)).get(field_name, "edit")
    if mode == "hide":
        return None
    raw = getattr(record, field_name, None) if value is None else value
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
    if ctx.trusted or policy(ctx).all_powerful:
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
    if ctx.trusted or policy(ctx).all_powerful:
        return "edit"
    program = getattr(ctx.user, "is_program", False)
    found = [
        g.fields.get(path, "hide" if g.portal or g.limited or program else "edit").replace("clear", "edit")
        for g in policy(ctx).matching(model._meta.label_lower, "view")
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
