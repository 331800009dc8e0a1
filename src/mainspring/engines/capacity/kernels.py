"""The inner loop of load, compiled: hours fill the days an operation really spans (C02)."""

from numba import njit


@njit(cache=True, nogil=True)
def spread(center, day, hours, times, capacity, load, beyond):
    """Add `hours` to the center's days from `day` on, each up to what it has open; `times` such jobs side by side.

    A center with no open day left takes all on the first day, where it shows as overload (C04); what does not fit
    before the end of the table goes to `beyond`. Times are whole ticks.
    """
    days = load.shape[1]
    if day >= days or day < 0:
        beyond[center] += hours * times
        return
    d = day
    while d < days and capacity[center, d] <= 0:
        d += 1
    if d == days:
        load[center, day] += hours * times
        return
    while hours > 0 and d < days:
        taken = min(hours, capacity[center, d])
        if taken > 0:
            load[center, d] += taken * times
            hours -= taken
        d += 1
    if hours > 0:
        beyond[center] += hours * times


@njit(cache=True, nogil=True)
def spread_all(center, day, hours, capacity, load, beyond):
    """`spread` for many operations."""
    for k in range(len(center)):
        spread(center[k], day[k], hours[k], 1, capacity, load, beyond)
