"""What the database and the calendar can keep, and what yes and no look like: all else is refused where it comes in."""

import datetime

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

DAY_FIRST, DAY_LAST = datetime.date(1900, 1, 1), datetime.date(2199, 12, 31)
"""Days a record may hold: beyond them sums of days and time zones leave the calendar, and a typing error is likely."""

DAYS_MAX, HOURS_MAX = 3650, 87600
"""The longest spans people may set, ten years."""


def storable(text: str) -> str:
    """The text itself; ValidationError when it holds what the database cannot keep."""
    if "\x00" in text:
        raise ValidationError(_("Null characters are not allowed."))
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValidationError(_("A text holds characters that cannot be kept.")) from None
    return text


def storable_key(value):
    """The value itself; ValueError when it is a text the database cannot look for."""
    try:
        return storable(value) if isinstance(value, str) else value
    except ValidationError as error:
        raise ValueError(value) from error


def day_in_range(value):
    """A day or moment itself; ValidationError when it lies outside the days records may hold. None passes."""
    day = value.date() if isinstance(value, datetime.datetime) else value
    if day is not None and not DAY_FIRST <= day <= DAY_LAST:
        raise ValidationError(
            _("“%(value)s” is not between %(first)s and %(last)s.")
            % {"value": value.isoformat(), "first": DAY_FIRST.isoformat(), "last": DAY_LAST.isoformat()}
        )
    return value


def yes(raw) -> bool:
    """Whether a value sent for a yes or no says yes; ValueError when it says neither."""
    text = str(raw).lower()
    if text not in ("1", "true", "on", "yes", "0", "false", "off", "no"):
        raise ValueError(raw)
    return text in ("1", "true", "on", "yes")
