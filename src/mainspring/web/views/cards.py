"""Records as cards of a board, some at a time."""

from django.utils import timezone
from django.utils.translation import ngettext

from mainspring.kernel import query
from mainspring.web import addresses, cells

SIZE = 20


def page(request, res, spec: query.Spec, *, skip: set[str], value: str) -> tuple[list, list[dict], str]:
    """(records, their cards, address of the next ones) of the column `value`; fields in `skip` are not shown."""
    q = query.Query(res, request.ctx, spec)
    columns = [c for c in q.fields.columns(res.names("columns")) if c.path not in skip and c.path != "number"]
    columns = columns[:4] + [c for c in columns[4:] if c.kind == "money"][:1] + [c for c in columns[4:] if c.to][:1]
    found, show = q.page(columns), cells.Show(q.fields)
    more = addresses.with_params(request, board=value) + f"&after={found.next}" if found.next else ""
    return found.rows, [_card(res, show, columns, r) for r in found.rows], more


def days_text(days: int) -> str:
    return ngettext("%(n)s day", "%(n)s days", days) % {"n": days} if days else ""


def _card(res, show, columns, record) -> dict:
    shown = [(c, show.cell(c, record, shorten=40)) for c in columns]
    person = next((cell["text"] for _c, cell in shown if cell["kind"] == "person" and cell["text"]), "")
    facts = [
        {
            "text": f"{cell['text']} {cell.get('unit', '')}".strip(),
            "label": c.label,
            "kind": cell["kind"],
            "tone": cell.get("tone"),
        }
        for c, cell in shown
        if cell["kind"] != "person" and cell["text"]
    ]
    days = (timezone.now() - record.updated_at).days if getattr(record, "updated_at", None) else 0
    return {
        "id": str(record.pk),
        "href": addresses.of_record(record),
        "title": facts[0]["text"] if res.is_document and facts else show.name(record),
        "number": record.number if res.is_document else "",
        "facts": facts[1:6] if res.is_document else facts[:5],
        "age": days_text(days),
        "age_tone": "warning" if days > 14 else "",
        "person": person,
        "version": getattr(record, "version", None),
        "move": addresses.of_record(record, "move"),
    }
