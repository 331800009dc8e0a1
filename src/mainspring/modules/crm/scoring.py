"""How promising a lead is: points by rules, with the rules that gave them as the reasons.

Scores are computed set by set in one statement, whether for one lead that changed or for all of a company.
"""

from collections.abc import Collection

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from mainspring.kernel import commands, database, jobs, query, resource
from mainspring.kernel.context import Context
from mainspring.kernel.remembered import Remembered
from mainspring.kernel.workflow import effect

from .models import LIVE, Lead, ScoreRule

CONDITIONS_MAX = 12
"""Filters one rule may have."""


def asked(rule: ScoreRule, ctx) -> query.Query:
    """The leads a rule fits, as a question to the list of leads; its errors name what could not be understood."""
    spec = query.parse({str(path): _text(value) for path, value in rule.condition.items()})
    return query.Query(resource.of(Lead), ctx, spec)


def _text(value):
    return value if isinstance(value, list) else str(value)


def check_rule(rule: ScoreRule) -> None:
    """ValidationError when the condition is no filter of leads, or the translations are no names by language."""
    if not isinstance(rule.condition, dict) or not rule.condition or len(rule.condition) > CONDITIONS_MAX:
        raise ValidationError(
            {"condition": _("From one to %(most)s filters are needed, one a line.") % {"most": CONDITIONS_MAX}}
        )
    if not isinstance(rule.names, dict) or not all(isinstance(v, str) for v in rule.names.values()):
        raise ValidationError({"names": _("Names by language code are needed here.")})
    reserved = sorted(query.RESERVED & rule.condition.keys())
    wrong = dict.fromkeys(reserved, _("There is no such field.")) | asked(rule, _system(rule.company_id)).errors
    if wrong:
        raise ValidationError({"condition": [f"{path}: {why}" for path, why in wrong.items()]})


def _system(company_id: int, day=None) -> Context:
    return Context(None, day or timezone.localdate(), company_id, source="job", trusted=True)


# -- computing --------------------------------------------------------------------------------------------------------

SCORE = """
    WITH hit AS ({hits}),
    scored AS (
        SELECT lead.id, LEAST(100, GREATEST(0, COALESCE(SUM(hit.points), 0)))::smallint AS score,
               COALESCE(jsonb_agg(hit.rule ORDER BY abs(hit.points) DESC, hit.rule) FILTER (WHERE hit.rule IS NOT NULL),
                        '[]'::jsonb) AS reasons
        FROM crm_lead lead LEFT JOIN hit ON hit.lead = lead.id
        WHERE lead.company_id = %s AND lead.state = ANY(%s) {some}
        GROUP BY lead.id)
    UPDATE crm_lead lead SET score = scored.score, score_reasons = scored.reasons
    FROM scored WHERE scored.id = lead.id
      AND (lead.score IS DISTINCT FROM scored.score OR lead.score_reasons IS DISTINCT FROM scored.reasons)
"""


def rescore(company_id: int, day, leads: Collection | None = None) -> int:
    """Compute the scores of a company's live leads, or of some of them; how many changed.

    Only what differs is written, and the lead's version stays: nobody's editing is disturbed by a new score.
    """
    rules = _rules.get(company_id)
    parts, values = ["SELECT NULL::uuid AS lead, NULL::bigint AS rule, NULL::int AS points WHERE false"], []
    keys = None if leads is None else list(leads)
    for rule in rules:
        found = asked(rule, _system(company_id, day))
        if found.errors:  # a field the rule names is gone since: the rule fits nothing until somebody mends it
            continue
        rows = found.filtered().filter(state__in=LIVE, company=company_id)
        rows = rows if keys is None else rows.filter(pk__in=keys)
        sql, params = rows.values("pk").query.sql_with_params()
        parts.append(f"SELECT fits.id, %s::bigint, %s::int FROM ({sql}) AS fits(id)")
        values += [rule.pk, rule.points, *params]
    some = "" if keys is None else "AND lead.id = ANY(%s)"
    values += [company_id, list(LIVE), *([keys] if keys is not None else [])]
    with database.connection.cursor() as cursor:
        cursor.execute(SCORE.format(hits=" UNION ALL ".join(parts), some=some), values)
        return cursor.rowcount


@effect(ScoreRule, "rescore")
def rescore_now(rule, ctx):
    rescore(rule.company_id, ctx.business_date)


def after_rule(rule: ScoreRule, ctx) -> None:
    """A rule that was made, changed or deleted changes the scores of all leads: by a job, once for many changes."""
    jobs.defer("crm.rescore", _system(rule.company_id, ctx.business_date), key=f"rules:{rule.company_id}")


def after_leads(leads: list[Lead], ctx) -> None:
    """Leads that were made or changed are scored at once, before their pool gives them to somebody."""
    live = [lead for lead in leads if lead.state in LIVE]
    by_company: dict[int, list[Lead]] = {}
    for lead in live:
        by_company.setdefault(lead.company_id, []).append(lead)
    for company_id, some in by_company.items():
        if not _rules.get(company_id):
            continue
        if not rescore(company_id, ctx.business_date, [lead.pk for lead in some]):
            continue
        fresh = {
            pk: (score, reasons)
            for pk, score, reasons in Lead.objects.filter(pk__in=[lead.pk for lead in some]).values_list(
                "pk", "score", "score_reasons"
            )
        }
        for lead in some:
            lead.score, lead.score_reasons = fresh[lead.pk]


# -- telling why ------------------------------------------------------------------------------------------------------


_names = Remembered(lambda: {rule.pk: rule for rule in ScoreRule.objects.all()}, ScoreRule)
_rules = Remembered(
    lambda company_id: list(ScoreRule.objects.filter(company=company_id, active=True).order_by("pk")), ScoreRule
)


def reasons(lead: Lead) -> list[dict]:
    """[{text, points}] of the rules that made the score, the weightiest first, in the reader's language."""
    rules = _names.get()
    return [{"text": rules[key].local_name, "points": rules[key].points} for key in lead.score_reasons if key in rules]


def told(lead: Lead) -> str:
    """The reasons in one line: "Asked for a price +30, No phone -10"."""
    return ", ".join(f"{one['text']} {one['points']:+d}" for one in reasons(lead))


def panel(lead: Lead, ctx) -> dict:
    return {"score": lead.score, "reasons": reasons(lead)}


def batch(ctx) -> int:
    """All live leads of the company under one entry of the audit trail; how many scores changed."""
    with commands.batch(ScoreRule, ctx, "rescore"):
        return rescore(ctx.company_id, ctx.business_date)
