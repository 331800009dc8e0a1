"""A hundred representatives claim one lead in the same moment: exactly one gets it."""

import time

from harness import Answer, at_once, context, main, median, p95, timed

PEOPLE = 100


def measure(options) -> list[Answer]:
    from django.core.exceptions import PermissionDenied, ValidationError

    from mainspring.kernel import commands
    from mainspring.kernel.context import Context
    from mainspring.kernel.models import Company, Membership, Role, Territory, User
    from mainspring.modules.crm.models import Claim, Lead

    ctx, tag = context(), f"{time.time_ns() % 10**9}"
    company, place = Company.objects.get(code="MSB"), Territory.objects.get(code="BALT")
    people = User.objects.bulk_create(
        User(username=f"rep{tag}-{n}", email=f"rep{tag}-{n}@bench.example") for n in range(PEOPLE)
    )
    role = Role.objects.get(code="sales_rep")
    for membership in Membership.objects.bulk_create(Membership(user=u, role=role, company=company) for u in people):
        membership.territories.set([place])
    lead = commands.create(
        Lead, ctx, name=f"Wanted by all {tag}", country="LT", territory=place, source="web", email=f"w{tag}@a.example"
    )

    def claim(n: int):
        mine = Context(people[n], ctx.business_date, company.pk)
        try:
            return timed(lambda: commands.perform(lead, "claim", mine))[1], True
        except (ValidationError, PermissionDenied):
            return 0, False

    results, errors = at_once(PEOPLE, claim)
    won = [ms for ms, got in results if got]
    lead.refresh_from_db()
    return [
        Answer("claims at once", PEOPLE, "claims"),
        Answer("owners", len(won), "owners", 1, exactly=True),
        Answer("claims on record", Claim.objects.filter(lead=lead).count(), "claims", 1, exactly=True),
        Answer("told that somebody was quicker", len(results) - len(won), "people"),
        Answer("errors", len(errors), "errors", 0, exactly=True),
        Answer("the winner's time", median(won) if won else 0, "ms"),
        Answer("p95", p95(won) if won else 0, "ms"),
    ]


if __name__ == "__main__":
    main("A hundred claims of one lead", measure)
