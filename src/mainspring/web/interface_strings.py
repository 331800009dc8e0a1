"""Strings the islands of the front end show. They are listed here so that they are translated with all others."""
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

STRINGS = (
    _("Undo"),
    _("Open"),
    _("Close"),
    _("Rows: normal"),
    _("Rows: compact"),
    _("Rows: roomy"),
    _("This can no longer be undone."),
    _("No connection. What you typed is kept; try again."),
    _("The server refused this (code {code})."),
)


def translated() -> dict[str, str]:
    """English string to the present language's; only those that differ, so that the page stays small."""
    pairs = ((text, gettext(text)) for text in STRINGS)
    return {text: local for text, local in pairs if text != local}
