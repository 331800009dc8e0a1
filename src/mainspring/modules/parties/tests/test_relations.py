"""How companies hang together: groups without circles, pictures of what the viewer may see (CRM-01)."""

import pytest
from django.core.exceptions import ValidationError

from mainspring.kernel import access, commands
from mainspring.modules.parties import graph, relations
from mainspring.modules.parties.models import PartyRelation


def relate(world, party, kind, other):
    return commands.create(PartyRelation, world.ctx, party=party, kind=kind, other=other)


def test_a_group_is_found_from_any_of_its_companies(world):
    head, middle, leaf, other = (world.party(name) for name in ("Head", "Middle", "Leaf", "Other"))
    relate(world, head, "parent", middle)
    relate(world, middle, "parent", leaf)
    for company in (head, middle, leaf):
        assert relations.group(company.pk) == [head.pk, middle.pk, leaf.pk]
    assert relations.group(other.pk) == [other.pk]


def test_no_company_stands_above_itself(world):
    head, middle, leaf = (world.party(name) for name in ("Head", "Middle", "Leaf"))
    relate(world, head, "parent", middle)
    relate(world, middle, "parent", leaf)
    for party in (leaf, head):
        with pytest.raises(ValidationError) as refused:
            relate(world, party, "parent", head)
        assert "other" in refused.value.message_dict
    with pytest.raises(ValidationError, match="no relation to itself"):
        relate(world, head, "partner", head)
    with pytest.raises(ValidationError, match="already exists"):
        relate(world, head, "parent", leaf)
    assert PartyRelation.objects.count() == 2


def test_the_picture_shows_both_sides(world):
    head, child, partner = (world.party(name) for name in ("Head", "Child", "Partner"))
    relate(world, head, "parent", child)
    relate(world, child, "partner", partner)
    found = graph.of_party(child, world.ctx)
    assert {(str(row["kind"]), row["name"]) for row in found["rows"]} == {
        ("Subsidiary of", "Head"),
        ("Partner of", "Partner"),
    }
    assert [box["name"] for box in found["picture"]["boxes"]] == ["Child", "Head", "Partner"]
    assert len(found["group"]) == 2
    assert graph.of_party(world.party("Alone"), world.ctx)["picture"] is None


def test_companies_out_of_sight_stay_unnamed(world):
    north, south = world.territory("NORTH"), world.territory("SOUTH")
    mine, theirs = world.party("Mine", territory=north), world.party("Theirs", territory=south)
    relate(world, mine, "parent", theirs)
    rep = world.person("rep", "sales_rep", territories=[north])
    found = graph.of_party(mine, rep)
    assert (found["rows"], found["hidden"], [one["name"] for one in found["group"]]) == ([], 1, ["Mine"])
    assert not access.rows(rep, PartyRelation).exists()
