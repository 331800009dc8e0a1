"""Parts of the frame around every page."""

from django import template
from django.conf import settings

from mainspring.web import menus

register = template.Library()


@register.simple_tag
def menu(shell):
    """The main menu of a frame, see `context_processors.frame`; without entries where nobody is signed in."""
    return menus.drawn(shell["menu"] if shell else [], str(settings.PRODUCT_NAME))
