"""The versions of a quotation side by side, and what the customer answered to it."""

from itertools import zip_longest

from mainspring.kernel import access, formats

from .models import OfferAnswer, OfferLink, Quotation

SHOWN = ("quantity", "price", "discount_pct", "net")


def panel(quotation, ctx) -> dict:
    """All versions in sight, and each line of this one beside the version before it."""
    base = quotation.number.partition("/")[0]
    versions = []
    if base:
        mine = access.rows(ctx, Quotation).filter(company=quotation.company_id, party=quotation.party_id)
        versions = list(
            (mine.filter(number=base) | mine.filter(number__startswith=f"{base}/"))
            .select_related("currency")
            .order_by("revision")
        )
    before = next((v for v in versions if v.pk == quotation.revises_id), None)
    return {
        "versions": [
            {
                "record": version,
                "href": f"/sales/quotations/{version.pk}/",
                "total": _money(version.total, version),
                "current": version.pk == quotation.pk,
            }
            for version in versions
        ],
        "before": before,
        "rows": compare(before, quotation) if before else [],
    }


def compare(before: Quotation, after: Quotation) -> list[dict]:
    """Line by line: {item, kind, cells: [(old, new)]}; the same items in the order they stand, then new and gone ones.

    kind  same, changed, added or removed
    """
    old, new = (list(q.lines.select_related("item", "unit")) for q in (before, after))
    by_item: dict[int, list] = {}
    for line in old:
        by_item.setdefault(line.item_id, []).append(line)
    pairs = [(by_item[line.item_id].pop(0) if by_item.get(line.item_id) else None, line) for line in new]
    pairs += [(line, None) for lines in by_item.values() for line in lines]
    return [_row(one, other, before, after) for one, other in pairs]


def _row(one, other, before, after) -> dict:
    values = [_texts(line, of) for line, of in ((one, before), (other, after))]
    cells = [(a or "", b or "") for a, b in zip_longest(*values)]
    kind = "added" if one is None else "removed" if other is None else "same"
    if kind == "same" and any(a != b for a, b in cells):
        kind = "changed"
    line = other or one
    return {"item": line.description or str(line.item), "kind": kind, "cells": [(a, b, a != b) for a, b in cells]}


def _texts(line, document) -> list[str]:
    if line is None:
        return [""] * len(SHOWN)
    return [
        f"{formats.number(line.quantity, 0, 6)} {line.unit or ''}".strip(),
        formats.number(line.price, 2, 6),
        f"{formats.number(line.discount_pct, 0, 4)} %" if line.discount_pct else "",
        _money(line.net, document),
    ]


def _money(amount, document) -> str:
    return formats.number(amount, document.currency.digits if document.currency else 2)


def answers(quotation, ctx) -> dict:
    """Links, what was answered, and whether this person may make another link."""
    may = access.can(ctx, Quotation, "invite") and quotation.state == "sent" and not quotation.is_expired(ctx)
    return {
        "quotation": quotation,
        "may_invite": may,
        "links": list(access.rows(ctx, OfferLink).filter(quotation=quotation).order_by("-pk")[:20]),
        "answers": list(access.rows(ctx, OfferAnswer).filter(quotation=quotation).order_by("-pk")[:20]),
        "may_revoke": access.can(ctx, OfferLink, "revoke"),
        "address": f"/sales/quotations/{quotation.pk}/link/",
    }
