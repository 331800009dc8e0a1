"""The life of a document from any number: what it came from and led to, who and when, where it stands in the books.

Ancestors are followed to their roots, then everything that came of them; so an invoice shows its order, and the order's
other shipments too. Documents out of the viewer's sight stay in the picture as "restricted", without any data.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from . import access, database, fields, formats, moved, query, resource, shapes
from .models import AuditEntry, DocumentIdentity, User
from .plugin_points import PluginPoint

NODES_MAX = 400
FOUND_MAX = 20

facts = PluginPoint("dossier.facts", many=True)
"""f(ctx, identity ids) -> list[Fact]: what a ledger says about documents; only what this person may see of it."""

database.declare(
    "document_number_search",
    """
CREATE INDEX IF NOT EXISTS kernel_documentidentity_number_trgm
ON kernel_documentidentity USING gin (number gin_trgm_ops);
""",
)


@dataclass(frozen=True)
class Fact:
    """One ledger fact about a document, e.g. a posting, a move, reported hours."""

    identity_id: Any
    ledger: str
    text: str
    on: date | None = None
    amount: str = ""
    href: str = ""


@dataclass
class Node:
    """A document in the graph. restricted: it exists, but this person may not see it."""

    id: str
    layer: int = 0
    restricted: bool = False
    kind: str = ""
    entity: str = ""
    number: str = ""
    title: str = ""
    state: str = ""
    state_name: str = ""
    amount: str = ""
    on: date | None = None
    people: list[str] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    href: str = ""


@dataclass
class Graph:
    """The focus, all nodes oldest layer first, and edges as (source id, target id)."""

    focus: str
    nodes: list[Node]
    edges: list[tuple[str, str]]
    truncated: bool = False


def find(ctx, text: str, limit: int = FOUND_MAX) -> list[DocumentIdentity]:
    """Documents in sight whose number is, begins with, contains or resembles the text; else whose search fields do."""
    text = text.replace("\x00", "").strip()[:60]
    if not text:
        return []
    rows = database.rows(
        """
        SELECT id FROM kernel_documentidentity
        WHERE company_id = ANY(%(companies)s) AND number <> ''
          AND (number ILIKE '%%' || %(like)s || '%%' OR number %% %(text)s)
        ORDER BY number = %(text)s DESC, upper(number) = upper(%(text)s) DESC, number ILIKE %(like)s || '%%' DESC,
                 similarity(number, %(text)s) DESC, id DESC
        LIMIT %(limit)s""",
        companies=list(ctx.visible_company_ids),
        text=text,
        limit=limit * 3,
        like=text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_"),
    )
    ids = [row["id"] for row in rows] or _by_search(ctx, text, limit)
    ids = _in_their_place(ids)
    order = {pk: n for n, pk in enumerate(ids)}
    seen = [i for i in DocumentIdentity.objects.filter(pk__in=ids) if _in_sight(ctx, [i])]
    return sorted(seen, key=lambda i: order[i.pk])[:limit]


def _in_their_place(ids: list) -> list:
    """The ids, those of records another one stands for replaced by that one's."""
    kinds = set(DocumentIdentity.objects.filter(pk__in=ids).values_list("kind", flat=True)) if ids else set()
    models = [model for kind in kinds if (model := shapes.model_named(kind))]
    places = {old: new for model in models for old, new in moved.places(model, ids).items()}
    return list(dict.fromkeys(places.get(str(pk), pk) for pk in ids))


def _by_search(ctx, text: str, limit: int) -> list:
    found: list = []
    for res in resource.registry.values():
        if res.is_document and res.search and resource.of(res.model) is res and access.can(ctx, res.model, "view"):
            found += query.Query(res, ctx, query.Spec(q=text)).filtered().values_list("pk", flat=True)[:5]
            if len(found) >= limit:
                break
    return found


def graph(ctx, identity_id) -> Graph:
    """The life graph around one document the person may see; DocumentIdentity.DoesNotExist otherwise."""
    focus = DocumentIdentity.objects.get(pk=identity_id)
    if not _in_sight(ctx, [focus]):
        raise DocumentIdentity.DoesNotExist
    ids, truncated = _reach(focus.pk)
    edges = [
        (row["source_id"], row["target_id"])
        for row in database.rows(
            "SELECT DISTINCT source_id, target_id FROM kernel_documentlink "
            "WHERE source_id = ANY(%(ids)s) AND target_id = ANY(%(ids)s)",
            ids=ids,
        )
    ]
    layers = _layers(ids, edges, focus.pk)
    nodes = _nodes(ctx, ids)
    if access.is_portal(ctx):  # neither our other documents nor our people are their business
        nodes = {pk: node for pk, node in nodes.items() if not node.restricted}
        edges = [(a, b) for a, b in edges if a in nodes and b in nodes]
        for node in nodes.values():
            node.people = []
    for pk, node in nodes.items():
        node.layer = layers[pk]
    shown = sorted(nodes.values(), key=lambda n: (n.layer, n.id))
    return Graph(str(focus.pk), shown, [(str(a), str(b)) for a, b in edges], truncated)


def _reach(focus) -> tuple[list, bool]:
    """Ids of the focus, its ancestors and everything that came of them; one query, cycles end by themselves."""
    rows = database.rows(
        """
        WITH RECURSIVE back(id) AS (
            SELECT %(focus)s::uuid
            UNION SELECT link.source_id FROM back JOIN kernel_documentlink link ON link.target_id = back.id),
        forth(id) AS (
            SELECT id FROM back
            UNION SELECT link.target_id FROM forth JOIN kernel_documentlink link ON link.source_id = forth.id)
        SELECT id FROM forth LIMIT %(limit)s""",
        focus=focus,
        limit=NODES_MAX + 1,
    )
    ids = [row["id"] for row in rows]
    if focus not in ids[:NODES_MAX]:
        ids.insert(0, focus)
    return ids[:NODES_MAX], len(ids) > NODES_MAX


def _layers(ids, edges, focus) -> dict:
    """Column of each document: one more than the furthest it came from. Ids sort by time, so one pass suffices."""
    sources: dict = {pk: [] for pk in ids}
    for source, target in edges:
        sources[target].append(source)
    layers: dict = {}
    for pk in sorted(ids):
        layers[pk] = max((layers[s] + 1 for s in sources[pk] if s in layers), default=0)
    return layers


def _in_sight(ctx, identities) -> set:
    """Ids of those documents the person may view; one query a kind."""
    seen: set = set()
    for kind in {i.kind for i in identities}:
        model = shapes.model_named(kind)
        if model is not None and access.can(ctx, model, "view"):
            pks = [i.pk for i in identities if i.kind == kind]
            seen |= set(access.rows(ctx, model).filter(pk__in=pks).values_list("pk", flat=True))
    return seen


def _nodes(ctx, ids) -> dict:
    by_kind: dict[str, list] = {}
    for identity in DocumentIdentity.objects.filter(pk__in=ids):
        by_kind.setdefault(identity.kind, []).append(identity)
    nodes: dict = {i.pk: Node(str(i.pk), restricted=True) for found in by_kind.values() for i in found}
    for kind, identities in by_kind.items():
        model = shapes.model_named(kind)
        if model is not None and access.can(ctx, model, "view"):
            _fill(ctx, model, {i.pk: i for i in identities}, nodes)
    seen = [pk for pk, node in nodes.items() if not node.restricted]
    _add_people(nodes, seen)
    for found in facts(ctx, seen) if seen else ():
        for fact in found:
            if fact.identity_id in nodes and not nodes[fact.identity_id].restricted:
                nodes[fact.identity_id].facts.append(fact)
    return nodes


def _fill(ctx, model, identities: dict, nodes: dict) -> None:
    """What a person may see of documents of one kind: state, amount and day, under the rules of fields."""
    res = resource.of(model)
    modes = access.field_modes(ctx, model)
    may = lambda f: modes.get(f.name, "edit") in ("view", "edit")  # noqa: E731
    amount = _amount_field(model, res)
    day = next((f for f in model._meta.concrete_fields if f.get_internal_type() == "DateField"), None)
    for record in access.rows(ctx, model).filter(pk__in=list(identities)):
        node, identity = nodes[record.pk], identities[record.pk]
        node.restricted, node.entity, node.kind = (
            False,
            model._meta.label_lower,
            str(model._meta.verbose_name).capitalize(),
        )
        node.number, node.title = record.number or identity.number, identity.title
        node.state, node.state_name = record.state_label, record.state
        node.on = (getattr(record, day.attname) if day and may(day) else None) or record.created_at.date()
        node.href = f"/{res.key}/{record.pk}/" if res else ""
        if amount is not None and may(amount):
            column = resource.column_of(model, amount.name)
            text = formats.text(column, getattr(record, amount.attname), record, company_id=ctx.company_id)
            node.amount = f"{text} {formats.unit_of(column, record, ctx.company_id)}".strip()


def _amount_field(model, res):
    """The amount that stands for a document: the first money total of its declaration."""
    names = [*(res.names("line_totals") if res else ()), *(res.names("measures") if res else ())]
    money = {
        f.name: f
        for f in model._meta.concrete_fields
        if isinstance(f, fields.MoneyField) and not isinstance(f, fields.PriceField)
    }
    wanted = [n for n in ("total", "gross", "amount") if n in money] + [n for n in names if n in money]
    return money[wanted[0]] if wanted else next(iter(money.values()), None)


def _add_people(nodes: dict, seen: list) -> None:
    """Who did something to each document, first to last; one query."""
    kinds = {nodes[pk].entity for pk in seen}
    done = AuditEntry.objects.filter(Q(entity__in=kinds), record_id__in=[str(pk) for pk in seen]).exclude(user=None)
    for record_id, first, last, name in done.order_by("at").values_list(
        "record_id", "user__first_name", "user__last_name", "user__username"
    ):
        person = str(User(first_name=first, last_name=last, username=name))
        node = nodes.get(UUID(record_id))
        if node is not None and person not in node.people:
            node.people.append(person)


def restricted_label() -> str:
    return _("Restricted")
