"""Scheduled work of follow-ups: reminders, word to managers, plans that were moved by sets."""

from django.utils.translation import gettext_lazy as _

from mainspring.kernel import jobs

from . import cadencing, reminding


@jobs.job(
    "crm.remind_tasks", title=_("Remind of follow-ups that are due soon"), schedule="*/5 * * * *", per_company=True
)
def remind_tasks(run, ctx):
    return {"tasks": reminding.remind(ctx)}


@jobs.job("crm.escalate_tasks", title=_("Tell managers of overdue follow-ups"), schedule="30 4 * * *", per_company=True)
def escalate_tasks(run, ctx):
    return {"tasks": reminding.escalate(ctx)}


@jobs.job(
    "crm.keep_up_plans", title=_("Go on with follow-up plans of records that moved"), schedule="*/15 * * * *",
    per_company=True,
)  # fmt: skip
def keep_up_plans(run, ctx):
    return cadencing.keep_up(ctx)
