"""Scheduled work of stock."""

from django.utils.translation import gettext_lazy as _

from mainspring.kernel import jobs

from . import commands


@jobs.job("stock.merge_totals", title=_("Merge move totals"), schedule="*/5 * * * *")
def merge_totals(run, ctx):
    """Keep past stock quick to find: one row an item, place and month."""
    return {"merged": commands.merge_totals()}
