"""Job shop: the shortest schedule when every job visits machines in its own order."""

from mainspring.engines.scheduling import formats
from mainspring.site.solving import schedules

HELP = "the shortest schedule of a job shop"
FORMAT = formats.__doc__
lines = schedules.lines


def solve(text: str, options) -> dict:
    """Read, solve within the time that is left, check, and give the schedule."""
    shop = formats.job_shop(text, file=options.file.name)
    from mainspring.engines.scheduling import jobshop

    plan = jobshop.solve(shop, **schedules.limits(options))
    return schedules.answer("jobshop", plan, shop.job_start, options)
