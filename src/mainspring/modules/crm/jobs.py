"""Scheduled work of customer relations."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mainspring.kernel import commands as kernel
from mainspring.kernel import jobs
from mainspring.modules.parties.models import Party

from . import (
    allocating,
    commands,
    jobs_follow,  # noqa: F401 - it declares its own
    opening,
    pooling,
    receiving,
    recycling,
    scoring,
)
from .models import Holds


@jobs.job(
    "crm.recycle_leads", title=_("Return to their pools leads nobody follows"), schedule="0 3 * * *", per_company=True
)
def recycle_leads(run, ctx):
    """Apart from customers, so that two workers do both at the same time."""
    found = {"leads": commands.recycle(ctx), "given": allocating.distribute_all(ctx, Holds.LEADS)}
    opening.forget(ctx)
    return found


@jobs.job(
    "crm.recycle_customers",
    title=_("Return to their pools customers nobody follows"),
    schedule="0 3 * * *",
    per_company=True,
)
def recycle_customers(run, ctx):
    now = timezone.now()
    with kernel.batch(Party, ctx, "recycle") as inner:
        settled = pooling.settle(inner, now)
    returned = recycling.recycle_customers(ctx, now)
    given = allocating.distribute_all(ctx, Holds.CUSTOMERS)
    recycling.weigh(ctx)
    return {"customers": returned, "settled": settled, "given": given}


@jobs.job("crm.remind", title=_("Tell owners what goes back to the pool soon"), schedule="0 7 * * *", per_company=True)
def remind(run, ctx):
    return {"leads": allocating.remind(ctx), "customers": recycling.remind(ctx)}


@jobs.job("crm.rescore", title=_("Compute the scores of leads"), schedule="30 2 * * *", per_company=True)
def rescore(run, ctx):
    """Nightly, for conditions that speak of days; and after a scoring rule changed."""
    return {"leads": scoring.batch(ctx)}


@jobs.job("crm.fetch_mail", title=_("Read the mailboxes"), schedule="*/5 * * * *", per_company=True, retries=0)
def fetch_mail(run, ctx, *, mailbox_id=None):
    return {"mails": receiving.fetch_all(ctx, mailbox_id)}
