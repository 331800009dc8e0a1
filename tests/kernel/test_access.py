"""Who sees and does what: deny by default, walls between companies, rows, fields (SEC-01, Z06)."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from mainspring_fleet.models import Inspection, Vehicle

from mainspring.kernel import access, commands, resource, sight
from mainspring.kernel.models import Site, User


@pytest.fixture
def fleet(cast):
    boss = cast.person("boss", "fleet_manager", company="all")
    keeper = cast.person("keeper", "fleet_keeper", department=cast.sales)
    ctx = cast.ctx(boss)
    own = commands.create(Vehicle, ctx, plate="OWN1", keeper=keeper)
    foreign = commands.create(Vehicle, ctx, plate="FOREIGN1", keeper=boss)
    return {"boss": boss, "keeper": keeper, "own": own, "foreign": foreign}


def test_a_stranger_sees_and_does_nothing(cast, fleet):
    stranger = cast.ctx(cast.person("stranger"))
    assert not access.rows(stranger, Vehicle).exists()
    assert not access.can(stranger, Vehicle, "view")
    with pytest.raises(PermissionDenied):
        commands.create(Vehicle, stranger, plate="X1")
    with pytest.raises(PermissionDenied):
        commands.change(fleet["own"], stranger, seats=1)


def test_a_keeper_sees_own_vehicles_only(cast, fleet):
    ctx = cast.ctx(fleet["keeper"])
    assert [v.plate for v in access.rows(ctx, Vehicle)] == ["OWN1"]
    with pytest.raises(Vehicle.DoesNotExist):
        access.get(ctx, Vehicle, fleet["foreign"].pk)
    with pytest.raises(Vehicle.DoesNotExist):
        commands.change(fleet["foreign"], ctx, seats=1)


def test_a_keeper_cannot_give_a_vehicle_out_of_sight(cast, fleet):
    """A change that would put the record outside one's own rows is refused and undone."""
    with pytest.raises(PermissionDenied, match="outside your own records"):
        commands.change(fleet["own"], cast.ctx(fleet["keeper"]), keeper=fleet["boss"])
    fleet["own"].refresh_from_db()
    assert fleet["own"].keeper == fleet["keeper"]


def test_a_link_to_a_record_out_of_sight_does_not_exist(cast, fleet):
    with pytest.raises(ValidationError, match="out of your sight"):
        commands.create(Inspection, cast.ctx(fleet["keeper"]), vehicle=fleet["foreign"].pk, done_on="2026-03-02")


def test_the_wall_between_companies_holds(cast, fleet):
    """PLT-04: a document of one company does not exist in the other."""
    boss = fleet["boss"]
    made = commands.create(Inspection, cast.ctx(boss), vehicle=fleet["own"], done_on="2026-03-02")
    elsewhere = cast.ctx(boss, company=cast.other_company)
    assert not access.rows(elsewhere, Inspection).exists()
    assert access.rows(cast.ctx(boss, company_ids=(cast.company.pk, cast.other_company.pk)), Inspection).get() == made
    local = cast.person("local", "fleet_manager", company=cast.other_company)
    wide = cast.ctx(local, company_ids=(cast.company.pk, cast.other_company.pk))
    assert not access.rows(wide, Inspection).exists()


def test_a_site_scope_follows_the_membership(cast, fleet):
    from mainspring.kernel.models import Role, RoleGrant

    role = Role.objects.create(code="yard", name="Yard")
    RoleGrant.objects.create(role=role, entity="fleet.vehicle", verbs=["view"], scope="site")
    user = cast.person("yard", "yard")
    membership = user.memberships.get()
    membership.sites.add(cast.site)
    other = Site.objects.create(company=cast.company, code="K1", name="Kaunas")
    Vehicle.objects.filter(pk=fleet["own"].pk).update(site=cast.site)
    Vehicle.objects.filter(pk=fleet["foreign"].pk).update(site=other)
    assert [v.plate for v in access.rows(cast.ctx(user), Vehicle)] == ["OWN1"]


def test_a_scope_the_record_has_no_path_for_allows_nothing(cast, fleet):
    from mainspring.kernel.models import Role, RoleGrant

    role = Role.objects.create(code="region", name="Region")
    RoleGrant.objects.create(role=role, entity="fleet.vehicle", verbs=["view"], scope="territory")
    assert not access.rows(cast.ctx(cast.person("region", "region")), Vehicle).exists()


def test_team_scope_reaches_down_the_departments(cast, fleet):
    from mainspring.kernel.models import Role, RoleGrant

    role = Role.objects.create(code="lead", name="Team lead")
    RoleGrant.objects.create(role=role, entity="fleet.vehicle", verbs=["view"], scope="team")
    head = cast.person("head", "lead", department=cast.sales)
    member = cast.person("member", department=cast.north)
    Vehicle.objects.filter(pk=fleet["foreign"].pk).update(keeper=member)
    assert {v.plate for v in access.rows(cast.ctx(head), Vehicle)} == {"OWN1", "FOREIGN1"}
    assert (
        not access.rows(cast.ctx(cast.person("peer", "lead", department=cast.north)), Vehicle)
        .filter(plate="OWN1")
        .exists()
    )


def test_hidden_and_masked_fields(cast, fleet):
    guest = cast.ctx(cast.person("guest", "fleet_guest"))
    assert access.field_modes(guest, Vehicle) == {"plate": "mask", "seats": "hide"}
    assert not access.may_see(guest, Vehicle, "seats")
    assert access.may_see(guest, Vehicle, "model_name")
    assert access.mask("13812345678") == "138*****678"
    both = cast.ctx(cast.person("both", "fleet_guest", "fleet_manager"))
    assert access.field_modes(both, Vehicle) == {}


def test_an_ended_membership_gives_nothing(cast, fleet):
    user = cast.person("leaver", "fleet_manager")
    user.memberships.update(ends_on="2026-03-02")
    assert not access.rows(cast.ctx(user), Vehicle).exists()
    user.memberships.update(ends_on=None)
    user.is_active = False
    assert not access.rows(cast.ctx(user), Vehicle).exists()


def test_a_field_may_be_clear_on_own_rows_only(cast, fleet):
    """SEC-03: contact data is masked until the record is one's own, on every row a person sees."""
    Vehicle.objects.update(phone="+37061234567")
    guest = cast.person("guest", "fleet_guest")
    Vehicle.objects.filter(plate="OWN1").update(keeper=guest)
    ctx = cast.ctx(guest)
    seen = access.with_clearance(access.rows(ctx, Vehicle), ctx).order_by("pk")
    assert [access.shown(ctx, v, "phone") for v in seen] == ["+37061234567", "+37******567"]
    assert [access.shown(ctx, v, "phone") for v in access.rows(ctx, Vehicle).order_by("pk")] == [
        "+37061234567",
        "+37******567",
    ]
    fields = sight.Fields(resource.of(Vehicle), ctx)
    assert access.rows(ctx, Vehicle).filter(fields.clear_rows("phone")).get().plate == "OWN1"
    assert not access.may_see(ctx, Vehicle, "phone")
    assert fields.clear_rows("seats") is None
    boss = cast.ctx(fleet["boss"])
    assert {access.shown(boss, v, "phone") for v in access.rows(boss, Vehicle)} == {"+37061234567"}


def test_a_path_through_a_relation_obeys_the_rules_of_both_ends(cast, fleet):
    guest = cast.ctx(cast.person("guest", "fleet_guest"))
    assert access.path_mode(guest, Inspection, "vehicle__plate") == "mask"
    assert access.path_mode(guest, Inspection, "vehicle__seats") == "hide"
    assert access.path_mode(guest, Inspection, "vehicle__phone") == "mask"
    stranger = cast.ctx(cast.person("stranger"))
    assert access.path_mode(stranger, Inspection, "vehicle__bought_on") == "hide"
    assert access.path_mode(stranger, Inspection, "vehicle__plate") == "edit"


@pytest.mark.parametrize(
    ("first", "last", "written"), [("丽", "陈", "陈丽"), ("Anna", "Brandt", "Anna Brandt"), ("Ona", "李", "Ona 李")]
)
def test_a_chinese_name_is_written_family_first(first, last, written):
    assert str(User(username="u", first_name=first, last_name=last)) == written
