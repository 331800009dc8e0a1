"""Invariants of planning: a full run is only a check of the plan that is followed."""

from django.utils.translation import gettext_lazy as _

from mainspring.kernel import checks, database
from mainspring.kernel.models import Company
from mainspring.modules.items.models import Item

from . import proposals
from .holding import Held
from .models import PlanMark, PlanState


@checks.check("planning.current", _("The plan that is followed is the plan made from nothing"))
def followed_plan_is_the_full_one():
    """Companies whose plan follows something right now, or is not of today, are left out."""
    for company in Company.objects.order_by("pk"):
        today = company.today()
        state = PlanState.objects.filter(company=company, planned_on=today).first()
        if state is None or PlanMark.objects.filter(company=company.pk).exists():
            continue
        held = Held(company.pk, today)
        want = proposals.wanted(held)
        have = proposals.stored(held, None, held.stored)
        found = proposals.differences(want, have)
        nodes = {int(want.node[n]) for n in found.new} | {int(want.node[n]) for n, _t, _k in found.changed}
        codes = dict(Item.objects.filter(pk__in={int(held.structure.item[n]) for n in nodes}).values_list("pk", "code"))
        for node in sorted(nodes):
            item = codes[int(held.structure.item[node])]
            yield f"{company.code} {item}: the stored proposals are not those of a full run"
        for _node, _table, key in found.withdrawn:
            yield f"{company.code}: proposal {key} is not wanted"


@checks.check("planning.firm", _("Only proposals are firm"))
def firm_ones_are_documents_of_the_plan():
    for row in database.rows("""
            SELECT p.identity_id FROM planning_firmproposal p
            WHERE NOT EXISTS (SELECT FROM production_productionorder o WHERE o.id = p.identity_id)
              AND NOT EXISTS (SELECT FROM purchasing_purchaserequest r WHERE r.id = p.identity_id)"""):
        yield f"{row['identity_id']} is firm and no order or request"
