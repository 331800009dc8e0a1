"""Pages and endpoints of scenarios."""

from django.utils.translation import gettext_lazy as _

from mainspring.kernel.resource import Resource

from . import models

MENU = "Planning"


class Scenarios(Resource):
    model = models.Scenario
    menu = MENU
    icon = "arrows-split-2"
    title = _("Scenarios")
    columns = "number name state created_by created_at decide_by closed_on"
    search = "number name note"
    filters = "state created_by created_at decide_by"
    form = "name decide_by | note | Sharing: shared_with"
    order = "-number"
    related = {_("Changes"): ("scenarios/scenario-changes", "scenario")}
    views = {"open": (_("Not decided"), "state=draft"), "all": (_("All"), "")}


class ScenarioChanges(Resource):
    model = models.ScenarioChange
    icon = "git-compare"
    title = _("Changes of scenarios")
    columns = "label kind why scenario"
    search = "label why"
    filters = "kind scenario"
    form = "label kind why scenario"
    order = "id"
    creatable = False
