"""Which approval rule fits a record and a verb, with the facts that make it fit. Only reads."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _

from .. import fields, formulas, offers, policies, shapes
from ..models import ApprovalRule, AuditEntry, Company, CustomField
from ..plugin_points import PluginPoint
from ..remembered import Remembered

SPLIT_RECORDS_MAX = 200
WRITES = offers.WRITES


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
    verbs = offers.offered("verb", rule.entity)
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


def free_fields(rule: ApprovalRule) -> list[str]:
    """Names of the fields that may change without touching an approval."""
    return rule.free_fields.replace(",", " ").split()
