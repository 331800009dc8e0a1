"""Scheduled work about customers and suppliers."""

from django.utils.translation import gettext_lazy as _

from mainspring.kernel import jobs

from . import merging


@jobs.job(
    "parties.follow_merges",
    title=_("Bring what was entered during a merge to the record that was kept"),
    schedule="*/15 * * * *",
    per_company=True,
)
def follow_merges(run, ctx):
    return {"merges": merging.follow_all(ctx)}
