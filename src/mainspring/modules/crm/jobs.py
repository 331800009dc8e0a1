"""Scheduled work of customer relations."""

from django.utils.translation import gettext_lazy as _

from mainspring.kernel import jobs

from . import allocating, commands, receiving, scoring


@jobs.job("crm.recycle", title=_("Return leads nobody follows to their pools"), schedule="0 3 * * *", per_company=True)
def recycle(run, ctx):
    return {"leads": commands.recycle(ctx), "given": allocating.distribute_all(ctx)}


@jobs.job(
    "crm.remind", title=_("Tell owners which leads go back to the pool soon"), schedule="0 7 * * *", per_company=True
)
def remind(run, ctx):
    return {"leads": allocating.remind(ctx)}


@jobs.job("crm.rescore", title=_("Compute the scores of leads"), schedule="30 2 * * *", per_company=True)
def rescore(run, ctx):
    """Nightly, for conditions that speak of days; and after a scoring rule changed."""
    return {"leads": scoring.batch(ctx)}


@jobs.job("crm.fetch_mail", title=_("Read the mailboxes"), schedule="*/5 * * * *", per_company=True, retries=0)
def fetch_mail(run, ctx, *, mailbox_id=None):
    return {"mails": receiving.fetch_all(ctx, mailbox_id)}
