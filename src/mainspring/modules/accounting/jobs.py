"""Scheduled work of the books."""

from django.utils.translation import gettext_lazy as _

from mainspring.kernel import jobs

from . import commands


@jobs.job("accounting.merge_totals", title=_("Merge account totals"), schedule="*/5 * * * *")
def merge_totals(run, ctx):
    """Keep the trial balance quick: one row an account and day."""
    return {"merged": commands.merge_totals()}
