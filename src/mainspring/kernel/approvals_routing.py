"""Which approval rule fits, and who is asked for what reason. Only reads."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _

from . import fields, formulas, policies, shapes, workflow
from .models import ApprovalRule, ApprovalStep, AuditEntry, Company, User
from .plugin_points import PluginPoint
from .remembered import Remembered

SPLIT_RECORDS_MAX = 200
WRITES = ("create", "change", "delete")
LEVELS_MAX = 20


def _same_currency(amount: Decimal, currency: str, company_id: int, on: date) -> Decimal:
    base = Company.objects.values_list("base_currency_id", flat=True).get(pk=company_id)
    if currency in ("", base):
        return amount
    raise ValidationError(_("There is no exchange rate from %(from)s to %(to)s.") % {"from": currency, "to": base})


to_base = PluginPoint("approvals.to_base", default=_same_currency)
"""(amount, currency code, company id, day) -> the amount in the company's base currency (rule K09)."""


@dataclass
class Case:
    """A rule that fits a record and the facts that made it fit."""

    rule: ApprovalRule
    values: dict = field(default_factory=dict)
    amount: Decimal | None = None
    currency: str = ""
    amount_base: Decimal | None = None
    splitting: dict | None = None


@dataclass
class Stage:
    """Who is asked in one step: seats are (user, why, of what)."""

    step: ApprovalStep
    seats: list[tuple[User, str, str]]


# -- which rule -------------------------------------------------------------------------------------------------------


_rules = Remembered(
    lambda entity, verb: list(
        ApprovalRule.objects.filter(entity=entity, verb=verb, active=True).order_by("priority", "pk")
    ),
    ApprovalRule,
)


def find_case(record, verb: str, ctx, stored=None) -> Case | None:
    """The first rule by priority that makes this verb wait, with its facts; None when nobody has to be asked.

    stored  the record before a change; conditions read its values as old_<field>
    """
    company_id = getattr(record, "company_id", None) or ctx.company_id
    for rule in _rules.get(record._meta.label_lower, verb):
        case = _fits(rule, record, ctx, company_id, stored) if rule.company_id in (None, company_id) else None
        if case:
            return case
    return None


def _fits(rule: ApprovalRule, record, ctx, company_id: int, stored=None) -> Case | None:
    if rule.department_id and not _in_department(rule.department_id, ctx.user):
        return None
    case = Case(rule)
    if rule.amount_path:
        case.amount = read(record, rule.amount_path) or Decimal(0)
        case.currency = _currency(record, rule.amount_path, company_id)
        case.amount_base = to_base(case.amount, case.currency, company_id, ctx.business_date)
    if rule.condition:
        case.values = {
            name: _value(stored, name[4:], ctx, case)
            if stored is not None and name.startswith("old_")
            else _value(record, name, ctx, case)
            for name in formulas.names(rule.condition)
        }
        if not formulas.evaluate(rule.condition, case.values):
            return None
    if rule.limit is not None and case.amount_base is not None and case.amount_base <= rule.limit:
        case.splitting = _splitting(case, record, ctx, company_id)
        if case.splitting is None:
            return None
    return case


def check_rule(rule: ApprovalRule) -> None:
    """Raise ValidationError when a rule names a record, verb or field that is not there, or a formula that is none."""
    found: dict[str, Any] = {}
    model = shapes.model_named(rule.entity)
    if model is None:
        raise ValidationError({"entity": _("There is no record type “%(name)s”.") % {"name": rule.entity}})
    verbs = {v.name for v in workflow.verbs_of(model)} | (set() if getattr(model, "read_only", False) else {*WRITES})
    if rule.verb not in verbs:
        found["verb"] = _("“%(verb)s” is not one of: %(verbs)s.") % {
            "verb": rule.verb,
            "verbs": ", ".join(sorted(verbs)),
        }
    if rule.amount_path and not _is_path(model, rule.amount_path):
        found["amount_path"] = _("There is no field “%(name)s”.") % {"name": rule.amount_path}
    if rule.limit is not None and not rule.amount_path:
        found["amount_path"] = _("A limit needs the field it applies to.")
    if rule.condition:
        try:
            unknown = [
                n
                for n in formulas.names(rule.condition)
                if n not in ("amount", "today", "true", "false", "none")
                and not _is_path(model, n.removeprefix("old_") if rule.verb == "change" else n)
            ]
            if unknown:
                found["condition"] = _("There is no field “%(name)s”.") % {"name": ", ".join(sorted(unknown))}
        except ValidationError as error:
            found["condition"] = error.messages
    if found:
        raise ValidationError(found)


def _splitting(case: Case, record, ctx, company_id: int) -> dict | None:
    """Facts about one purchase cut into pieces below the limit: same party or person, within days (rule K09).

    Where the record has a party, pieces are those of the same party; a buyer who orders from many is not splitting.
    """
    rule, model = case.rule, type(record)
    if not rule.split_days or rule.limit is None:
        return None
    since = ctx.business_date - timedelta(days=rule.split_days)
    done = AuditEntry.objects.filter(entity=rule.entity, verb=rule.verb, company=company_id, business_date__gte=since)
    ids = list(done.exclude(record_id=str(record.pk)).values_list("record_id", flat=True)[: SPLIT_RECORDS_MAX * 10])
    if not ids:
        return None
    party_path = getattr(model, "scope_paths", {}).get("party")
    if isinstance(party_path, str) and "__" not in party_path:
        same = Q(**{party_path: getattr(record, model._meta.get_field(party_path).attname)})
    else:
        same = Q(created_by=getattr(ctx.user, "pk", None))
    related = list(model._default_manager.filter(same, pk__in=ids)[:SPLIT_RECORDS_MAX])
    sums: dict[str, Decimal] = {}
    for r in related:
        currency = _currency(r, rule.amount_path, company_id)
        sums[currency] = sums.get(currency, Decimal(0)) + (read(r, rule.amount_path) or Decimal(0))
    total = (case.amount_base or Decimal(0)) + sum(
        (to_base(amount, currency, company_id, ctx.business_date) for currency, amount in sums.items()), Decimal(0)
    )
    if not related or total <= rule.limit:
        return None
    return {"records": [str(r) for r in related], "total": str(total), "days": rule.split_days}


def _in_department(department_id: int, user) -> bool:
    return getattr(user, "department_id", None) in {department_id} | policies.below("kernel_department", department_id)


def read(record, path: str):
    """What a "__" path from the record leads to; None where it breaks off."""
    for part in path.split("__"):
        record = getattr(record, part, None)
        if record is None:
            return None
    return record() if callable(record) else record


def _value(record, name: str, ctx, case: Case):
    if name == "amount":
        return case.amount_base or Decimal(0)
    if name == "today":
        return ctx.business_date
    value = read(record, name)
    if value is None and name in getattr(record, "custom", {}):
        value = record.custom[name]
    if value is None:
        return Decimal(0) if isinstance(_field(type(record), name), models.DecimalField | models.IntegerField) else ""
    if isinstance(value, models.Model):
        return str(getattr(value, "code", value))
    return Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _field(model, path: str):
    try:
        return shapes.field_at(model, path)
    except (FieldDoesNotExist, AttributeError):
        return None


def _is_path(model, path: str) -> bool:
    from .models import CustomField

    return (
        _field(model, path) is not None
        or hasattr(model, path)
        or CustomField.objects.filter(entity=model._meta.label_lower, name=path).exists()
    )


def _currency(record, path: str, company_id: int) -> str:
    found = _field(type(record), path)
    if isinstance(found, fields.MoneyField) and found.currency:
        prefix = path.rpartition("__")[0]
        direct = getattr(record, f"{found.currency}_id", None) if not prefix and "__" not in found.currency else None
        currency = direct or read(record, f"{prefix}__{found.currency}" if prefix else found.currency)
        return str(getattr(currency, "pk", currency) or "")
    return str(Company.objects.values_list("base_currency_id", flat=True).get(pk=company_id))


# -- who is asked -----------------------------------------------------------------------------------------------------


def plan(case: Case, record, ctx) -> tuple[list[Stage], list[int]]:
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


def reason(case: Case, stages: list[Stage], excluded: list[int]) -> dict:
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
        "free_fields": case.rule.free_fields.replace(",", " ").split(),
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
