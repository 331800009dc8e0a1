"""Scheduled work of customer relations."""

from django.utils.translation import gettext_lazy as _

from mainspring.kernel import jobs

from . import commands


@jobs.job("crm.recycle", title=_("Return leads nobody follows to their pools"), schedule="0 3 * * *", per_company=True)
def recycle(run, ctx):
    return {"leads": commands.recycle(ctx)}
