"""Scheduled work of customer relations."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mainspring.kernel import commands as kernel
from mainspring.kernel import jobs
from mainspring.modules.parties.models import Party

from . import allocating, commands, opening, pooling, recycling


@jobs.job("crm.recycle", title=_("Return to their pools what nobody follows"), schedule="0 3 * * *", per_company=True)
def recycle(run, ctx):
    now = timezone.now()
    with kernel.batch(Party, ctx, "recycle") as inner:
        settled = pooling.settle(inner, now)
    found = {
        "leads": commands.recycle(ctx),
        "customers": recycling.recycle_customers(ctx, now),
        "settled": settled,
        "given": allocating.distribute_all(ctx),
    }
    recycling.weigh(ctx)
    opening.forget(ctx)
    return found


@jobs.job("crm.remind", title=_("Tell owners what goes back to the pool soon"), schedule="0 7 * * *", per_company=True)
def remind(run, ctx):
    return {"leads": allocating.remind(ctx), "customers": recycling.remind(ctx)}
