"""Seeded random days of a company; after each the auditor compares the ledgers with what the documents say."""

from datetime import date

import pytest

from mainspring.kernel import checks, numbering

from .auditor import Auditor
from .business import STEPS, Business


def live(seed: int, *, days: int, steps: int) -> Business:
    numbering.forget()
    business = Business(seed, date(2026, 3, 2))
    auditor = Auditor(business.cast.company)
    for number in range(1, days + 1):
        business.day(steps)
        complaints = auditor.complaints()
        assert not complaints, f"seed {seed}, day {number}:\n" + "\n".join(complaints)
    findings = [finding for result in checks.run() for finding in result.findings]
    assert not findings, "\n".join(findings)
    numbering.forget()
    return business


@pytest.mark.parametrize("seed", [2, 7])
def test_a_few_days_of_business_stand_an_audit(db, seed):
    business = live(seed, days=5, steps=9)
    assert sum(business.done.values()) > 15, (business.done, business.refused)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 108))
def test_weeks_of_business_stand_an_audit(db, seed):
    business = live(seed, days=20, steps=20)
    assert set(STEPS) - {name for name, count in business.done.items() if count} == set(), business.refused
