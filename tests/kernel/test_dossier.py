"""The dossier: from any number the whole life of a document, without a word about what the viewer may not see."""

import time

import pytest
from mainspring_fleet.models import Inspection, Vehicle

from mainspring.kernel import commands, dossier
from mainspring.kernel.models import DocumentIdentity, DocumentLink


@pytest.fixture
def ona(cast):
    return cast.person("ona", "fleet_manager")


@pytest.fixture
def chain(cast, ona):
    """Refused twice: inspection 1 → 2 → 3, and 1 → 4; 5 stands alone."""
    ctx = cast.ctx(ona)
    van = commands.create(Vehicle, ctx, plate="ABC123", keeper=ona)

    def inspection(*sources):
        made = commands.create(
            Inspection,
            ctx,
            vehicle=van,
            done_on="2026-03-02",
            links=sources,
            lines=[{"finding": "Brakes", "price": "40"}],
        )
        return commands.perform(made, "submit", ctx)

    one = inspection()
    two = inspection(one)
    return [one, two, inspection(two), inspection(one), inspection()]


def test_any_number_leads_to_the_whole_chain_forwards_and_backwards(cast, ona, chain):
    """U4, MFG-09."""
    one, two, three, four, _alone = chain
    graph = dossier.graph(cast.ctx(ona), three.pk)
    assert [(n.number, n.layer) for n in graph.nodes] == [
        (one.number, 0),
        (two.number, 1),
        (four.number, 1),
        (three.number, 2),
    ]
    assert set(graph.edges) == {(str(one.pk), str(two.pk)), (str(two.pk), str(three.pk)), (str(one.pk), str(four.pk))}
    node = graph.nodes[-1]
    assert (node.kind, node.state, node.amount, node.people) == ("Inspection", "Submitted", "40.00 EUR", ["ona"])
    assert str(node.on) == "2026-03-02"


def test_a_circle_in_the_links_comes_to_an_end(cast, ona, chain):
    one, _two, three, _four, _alone = chain
    DocumentLink.objects.create(source_id=three.pk, target_id=one.pk)
    assert len(dossier.graph(cast.ctx(ona), one.pk).nodes) == 4


def test_a_number_is_found_whole_in_part_and_misspelt(cast, ona, chain):
    def find(text):
        return [i.number for i in dossier.find(cast.ctx(ona), text)]

    assert find("FI2026-00003")[0] == "FI2026-00003"
    assert find("fi2026-00003")[0] == "FI2026-00003"
    assert set(find("00004")) >= {"FI2026-00004"}
    assert "FI2026-00002" in find("FI2026-0002")
    assert len(find("ABC123")) == 5  # by what the documents' own search finds
    assert find("%") == find("") == find("no such thing") == []


def test_what_is_out_of_sight_is_restricted_and_says_nothing(cast, ona, chain):
    keeper = cast.person("keeper", "fleet_keeper")
    one, two, *_rest = chain
    Inspection.objects.filter(pk=two.pk).update(created_by=keeper)
    graph = dossier.graph(cast.ctx(keeper), two.pk)
    others = [n for n in graph.nodes if n.id != str(two.pk)]
    assert len(others) == 3
    assert all(n == dossier.Node(n.id, n.layer, restricted=True) for n in others)
    assert [i.pk for i in dossier.find(cast.ctx(keeper), "FI2026")] == [two.pk]
    with pytest.raises(DocumentIdentity.DoesNotExist):
        dossier.graph(cast.ctx(keeper), one.pk)
    with pytest.raises(DocumentIdentity.DoesNotExist):
        dossier.graph(cast.ctx(ona, company=cast.other_company), one.pk)


def test_ledgers_add_what_they_know_about_documents_in_sight(cast, ona, chain, monkeypatch):
    asked = []

    def postings(ctx, ids):
        asked.extend(ids)
        return [dossier.Fact(chain[0].pk, "GL", "JE2026-00001", amount="40.00 EUR")]

    monkeypatch.setattr(dossier.facts, "_filled", [postings])
    graph = dossier.graph(cast.ctx(ona), chain[0].pk)
    assert [f.text for f in graph.nodes[0].facts] == ["JE2026-00001"]
    assert set(asked) == {d.pk for d in chain[:4]}


def test_a_wide_chain_of_hundreds_answers_in_two_seconds(cast, ona, chain):
    """U4: under two seconds."""
    identities = DocumentIdentity.objects.bulk_create(
        DocumentIdentity(kind="fleet.inspection", company=cast.company) for _n in range(600)
    )
    DocumentLink.objects.bulk_create(DocumentLink(source_id=chain[0].pk, target=i) for i in identities)
    began = time.monotonic()
    graph = dossier.graph(cast.ctx(ona), chain[0].pk)
    assert time.monotonic() - began < 2
    assert graph.truncated
    assert len(graph.nodes) == dossier.NODES_MAX
