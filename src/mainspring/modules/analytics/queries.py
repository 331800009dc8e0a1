"""Questions about insight: why a score, what to suggest to whom, who bought one item and not the other."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mainspring.kernel import access, database, formats
from mainspring.modules.items.models import Item
from mainspring.modules.parties.models import Party

from .models import CustomerInsight
from .reading import COUNTED

SUGGESTED_MAX = 5


def insight_of(ctx, party) -> CustomerInsight | None:
    """What is known about a customer in the context's company, if the person may see it."""
    if not access.can(ctx, CustomerInsight, "view"):
        return None
    return access.rows(ctx, CustomerInsight).filter(company=ctx.company_id, party=party).first()


def reasons(ctx, found: CustomerInsight) -> list[dict]:
    """[{title, text}]: why each score is what it is, with its numbers."""
    silence = _("Last order on %(day)s, %(days)d days ago.") % {
        "day": formats.day(found.last_on),
        "days": found.silent_days,
    }
    if found.pauses and found.usual_days is not None:
        silence += " " + _(
            "%(shorter)d of %(pauses)d own pauses between orders were shorter; the usual one is %(usual)d days."
        ) % {"shorter": found.pauses_shorter, "pauses": found.pauses, "usual": found.usual_days}
    silence += " " + _("Of all customers' pauses %(share)s %% were shorter.") % {
        "share": formats.number(found.share_all_pct, 0, 0)
    }
    currency = formats.base_currency(found.company_id)
    value = ngettext(
        "%(orders)d order worth %(amount)s. Against all customers: recency %(recency)d, frequency %(frequency)d and "
        "value %(monetary)d of 5.",
        "%(orders)d orders worth %(amount)s. Against all customers: recency %(recency)d, frequency %(frequency)d and "
        "value %(monetary)d of 5.",
        found.orders,
    ) % {
        "orders": found.orders,
        "amount": f"{formats.number(found.revenue, 2)} {currency}",
        "recency": found.recency,
        "frequency": found.frequency,
        "monetary": found.monetary,
    }
    if found.segment_before:
        value += " " + _("Before %(day)s: %(segment)s.") % {
            "day": formats.day(found.segment_since),
            "segment": found.get_segment_before_display(),
        }
    classes = _("%(abc)s by its share of what all customers bring, %(xyz)s by how evenly it buys.") % {
        "abc": found.abc,
        "xyz": found.xyz,
    }
    return [
        {"title": _("Segment: %(segment)s") % {"segment": found.get_segment_display()}, "text": value},
        {
            "title": _("Risk of losing: %(level)s, %(percent)s %%")
            % {"level": found.get_risk_display(), "percent": formats.number(found.risk_pct, 0, 0)},
            "text": silence,
        },
        {"title": _("Class: %(abc)s%(xyz)s") % {"abc": found.abc, "xyz": found.xyz}, "text": classes},
    ]


def suggestions(ctx, party, *, here=(), limit: int = SUGGESTED_MAX) -> list[dict]:
    """Items to offer a customer, the surest first: [{item, because, rule, buyers, together, confidence_pct, lift}].

    From what the customer bought or what is on the document (`here`: item keys); never what it bought already, what is
    inactive or what the person may not see.
    """
    if not access.can(ctx, Item, "view"):
        return []
    found = database.rows(
        """
        WITH bought AS (
            SELECT DISTINCT l.item_id FROM sales_salesorder o JOIN sales_salesorderline l ON l.document_id = o.id
            WHERE o.company_id = %(company)s AND o.party_id = %(party)s AND o.state = ANY(%(counted)s)),
        known AS (SELECT item_id FROM bought UNION SELECT unnest(%(here)s::bigint[]))
        SELECT * FROM (
            SELECT DISTINCT ON (r.other_id) r.id AS rule, r.item_id, r.other_id, r.buyers, r.together,
                   r.confidence_pct, r.lift
            FROM known JOIN analytics_boughttogether r ON r.item_id = known.item_id
            JOIN items_item i ON i.id = r.other_id AND i.active AND i.kind <> 'phantom'
            WHERE r.company_id = %(company)s AND r.other_id NOT IN (SELECT item_id FROM known)
            ORDER BY r.other_id, r.confidence_pct DESC, r.lift DESC, r.id) best
        ORDER BY confidence_pct DESC, lift DESC, other_id LIMIT %(limit)s""",
        company=ctx.company_id,
        party=party.pk,
        counted=list(COUNTED),
        here=list(here),
        limit=limit * 4,
    )
    items = access.rows(ctx, Item).in_bulk({key for row in found for key in (row["item_id"], row["other_id"])})
    return [
        {
            **row,
            "item": items[row["other_id"]],
            "because": items[row["item_id"]],
            "why": _("%(together)d of %(buyers)d customers who bought %(item)s bought this too (%(percent)s %%).")
            % {
                "together": row["together"],
                "buyers": row["buyers"],
                "item": items[row["item_id"]],
                "percent": formats.number(row["confidence_pct"], 0, 0),
            },
        }
        for row in found
        if row["other_id"] in items and row["item_id"] in items
    ][:limit]


def bought_one_not_the_other(ctx, item_id: int, other_id: int, *, limit: int = 500) -> list[dict]:
    """Customers in sight who ordered one item and never the other, the newest buyers first.

    [{party_id, orders, quantity, last_on}] in the context's company
    """
    mine = access.rows(ctx, Party).filter(is_customer=True, active=True).order_by().values("pk")
    sql, values = mine.query.sql_with_params()
    named = {f"own{n}": value for n, value in enumerate(values)}
    return database.rows(
        f"""
        SELECT o.party_id, COUNT(DISTINCT o.id) AS orders, SUM(l.stock_quantity) AS quantity,
               MAX(o.ordered_on) AS last_on
        FROM sales_salesorderline l JOIN sales_salesorder o ON o.id = l.document_id
        WHERE l.item_id = %(item)s AND o.company_id = %(company)s AND o.state = ANY(%(counted)s)
          AND o.party_id IN ({sql % tuple(f"%({name})s" for name in named)})
          AND NOT EXISTS (
              SELECT FROM sales_salesorderline l2 JOIN sales_salesorder o2 ON o2.id = l2.document_id
              WHERE l2.item_id = %(other)s AND o2.party_id = o.party_id AND o2.company_id = %(company)s
                AND o2.state = ANY(%(counted)s))
        GROUP BY 1 ORDER BY last_on DESC, 1 LIMIT %(limit)s""",
        item=item_id,
        other=other_id,
        company=ctx.company_id,
        counted=list(COUNTED),
        limit=limit,
        **named,
    )
