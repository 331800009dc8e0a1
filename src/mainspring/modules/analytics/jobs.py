"""Scheduled work of insight."""

from django.utils.translation import gettext_lazy as _

from mainspring.kernel import jobs

from . import calculating


@jobs.job("analytics.insight", title=_("Work out customer insight"), schedule="30 2 * * *", per_company=True)
def recalculate(run, ctx):
    """Segments, classes and risks of all customers, and what is bought together."""
    return calculating.recalculate(ctx, run.progress)
