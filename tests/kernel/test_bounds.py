"""Values out of bounds are refused beside their field, with the rule's name, before the database has to say so."""

from decimal import Decimal as D

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models
from mainspring_fleet.models import Inspection, Vehicle

from mainspring.kernel import amounts, constraints, fields
from mainspring.kernel.models import ApprovalStep, Currency, CustomField


def refused(record) -> dict[str, list[str]]:
    """{field: names of the broken rules}."""
    try:
        constraints.refuse_broken(record)
    except ValidationError as error:
        return {name: [one.code for one in found] for name, found in error.error_dict.items()}
    return {}


@pytest.mark.parametrize(
    ("record", "broken"),
    [
        (Currency(code="EUR", digits=2), {}),
        (Currency(code="EUR", digits=5), {"digits": ["currency_digits"]}),
        (CustomField(digits=9), {"digits": ["custom_field_digits"]}),
        (ApprovalStep(levels=0, votes=1, who="manager"), {"levels": ["approval_step_counts"]}),
        (ApprovalStep(levels=0, votes=0, who="manager"), {"__all__": ["approval_step_counts"]}),
        (ApprovalStep(levels=1, votes=1, who="user"), {"__all__": ["approval_step_names_who"]}),
        (ApprovalStep(levels=1, votes=1, who="user", user_id=1), {}),
        (
            ApprovalStep(levels=1, votes=1, who="manager", timeout_hours=10**6),
            {"timeout_hours": ["approval_step_hours"]},
        ),
        (ApprovalStep(levels=1, votes=1, who="manager", timeout_hours=None), {}),
    ],
)
def test_a_broken_rule_is_told_beside_its_field(record, broken):
    assert refused(record) == broken


def _percentages():
    for model in apps.get_models():
        if model._meta.app_label not in ("fleet", "shop"):
            for field in model._meta.concrete_fields:
                if isinstance(field, fields.PercentField) and field.editable:
                    yield pytest.param(model, field, id=f"{model._meta.label_lower}.{field.name}")


@pytest.mark.parametrize(("model", "field"), list(_percentages()))
def test_no_percentage_is_without_bounds(model, field):
    """Whatever a person can type as a share of a hundred has a lowest value the database knows."""
    named = [
        rule for rule in constraints.rules_of(model) if field.name in constraints.names_of(rule.constraint.condition)
    ]
    assert named, "no constraint"
    assert named[0].holds({field.name: D(-1)}) is False


def test_every_day_count_and_price_people_type_has_bounds():
    found = []
    for model in apps.get_models():
        if not model.__module__.startswith("mainspring.") or model._meta.app_label == "kernel":
            continue
        for field in model._meta.concrete_fields:
            wide = isinstance(field, models.PositiveIntegerField) and field.name.endswith("_days")
            money = isinstance(field, fields.MoneyField)
            if field.editable and (wide or money) and getattr(model, "workflow", None) is not None:
                named = [c for c in model._meta.constraints if field.name in str(getattr(c, "condition", ""))]
                found += [] if named else [f"{model._meta.label}.{field.name}"]
    assert found == []


def test_an_amount_finer_than_its_currency_is_refused_and_a_unit_price_is_not():
    """M01: JPY 0, EUR 2, KWD 3; unit prices up to six."""
    yen, dinar = Currency(code="JPY", digits=0), Currency(code="KWD", digits=3)
    amounts.refuse_parts(yen, {"amount": D("100.0000")})
    amounts.refuse_parts(dinar, {"amount": D("100.125")})
    with pytest.raises(ValidationError, match="JPY has 0 decimal places"):
        amounts.refuse_parts(yen, {"amount": D("100.5")})
    with pytest.raises(ValidationError, match="KWD has 3 decimal places"):
        amounts.refuse_parts(dinar, {"amount": D("100.1255")})
    assert all(not name.endswith("price") for name, _path in amounts._entered(Vehicle))
    assert Inspection._meta.get_field("lines").related_model
