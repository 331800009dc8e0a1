"""Flexible job shop: the shortest schedule when operations may choose among machines."""

from mainspring.engines.scheduling import formats
from mainspring.site.solving import schedules

HELP = "the shortest schedule of a flexible job shop"
FORMAT = formats.__doc__
lines = schedules.lines


def solve(text: str, options) -> dict:
    """Read, solve within the time that is left, check, and give the schedule."""
    shop = formats.flexible_job_shop(text, file=options.file.name)
    from mainspring.engines.scheduling import flexible

    plan = flexible.solve(shop, **schedules.limits(options))
    return schedules.answer("flexible-jobshop", plan, shop.job_start, options)
