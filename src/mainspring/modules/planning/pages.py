"""The pages of planning: the planner's workbench, the timeline of an item, load, and the plan's age."""

from django.urls import path
from django.utils.translation import gettext as _

from mainspring.kernel import access
from mainspring.web import menus

from . import pages_age, pages_item, pages_load, pages_mps, pages_tasks, pages_workbench, tasks
from .models import PlanMessage


@menus.extra.fill
def menu(ctx):
    """Where planners find the pages; the work of departments is for all who see orders and their operations."""
    work = [("Production", _("Work of the departments"), "/planning/tasks/")] if tasks.may_see(ctx) else []
    if not access.can(ctx, PlanMessage, "view"):
        return work
    return [
        *work,
        ("Planning", _("Planner's workbench"), "/planning/workbench/"),
        ("Planning", _("Master plan"), "/planning/mps/"),
        ("Planning", _("Load of work centers"), "/planning/load/"),
    ]


urlpatterns = [
    path("workbench/", pages_workbench.workbench, name="planning-workbench"),
    path("workbench/do/<slug:name>/", pages_workbench.do, name="planning-do"),
    path("workbench/<int:item_id>/<int:site_id>/", pages_item.item, name="planning-item"),
    path("mps/", pages_mps.masters, name="planning-masters"),
    path("mps/<int:item_id>/<int:site_id>/", pages_mps.item, name="planning-mps"),
    path("mps/<int:item_id>/<int:site_id>/effect/", pages_mps.effect, name="planning-mps-effect"),
    path("mps/<int:item_id>/<int:site_id>/save/", pages_mps.save, name="planning-mps-save"),
    path("load/", pages_load.load, name="planning-load"),
    path("load/<int:center_id>/<str:week>/", pages_load.load_of, name="planning-load-of"),
    path("tasks/", pages_tasks.board, name="planning-tasks"),
    path("tasks/of/", pages_tasks.listed, name="planning-tasks-of"),
    path("tasks/release/", pages_tasks.release, name="planning-tasks-release"),
    path("age/", pages_age.age, name="planning-age"),
]
