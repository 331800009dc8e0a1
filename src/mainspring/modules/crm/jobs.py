"""Scheduled work of customer relations."""

from django.utils.translation import gettext_lazy as _

from mainspring.kernel import jobs

from . import allocating, commands, jobs_follow  # noqa: F401 - it declares its own


@jobs.job("crm.recycle", title=_("Return leads nobody follows to their pools"), schedule="0 3 * * *", per_company=True)
def recycle(run, ctx):
    return {"leads": commands.recycle(ctx), "given": allocating.distribute_all(ctx)}


@jobs.job(
    "crm.remind", title=_("Tell owners which leads go back to the pool soon"), schedule="0 7 * * *", per_company=True
)
def remind(run, ctx):
    return {"leads": allocating.remind(ctx)}
