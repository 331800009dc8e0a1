"""Parts of the frame around every page."""

from django import template

from mainspring.web import menus

register = template.Library()


@register.simple_tag
def menu(shell):
    """The main menu of a frame, see `context_processors.frame`."""
    return menus.drawn(shell["menu"], shell["product"])
