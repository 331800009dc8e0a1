"""Who is asked for an approval, and for what reason. Only reads."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _

from ..models import ApprovalStep, User
from . import rules

LEVELS_MAX = 20


@dataclass
class Stage:
    """Who is asked in one step: seats are (user, why, of what)."""

    step: ApprovalStep
    seats: list[tuple[User, str, str]]


def plan(case: rules.Case, record, ctx) -> tuple[list[Stage], list[int]]:
    """The stages of a request, and the ids of people who may not decide: who asks and who made the record (K09).

    Raises ValidationError when a step finds nobody.
    """
    excluded = {pk for pk in (getattr(ctx.user, "pk", None), getattr(record, "created_by_id", None)) if pk}
    company_id = getattr(record, "company_id", None) or ctx.company_id
    stages = [
        Stage(step, seats_of(step, ctx.user, company_id, excluded, ctx.business_date))
        for step in case.rule.lines.select_related("user", "role", "escalate_to")
    ]
    if not stages:
        raise ValidationError(_("The approval rule “%(rule)s” has no steps.") % {"rule": case.rule})
    return stages, sorted(excluded)


def seats_of(step: ApprovalStep, asker, company_id: int, excluded: set[int], day: date) -> list[tuple[User, str, str]]:
    """Who is asked in a step and why; when nobody is left, who steps in."""
    found: list[tuple[User | None, str, str]]
    match step.who:
        case "user":
            found = [(step.user, "user", "")]
        case "role":
            found = [(user, "role", str(step.role)) for user in with_role(step.role.code, company_id, day)]
        case "manager":
            found = [*_above(_managers(asker), step.levels, excluded, "manager", str(asker))]
        case _:
            department = str(getattr(asker, "department", "") or "")
            found = [*_above(_department_managers(asker), step.levels, excluded, "department", department)]
    able = [(user, why, of) for user, why, of in found if user and user.is_active and user.pk not in excluded]
    return able or fallback(step.escalate_to, asker, company_id, excluded, day)


def fallback(escalate_to, asker, company_id: int, excluded: set[int], day: date) -> list[tuple[User, str, str]]:
    """Who decides when everybody asked has left or may not: escalation, managers, general managers, administrators."""
    chains = (
        [escalate_to] if escalate_to else [],
        _managers(asker),
        with_role("manager", company_id, day),
        with_role("administrator", company_id, day),
        User.objects.filter(is_superuser=True, is_active=True),
    )
    for chain in chains:
        found = [(user, "fallback", "") for user in chain if user.is_active and user.pk not in excluded]
        if found:
            return found[:1] if chain is chains[1] else found
    raise ValidationError(
        _("Nobody is left who could approve this. Ask an administrator to complete the approval rule.")
    )


def with_role(code: str, company_id: int, day: date) -> Iterable[User]:
    """Active people who have a role in a company on a day."""
    return (
        User.objects.filter(
            Q(memberships__starts_on=None) | Q(memberships__starts_on__lte=day),
            Q(memberships__ends_on=None) | Q(memberships__ends_on__gt=day),
            Q(memberships__company=None) | Q(memberships__company=company_id),
            memberships__role__code=code,
            is_active=True,
        )
        .distinct()
        .order_by("pk")
    )


def _managers(user) -> list[User]:
    """The chain of managers over a person, nearest first."""
    found: list[User] = []
    while user is not None and user.manager_id and len(found) < LEVELS_MAX:
        user = user.manager
        if user in found:
            break
        found.append(user)
    return found


def _department_managers(user) -> list[User]:
    """Managers of a person's department and of those over it, nearest first."""
    found: list[User] = []
    department = getattr(user, "department", None)
    for _level in range(LEVELS_MAX):
        if department is None:
            break
        if department.manager and department.manager not in found:
            found.append(department.manager)
        department = department.parent
    return found


def _above(chain: list[User], levels: int, excluded: set[int], why: str, of: str) -> list[tuple[User, str, str]]:
    """The person `levels` up the chain, or the next above who may decide."""
    return next(([(user, why, of)] for user in chain[levels - 1 :] if user.is_active and user.pk not in excluded), [])


def reason(case: rules.Case, stages: list[Stage], excluded: list[int]) -> dict:
    """The route as data: which rule with which facts, and why each person is asked (rule U3)."""
    return {
        "rule": case.rule.name,
        "condition": case.rule.condition,
        "values": {name: str(value) for name, value in case.values.items()},
        "amount": None if case.amount is None else str(case.amount),
        "currency": case.currency,
        "amount_base": None if case.amount_base is None else str(case.amount_base),
        "limit": None if case.rule.limit is None else str(case.rule.limit),
        "splitting": case.splitting,
        "free_fields": rules.free_fields(case.rule),
        "order": case.rule.order,
        "excluded": excluded,
        "steps": [
            {
                "name": str(s.step.name),
                "need": s.step.need,
                "votes": s.step.votes,
                "who": [{"id": user.pk, "name": str(user), "why": why, "of": of} for user, why, of in s.seats],
            }
            for s in stages
        ],
    }


def why_text(why: str, of: str) -> str:
    """The reason a person is asked, in words."""
    return {
        "user": _("named in the rule"),
        "role": _("has the role %(of)s"),
        "manager": _("manager of %(of)s"),
        "department": _("manager of the department %(of)s"),
        "escalation": _("asked because time ran out"),
        "fallback": _("asked because nobody else may decide"),
        "handed_over": _("asked by %(of)s instead"),
    }.get(why, why) % {"of": of}
