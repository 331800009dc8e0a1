"""Roles the modules bring along. A module's `roles.py` declares them; administrators may change them later."""

from dataclasses import dataclass, field
from typing import Any

SCOPES = {"own", "team", "territory", "site", "company", "party"}


@dataclass
class DeclaredRole:
    code: str
    name: Any
    description: Any = ""
    portal: bool = False
    grants: list[tuple[str, tuple[str, ...], str, dict]] = field(default_factory=list)


_declared: dict[str, DeclaredRole] = {}
_everyone: list[tuple[str, tuple[str, ...], str, dict]] = []


def role(code: str, name="", description="", *, portal: bool = False) -> DeclaredRole:
    """Declare a role, or get the one already declared, to add grants to it."""
    found = _declared.setdefault(code, DeclaredRole(code, name))
    found.name, found.description = name or found.name, description or found.description
    found.portal = portal or found.portal
    return found


def grant(code: str, entity: str, verbs: str, scope: str = "company", **fields: str) -> None:
    """Let a role perform verbs (names split by blanks) on an entity ("sales.salesorder", "sales.*").

    `fields` restricts fields: grant("sales", "crm.lead", "view", "territory", phone="mask"); fields of a document's
    lines are named with "lines." before them.
    """
    if scope not in SCOPES:
        raise ValueError(f"unknown scope {scope!r} for role {code!r}")
    role(code).grants.append((entity, tuple(verbs.split()), scope, fields))


def grant_everyone(entity: str, verbs: str, scope: str = "own", **fields: str) -> None:
    """Let everybody with a role, portals excepted, perform verbs on an entity: own tasks, own jobs, own approvals."""
    _everyone.append((entity, tuple(verbs.split()), scope, fields))


def for_everyone() -> list[tuple[str, tuple[str, ...], str, dict]]:
    return _everyone


def declared() -> dict[str, DeclaredRole]:
    return _declared


def sync_after_migrate(using="default", **kwargs) -> None:
    """Add roles and grants that are not in the database yet; never take away what an administrator set."""
    from django.db import connection

    from .models import Role, RoleGrant

    if Role._meta.db_table not in connection.introspection.table_names():
        return
    for r in _declared.values():
        stored, _made = Role.objects.get_or_create(
            code=r.code, defaults={"name": str(r.name or r.code), "description": str(r.description), "portal": r.portal}
        )
        known = {(g.entity, g.scope): g for g in stored.grants.all()}
        merged: dict[tuple[str, str], tuple[set, dict]] = {}
        for entity, verbs, scope, fields in r.grants:
            have = merged.setdefault((entity, scope), (set(), {}))
            have[0].update(verbs)
            have[1].update(fields)
        RoleGrant.objects.bulk_create(
            RoleGrant(role=stored, entity=entity, scope=scope, verbs=sorted(verbs), fields=fields)
            for (entity, scope), (verbs, fields) in merged.items()
            if (entity, scope) not in known
        )


grant_everyone("kernel.task", "view create change delete finish reopen")
grant_everyone("kernel.jobrun", "view cancel retry")
grant_everyone("kernel.importrun", "view undo")
grant_everyone("kernel.approvalrequest", "view approve reject return delegate recall")
grant_everyone("kernel.exportrun", "view create")
grant_everyone("kernel.absence", "view create change delete")
# Colleagues are known to each other: tasks, mentions and approvals name them.
grant_everyone(
    "kernel.user",
    "view",
    "company",
    password="hide",
    is_superuser="hide",
    is_staff="hide",
    last_login="hide",
    preferences="hide",
    user_permissions="hide",
    groups="hide",
    time_zone="hide",
    language="hide",
    theme="hide",
)
