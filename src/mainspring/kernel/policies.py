"""What a person's roles grant, read once and kept in memory: the policy that `access` answers from."""

import json
from dataclasses import dataclass, field, replace

from . import database, roles
from .models.access import Membership, Role, RoleGrant
from .models.structure import Department, Territory
from .remembered import Remembered


@dataclass(frozen=True)
class Grant:
    """One role grant as it applies to one membership."""

    entity: str
    verbs: frozenset[str]
    scope: str
    fields: dict  # {field: one of access.MODES, or "clear": in the clear on every row}
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
    """All a person may do, as data."""

    user_id: int | None
    all_powerful: bool
    grants: tuple[Grant, ...] = ()
    roles: tuple[str, ...] = ()
    department_ids: frozenset[int] = frozenset()
    _parties: tuple | None = field(default=None, repr=False)
    _matching: dict = field(default_factory=dict, repr=False, compare=False)  # follows from the grants alone
    _conditions: dict = field(default_factory=dict, repr=False, compare=False)  # of `access`, for one request

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


def of(ctx) -> Policy:
    """The policy of the person who acts, kept on the user object for the length of a request."""
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
    return replace(p, all_powerful=False, grants=tuple(left), _matching={}, _conditions={})


def forget(user) -> None:
    """Drop the cached policy after a change of roles."""
    user.__dict__.pop("_policy", None)


def load(user, day) -> Policy:
    """The policy of a person on a day; who is not there or switched off may do nothing."""
    if user is None or not user.is_active:
        return Policy(None, False)
    if user.is_superuser:
        return Policy(user.pk, True)
    return replace(_policies.get(user.pk, user.department_id, day), _parties=None, _conditions={})


def _load(user_id: int, department_id: int | None, day) -> Policy:
    found = database.rows(POLICY, user=user_id, department=department_id, day=day)
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


def below(table: str, root: int) -> set[int]:
    """The root and all that lies under it in a parent_id tree."""
    found = database.rows(
        f"""
        WITH RECURSIVE tree AS (
            SELECT id FROM {table} WHERE id = %(root)s
            UNION SELECT child.id FROM tree JOIN {table} child ON child.parent_id = tree.id)
        SELECT id FROM tree""",
        root=root,
    )
    return {row["id"] for row in found}
