"""Invariants of leads and deals."""

from datetime import date

from django.utils.translation import gettext_lazy as _

from mainspring.kernel import database
from mainspring.kernel.checks import check
from mainspring.modules.stock.models import StockMove

from . import expecting
from .models import Opportunity


@check("crm.claims", _("No representative holds more leads of a pool than its limit allows"))
def holding_caps_hold():
    """Assigned or lowered limits aside, the claim itself never exceeds the limit (K01)."""
    for row in database.rows("""
            SELECT p.name, u.username, c.claimed_on, COUNT(*) AS claims, p.daily_claims_max
            FROM crm_claim c JOIN crm_leadpool p ON p.id = c.pool_id JOIN kernel_user u ON u.id = c.user_id
            WHERE p.daily_claims_max IS NOT NULL AND c.at > p.updated_at
            GROUP BY p.id, p.name, u.username, c.claimed_on, p.daily_claims_max
            HAVING COUNT(*) > p.daily_claims_max"""):
        yield f"{row['username']} claimed {row['claims']} leads of {row['name']} on {row['claimed_on']}"


@check("crm.converted", _("Every converted lead names the customer it became"))
def converted_leads_have_customers():
    for row in database.rows("SELECT number FROM crm_lead WHERE state = 'converted' AND party_id IS NULL"):
        yield f"{row['number']} has no customer"


@check("crm.planned", _("The material plan holds exactly what deals may bring"))
def planned_rows_follow_deals():
    """Rows of deals in the plan are those their items, stage and orders give."""
    deals = Opportunity.objects.filter(lines__isnull=False).distinct().select_related("stage")
    wanted = {(row.deal.pk, row.line.pk): row.quantity for row in expecting.expected(deals, date.min)}
    rows = StockMove.objects.filter(state="planned", is_forecast=True)
    held = {
        (origin, line): quantity for origin, line, quantity in rows.values_list("origin", "origin_line", "quantity")
    }
    for place in sorted(wanted.keys() | held.keys(), key=str):
        if wanted.get(place) != held.get(place):
            yield f"deal {place[0]}, line {place[1]}: {held.get(place)} planned, {wanted.get(place)} expected"


@check("crm.places", _("A customer is held by its owner or waits in exactly one public pool"))
def customers_are_in_one_place():
    """What the customer says and what its place in the pools says is the same (U9)."""
    for row in database.rows("""
            SELECT p.code FROM parties_party p LEFT JOIN crm_poolcustomer c ON c.party_id = p.id
            WHERE p.merged_into_id IS NULL AND (
                (p.pooled_at IS NOT NULL AND (c.id IS NULL OR c.state <> 'waiting'))
                OR (c.id IS NOT NULL AND (c.owner_id IS DISTINCT FROM p.owner_id
                                          OR (c.state = 'waiting') <> (p.pooled_at IS NOT NULL))))"""):
        yield f"{row['code']} is not where its pool says"


@check("crm.moves", _("Who holds a customer is who the last move says"))
def the_last_move_tells_the_owner():
    for row in database.rows("""
            SELECT p.code FROM crm_poolcustomer c JOIN parties_party p ON p.id = c.party_id JOIN LATERAL (
                SELECT m.to_owner_id FROM crm_poolmove m WHERE m.party_id = c.party_id
                ORDER BY m.at DESC, m.id DESC LIMIT 1) last ON true
            WHERE last.to_owner_id IS DISTINCT FROM c.owner_id"""):
        yield f"{row['code']} is held by somebody the log does not name"


@check("crm.next_steps", _("Leads and deals show the day of their first open task"))
def next_days_are_those_of_the_tasks():
    for row in database.rows("""
            SELECT l.number FROM crm_lead l WHERE l.next_on IS DISTINCT FROM (
                SELECT min(t.due_on) FROM crm_followuptask t WHERE t.lead_id = l.id AND t.state = 'open')
            UNION ALL SELECT o.number FROM crm_opportunity o WHERE o.next_on IS DISTINCT FROM (
                SELECT min(t.due_on) FROM crm_followuptask t WHERE t.opportunity_id = o.id AND t.state = 'open')"""):
        yield f"{row['number']} shows another day"


@check("crm.tasks", _("Nothing is planned with a lead nobody owns, and no plan waits without a task"))
def tasks_have_somebody():
    """Held but for the minutes until the job catches up with what sets of records moved (K03)."""
    for row in database.rows("""
            SELECT l.number FROM crm_followuptask t JOIN crm_lead l ON l.id = t.lead_id
            WHERE t.state = 'open' AND l.owner_id IS NULL AND t.updated_at < now() - interval '1 hour'"""):
        yield f"{row['number']} has an open task and no owner"
    for row in database.rows("""
            SELECT r.id FROM crm_cadencerun r WHERE r.state = 'active' AND r.updated_at < now() - interval '1 hour'
              AND NOT EXISTS (SELECT FROM crm_followuptask t WHERE t.run_id = r.id AND t.state = 'open')"""):
        yield f"plan {row['id']} has no task"


@check("crm.scores", _("Every score of a lead lies between 0 and 100 and has its reasons"))
def scores_have_reasons():
    for row in database.rows(
        "SELECT number, score FROM crm_lead WHERE score NOT BETWEEN 0 AND 100 OR (score > 0 AND score_reasons = '[]')"
    ):
        yield f"{row['number']} has the score {row['score']} without reasons"
