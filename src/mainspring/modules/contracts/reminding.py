"""Owners hear of instalments: before they fall due and again the longer they are overdue, once for each step."""

from datetime import timedelta

from django.utils.translation import gettext as _

from mainspring.kernel import formats, notifications, preferences

from . import facts
from .models import LIVE, Contract, Instalment, InstalmentReminder


def steps_of(company_id: int) -> list[int]:
    """Days after the due day on which owners are told, below zero before it; in order."""
    words = preferences.get(company_id, "contracts.remind_after_days").replace(",", " ").split()
    after = {int(word) for word in words if word.isdigit()}
    before = preferences.get(company_id, "contracts.remind_before_days")
    return sorted(after | ({-before} if before else set()))


def remind(ctx) -> int:
    """Tell owners of open instalments that reached a step they were not told of; returns how many reminders."""
    steps = steps_of(ctx.company_id)
    if not steps:
        return 0
    found = (
        Instalment.objects.filter(
            document__company=ctx.company_id,
            document__state="agreed",
            document__contract__state__in=("signed", *LIVE),
            open_amount__gt=0,
            due_on__lte=ctx.business_date - timedelta(days=steps[0]),
        )
        .select_related("document__contract__owner", "document__contract__currency", "document__party")
        .order_by("due_on", "pk")
    )
    told = set(InstalmentReminder.objects.filter(instalment__in=found).values_list("instalment_id", "due_on", "step"))
    count = 0
    for line in found:
        late = (ctx.business_date - line.due_on).days
        step = max(s for s in steps if s <= late)
        if (line.pk, line.due_on, step) not in told:
            count += _tell(line, step, late, ctx)
    return count


def _tell(line: Instalment, step: int, late: int, ctx) -> int:
    """Write the step down first: who is told twice is told for nothing."""
    made = InstalmentReminder.objects.bulk_create(
        [InstalmentReminder(instalment=line, due_on=line.due_on, step=step, sent_on=ctx.business_date)],
        ignore_conflicts=True,
    )
    contract = line.document.contract
    if not made or contract.owner is None:
        return 0
    amount = f"{formats.number(line.open_amount, contract.currency.digits)} {contract.currency_id}"

    def title():
        if late > 0:
            return _("%(contract)s: %(name)s is %(days)d days overdue") % {
                "contract": contract.number, "name": line.name, "days": late,
            }  # fmt: skip
        return _("%(contract)s: %(name)s falls due on %(day)s") % {
            "contract": contract.number, "name": line.name, "day": formats.day(line.due_on),
        }  # fmt: skip

    def text():
        return _("%(amount)s from %(party)s.") % {"amount": amount, "party": line.document.party}

    notifications.notify(
        [contract.owner], ctx, kind="task", title=title, text=text, record=contract, mail_template="news"
    )
    return 1


def refresh_days(ctx) -> int:
    """What turned due or overdue overnight shows it in the morning; returns how many contracts."""
    keys = list(
        Contract.objects.filter(
            company=ctx.company_id, state__in=("signed", *LIVE), collection_plan__lines__open_amount__gt=0,
            collection_plan__lines__due_on__lte=ctx.business_date,
        )
        .values_list("pk", flat=True)
        .distinct()
    )  # fmt: skip
    for n in range(0, len(keys), 200):
        facts.refresh_alone(keys[n : n + 200], ctx)
    return len(keys)
