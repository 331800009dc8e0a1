"""Invariants of insight."""

from django.utils.translation import gettext_lazy as _

from mainspring.kernel import database
from mainspring.kernel.checks import check


@check("analytics.pairs", _("Of what is bought together nobody bought both without buying the first"))
def pairs_fit():
    for row in database.rows("SELECT id, buyers, together FROM analytics_boughttogether WHERE together > buyers"):
        yield f"pair {row['id']}: {row['together']} of {row['buyers']}"


@check("analytics.trend", _("The last change of each customer is its present segment"))
def trend_ends_at_present():
    for row in database.rows("""
            SELECT p.code, i.segment, c.segment AS last FROM analytics_customerinsight i
            JOIN parties_party p ON p.id = i.party_id
            LEFT JOIN LATERAL (SELECT segment FROM analytics_insightchange c WHERE c.company_id = i.company_id
                               AND c.party_id = i.party_id ORDER BY c."on" DESC LIMIT 1) c ON true
            WHERE c.segment IS DISTINCT FROM i.segment AND p.merged_into_id IS NULL"""):
        yield f"{row['code']} is {row['segment']}, its last change says {row['last']}"
