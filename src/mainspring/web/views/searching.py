"""What words find in all kinds of records at once: two statements for the keys, one more for each kind found."""

from django.db.models import TextField, Value
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from mainspring.kernel import access, moved, query, resource, sight
from mainspring.kernel.models import DocumentIdentity
from mainspring.web import addresses, cells

FOUND_EACH = 5


def records(ctx, text: str) -> list[dict]:
    """A group for every kind of records the words are found in, in the order of the kinds."""
    linked: dict = {}
    asked = [query.Query(res, ctx, query.Spec(q=text), linked=linked) for res in searched(ctx)]
    asked = [q for q in asked if q.search_paths()]
    linked |= query.linked_keys(link for q in asked for link in q.links_asked())
    found = _keys(asked)
    return [_group(ctx, asked[n], text, found[n]) for n in sorted(found)]


def searched(ctx) -> list:
    """Resources whose records the person finds by words."""
    return [
        res
        for res in resource.registry.values()
        if res.search and resource.of(res.model) is res and access.can(ctx, res.model, "view")
    ]


def _keys(asked: list[query.Query]) -> dict[int, list[str]]:
    """{place of the query: keys of its first records}: one more than is shown, to know that there are more."""
    parts = [
        q.filtered()
        .order_by(*(("-" if desc else "") + name for name, desc in q.keys))
        .annotate(_kind=Value(n), _key=Cast("pk", TextField()))
        .values_list("_kind", "_key")[: FOUND_EACH + 1]
        for n, q in enumerate(asked)
    ]
    found: dict[int, list[str]] = {}
    for n, key in parts[0].union(*parts[1:], all=True) if parts else ():
        found.setdefault(n, []).append(key)
    return found


def _group(ctx, q: query.Query, text: str, keys: list[str]) -> dict:
    res = q.resource
    named_by = {path.rpartition("__")[0] for path in q.search_paths() if "__" in path}
    named_by |= set(getattr(res.model, "read_with", ()))
    rows = q.ordered().filter(pk__in=keys)
    rows = rows.select_related(*named_by) if named_by else rows
    items = [
        {
            "title": sight.label(ctx, r),
            "text": res.singular,
            "href": addresses.of_record(r),
            "state": cells.state_badge(res.workflow, r.state)
            if res.workflow and q.fields.mode("state") != "hide"
            else None,
        }
        for r in rows[:FOUND_EACH]
    ]
    return {
        "label": res.plural,
        "icon": res.icon or "list",
        "items": items,
        "count": f"{len(items)}{'+' * (len(keys) > FOUND_EACH)}",
        "href": addresses.of_resource(res, q=text),
    }


def numbers(ctx, text: str) -> dict:
    """Documents whose number begins with the text."""
    mine = DocumentIdentity.objects.filter(company_id__in=ctx.visible_company_ids)
    rows = mine.filter(number__istartswith=text)
    if text.isdigit():
        rows = rows | mine.filter(number__iendswith=text)
    found = list(rows.order_by("-id")[: FOUND_EACH * 2])
    seen = _in_sight(ctx, found)
    items = [
        {
            "title": one.title or resource.by_model[one.kind].singular,
            "number": one.number,
            "text": resource.by_model[one.kind].singular,
            "href": addresses.of_resource(resource.by_model[one.kind], one.pk),
        }
        for one in found
        if one.pk in seen
    ]
    return {"label": _("Documents"), "icon": "file-text", "items": items[:FOUND_EACH], "count": len(items)}


def _in_sight(ctx, identities) -> set:
    """Keys of the documents the person may see, one statement a kind."""
    kinds: dict[str, list] = {}
    for one in identities:
        kinds.setdefault(one.kind, []).append(one.pk)
    seen: set = set()
    for kind, keys in kinds.items():
        res = resource.by_model.get(kind)
        if res and access.can(ctx, res.model, "view"):
            seen.update(access.rows(ctx, res.model).filter(pk__in=keys).values_list("pk", flat=True))
    return seen


def merged(ctx, text: str) -> dict:
    """Records that stand for merged ones, by what those were called."""
    items = [
        {
            "title": sight.label(ctx, kept),
            "text": _("took over %(record)s") % {"record": label},
            "href": addresses.of_record(kept),
        }
        for label, kept in moved.found(ctx, text)
        if addresses.of_record(kept)
    ]
    return {"label": _("Merged records"), "icon": "git-branch", "items": items[:FOUND_EACH], "count": len(items)}
