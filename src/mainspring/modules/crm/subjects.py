"""Tasks and plans follow their lead, deal or customer, whoever moves it: one record, a thousand by one statement.

The database does it, so that no way of changing an owner or of closing a record can forget: tasks go to the new owner
(K11), end when a lead goes back to its pool or a deal is decided (K03), and plans pause or end with them. It keeps the
day of the next step on leads and deals too.
"""

from mainspring.kernel import database
from mainspring.kernel.events import on

from .events import LeadConverted
from .models import FollowUpTask, Opportunity

NEXT_DAYS = """
CREATE OR REPLACE FUNCTION crm_next_days(leads uuid[], deals uuid[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF cardinality(leads) > 0 THEN
        -- Locked first, so that the day is looked up after whoever else changes tasks of this lead is done.
        PERFORM 1 FROM crm_lead WHERE id = ANY(leads) ORDER BY id FOR NO KEY UPDATE;
        UPDATE crm_lead l SET next_on = s.day
        FROM (SELECT x.id, (SELECT min(t.due_on) FROM crm_followuptask t WHERE t.lead_id = x.id AND t.state = 'open')
              FROM unnest(leads) AS x(id)) AS s(id, day)
        WHERE l.id = s.id AND l.next_on IS DISTINCT FROM s.day;
    END IF;
    IF cardinality(deals) > 0 THEN
        PERFORM 1 FROM crm_opportunity WHERE id = ANY(deals) ORDER BY id FOR NO KEY UPDATE;
        UPDATE crm_opportunity o SET next_on = s.day
        FROM (SELECT x.id,
                (SELECT min(t.due_on) FROM crm_followuptask t WHERE t.opportunity_id = x.id AND t.state = 'open')
              FROM unnest(deals) AS x(id)) AS s(id, day)
        WHERE o.id = s.id AND o.next_on IS DISTINCT FROM s.day;
    END IF;
END $$;
CREATE OR REPLACE FUNCTION crm_task_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE leads uuid[]; deals uuid[];
BEGIN
    IF TG_OP = 'INSERT' THEN
        SELECT array_agg(DISTINCT lead_id) FILTER (WHERE lead_id IS NOT NULL),
               array_agg(DISTINCT opportunity_id) FILTER (WHERE opportunity_id IS NOT NULL) INTO leads, deals
        FROM is_now WHERE state = 'open';
    ELSIF TG_OP = 'DELETE' THEN
        SELECT array_agg(DISTINCT lead_id) FILTER (WHERE lead_id IS NOT NULL),
               array_agg(DISTINCT opportunity_id) FILTER (WHERE opportunity_id IS NOT NULL) INTO leads, deals FROM was;
    ELSE
        SELECT array_agg(DISTINCT lead_id) FILTER (WHERE lead_id IS NOT NULL),
               array_agg(DISTINCT opportunity_id) FILTER (WHERE opportunity_id IS NOT NULL) INTO leads, deals
        FROM ((SELECT id, state, due_on, lead_id, opportunity_id FROM is_now
               EXCEPT SELECT id, state, due_on, lead_id, opportunity_id FROM was)
              UNION ALL
              (SELECT id, state, due_on, lead_id, opportunity_id FROM was
               EXCEPT SELECT id, state, due_on, lead_id, opportunity_id FROM is_now)) AS both_sides;
    END IF;
    PERFORM crm_next_days(COALESCE(leads, '{}'), COALESCE(deals, '{}'));
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER crm_task_made AFTER INSERT ON crm_followuptask
    REFERENCING NEW TABLE AS is_now FOR EACH STATEMENT EXECUTE FUNCTION crm_task_changed();
CREATE OR REPLACE TRIGGER crm_task_moved AFTER UPDATE ON crm_followuptask
    REFERENCING OLD TABLE AS was NEW TABLE AS is_now FOR EACH STATEMENT EXECUTE FUNCTION crm_task_changed();
CREATE OR REPLACE TRIGGER crm_task_gone AFTER DELETE ON crm_followuptask
    REFERENCING OLD TABLE AS was FOR EACH STATEMENT EXECUTE FUNCTION crm_task_changed();
"""

SET_FROM = 100
"""Records from which on statements are planned anew for their number: a plan made for one compares each with each."""

FOLLOW_SUBJECT = """
CREATE OR REPLACE FUNCTION crm_follow_{name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT id, owner_id, {stands} FROM is_now EXCEPT SELECT id, owner_id, {stands} FROM was) THEN
        RETURN NULL;
    END IF;
    IF (SELECT count(*) FROM is_now) < {set_from} THEN
        {statements};
    ELSE
        {planned_anew};
    END IF;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER crm_follow_{name} AFTER UPDATE ON {table}
    REFERENCING OLD TABLE AS was NEW TABLE AS is_now FOR EACH STATEMENT EXECUTE FUNCTION crm_follow_{name}();
"""

STATEMENTS = (
    # Tasks somebody is just finishing are passed over: they end with that, and nobody waits for each other.
    """
    UPDATE crm_followuptask t SET state = 'dropped', done_at = now(), ending = ended.ending,
        version = version + 1, updated_at = now()
    FROM (SELECT task.id, CASE WHEN {decided} THEN 'closed' ELSE 'pool' END AS ending
          FROM crm_followuptask task JOIN is_now n ON n.id = task.{column} JOIN was o ON o.id = n.id
          WHERE task.state = 'open'{alone}
            AND (({decided}) AND ({ends}) OR ({returned}))
          FOR UPDATE OF task SKIP LOCKED) AS ended
    WHERE t.id = ended.id""",
    """
    UPDATE crm_followuptask t SET owner_id = going.owner_id, reminded_at = NULL, escalation = 0,
        version = version + 1, updated_at = now()
    FROM (SELECT task.id, n.owner_id
          FROM crm_followuptask task JOIN is_now n ON n.id = task.{column} JOIN was o ON o.id = n.id
          WHERE task.state = 'open'{alone} AND n.owner_id IS NOT NULL AND n.owner_id IS DISTINCT FROM o.owner_id
            AND (task.owner_id = o.owner_id OR task.owner_id IS NULL)
          FOR UPDATE OF task SKIP LOCKED) AS going
    WHERE t.id = going.id""",
    """
    UPDATE crm_cadencerun r SET
        state = CASE WHEN {decided} OR c.on_return = 'end' THEN 'ended' ELSE 'paused' END,
        ending = CASE WHEN {decided} THEN 'closed' ELSE 'pool' END,
        ended_at = CASE WHEN {decided} OR c.on_return = 'end' THEN now() END,
        paused_at = now()
    FROM is_now n, was o, crm_cadence c
    WHERE n.id = r.{column} AND o.id = n.id AND c.id = r.cadence_id AND r.state IN ('active', 'paused')
      AND (({decided}) OR ({returned}) AND r.state = 'active')""",
)
"""decided: the record was closed; ends: which tasks end with that; returned: nobody owns the record any more;
alone: a customer's own tasks, not those of its deals."""


def _declare(name: str, table: str, column: str, decided: str, ends: str, returned: str, alone: str = "") -> None:
    given = {"column": column, "decided": decided, "ends": ends, "returned": returned, "alone": alone}
    statements = [statement.format(**given) for statement in STATEMENTS]
    sql = FOLLOW_SUBJECT.format(
        name=name,
        table=table,
        stands="active" if "active" in decided else "state",
        set_from=SET_FROM,
        statements=";".join(statements),
        planned_anew=";".join(f"EXECUTE $anew${statement}$anew$" for statement in statements),
    )
    database.declare(f"crm_follow_{name}", sql)


RETURNED = "n.owner_id IS NULL AND o.owner_id IS NOT NULL"
database.declare("crm_next_days", NEXT_DAYS)
_declare(
    "lead",
    "crm_lead",
    "lead_id",
    "n.state IN ('converted', 'lost') AND o.state <> n.state",
    "n.state = 'lost' OR task.origin = 'plan'",
    RETURNED,
)
_declare(
    "deal",
    "crm_opportunity",
    "opportunity_id",
    "n.state IN ('won', 'lost') AND o.state <> n.state",
    "n.state = 'lost' OR task.origin IN ('plan', 'step')",
    RETURNED,
)
_declare(
    "customer",
    "parties_party",
    "party_id",
    "o.active AND NOT n.active",
    "true",
    RETURNED,
    " AND task.lead_id IS NULL AND task.opportunity_id IS NULL",
)


@on(LeadConverted)
def follow_the_deal(event, ctx):
    """What people planned with a lead is to be done with the deal it became; its plans end with the lead."""
    deal = Opportunity.objects.get(pk=event.opportunity_id)
    open_tasks = FollowUpTask.objects.filter(lead=event.lead_id, state="open").exclude(origin="plan")
    open_tasks.update(lead=None, opportunity=deal, party=deal.party, run=None)
