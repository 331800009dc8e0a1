"""The pages of scenarios: the four plans together, what a deal would lead to, scenarios side by side."""

from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from mainspring.kernel import access, resource
from mainspring.web import menus

from . import pages_compare, pages_together, rights
from .models import Scenario


@menus.extra.fill
def menu(ctx):
    """Where people find the pages."""
    if not access.can(ctx, Scenario, "view"):
        return []
    found = [("Planning", _("Compare scenarios"), "/scenarios/compare/")]
    return [("Planning", _("Four plans together"), "/scenarios/together/"), *found] if rights.of(ctx).any else found


urlpatterns = [
    path("together/", pages_together.together, name="scenarios-together"),
    path("together/effect/", pages_together.effect, name="scenarios-together-effect"),
    path("together/keep/", pages_together.keep, name="scenarios-together-keep"),
    path("deal/<uuid:pk>/effect/", pages_together.deal_effect, name="scenarios-deal-effect"),
    path("deal/<uuid:pk>/keep/", pages_together.deal_keep, name="scenarios-deal-keep"),
    path("compare/", pages_compare.compare, name="scenarios-compare"),
    path("effect/<uuid:pk>/", pages_compare.effect, name="scenarios-effect"),
]

resource.amend(
    "scenarios.scenario",
    panel="scenarios/panel.html",
    title=lazy("What it leads to"),
    context=pages_compare.panel,
    place="body",
)
resource.amend(
    "crm.opportunity", panel="scenarios/deal.html", title=lazy("What if it is won"), context=pages_together.of_deal
)
