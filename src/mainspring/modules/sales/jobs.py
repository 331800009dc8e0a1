"""Scheduled work of selling."""

from django.utils.translation import gettext_lazy as _

from mainspring.kernel import jobs

from . import offering


@jobs.job("sales.expire", title=_("Expire quotations nobody answered"), schedule="30 0 * * *", per_company=True)
def expire(run, ctx):
    return {"quotations": offering.expire(ctx)}
