"""Administrators keep people, roles, numbers and settings; nobody sets another's password."""

from decimal import Decimal as D

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied, ValidationError

from mainspring.kernel import access, bulk, commands, jobs, numbering, policies, preferences
from mainspring.kernel.approvals import rules
from mainspring.kernel.models import Company, Membership, NumberSeries, Role, Site, User
from mainspring.modules.organization.models import ExchangeRate
from mainspring.modules.parties.models import Party

LIMIT = preferences.Preference("test.limit_pct", "decimal", D(10), "Limit", minimum=0, maximum=100)


@pytest.fixture
def admin(world):
    return world.person("admin", "administrator")


def test_a_new_person_gets_a_link_and_no_password(world, admin):
    ona = commands.create(User, admin, username="ona", first_name="Ona", email="ona@example.com")
    assert not ona.has_usable_password()
    commands.perform(ona, "send_password_link", admin)
    jobs.run_pending()
    assert mail.outbox[0].to == ["ona@example.com"]
    link = next(line for line in mail.outbox[0].body.splitlines() if "/password/reset/key/" in line)
    assert link.startswith("http")
    with pytest.raises(ValidationError, match="no e-mail"):
        commands.perform(commands.create(User, admin, username="jonas"), "send_password_link", admin)


@pytest.mark.parametrize("values", [{"password": "x"}, {"is_superuser": True}, {"is_staff": True}])
def test_nobody_becomes_more_powerful_by_a_form(world, admin, values):
    with pytest.raises(ValidationError, match="cannot be set"):
        commands.create(User, admin, username="eve", **values)


def test_only_administrators_keep_people(world):
    rep = world.person("rep", "sales_rep")
    with pytest.raises(PermissionDenied):
        commands.create(User, rep, username="friend")
    with pytest.raises(PermissionDenied):
        commands.create(Membership, rep, user=rep.user, role=Role.objects.get(code="administrator"))


def test_a_territory_added_to_a_membership_opens_its_parties(world, admin):
    north = world.territory("NORTH")
    city = world.territory("CITY", parent=north)
    near = world.party("Near", territory=city)
    rep = world.person("rep", "sales_rep")
    assert not access.rows(rep, Party).exists()
    membership = Membership.objects.get(user=rep.user)
    membership = commands.change(membership, admin, territories=[north.pk])
    policies.forget(rep.user)
    assert list(access.rows(rep, Party)) == [near]
    commands.change(membership, admin, territories=[])
    policies.forget(rep.user)
    assert not access.rows(rep, Party).exists()


def test_a_site_of_another_company_is_refused(world, admin):
    other = type(world.company).objects.create(code="O", name="Other", base_currency_id="EUR")
    world.person("store", "warehouse")
    with pytest.raises(ValidationError, match="another company"):
        commands.change(
            Membership.objects.get(user__username="store"),
            world.ctx.inside(None),
            sites=[Site.objects.create(company=other, code="X", name="X")],
        )


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("SO{year}-{seq:05}", True),
        ("{yy}/{seq}", True),
        ("SO", False),
        ("{seq", False),
        ("{seq.real}{x}", False),
        ("{0}", False),
        ("{seq:090}", False),
    ],
)
def test_a_number_format_is_checked_before_it_is_used(world, admin, text, right):
    series = NumberSeries.objects.create(company=world.company, entity="kernel.test", year=2026, format="{seq}")
    if right:
        commands.change(series, admin, format=text)
        assert numbering._series(world.company.pk, "kernel.test", 2026, "{seq}", False)[1] == text
    else:
        with pytest.raises(ValidationError, match="not a number format"):
            commands.change(series, admin, format=text)
        series.refresh_from_db()
        assert series.format == "{seq}"


def test_a_setting_is_typed_checked_and_kept_per_company(world, admin):
    assert preferences.get(world.company.pk, "test.limit_pct") == D(10)
    preferences.save(admin, {"test.limit_pct": "12.5"})
    assert preferences.get(world.company.pk, "test.limit_pct") == D("12.5")
    with pytest.raises(ValidationError) as refused:
        preferences.save(admin, {"test.limit_pct": "101", "test.nothing": "1"})
    assert set(refused.value.message_dict) == {"test.limit_pct", "test.nothing"}
    assert preferences.get(world.company.pk, "test.limit_pct") == D("12.5")
    with pytest.raises(PermissionDenied):
        preferences.save(world.person("rep", "sales_rep"), {"test.limit_pct": "1"})


def test_limits_of_approval_count_in_base_currency(world):
    commands.create(ExchangeRate, world.ctx, from_currency="EUR", to_currency="USD", valid_on="2026-01-01", rate="1.25")
    day = world.ctx.business_date
    assert rules.to_base(D("125.00"), "USD", world.company.pk, day) == D("100.00")  # K09
    assert rules.to_base(D("125.00"), "EUR", world.company.pk, day) == D("125.00")


def test_who_works_in_another_company_is_that_companys_affair(world, admin):
    """The wall: memberships of one's own company and those that hold everywhere, on every surface."""
    other = Company.objects.create(code="OTHER", name="Other", base_currency=world.company.base_currency)
    manager = Role.objects.get(code="manager")
    people = {name: User.objects.create(username=name) for name in ("here", "there", "everywhere")}
    for name, company in (("here", world.company), ("there", other), ("everywhere", None)):
        Membership.objects.create(user=people[name], role=manager, company=company)
    seen = access.rows(admin, Membership).values_list("user__username", flat=True)
    assert set(seen) == {"admin", "here", "everywhere"}
    theirs = Membership.objects.get(user=people["there"])
    with pytest.raises(Membership.DoesNotExist):
        commands.change(theirs, admin, ends_on="2026-03-02")
    everywhere = Membership.objects.get(user=people["everywhere"])
    with pytest.raises(ValidationError, match="companies you administer"):
        commands.change(everywhere, admin, ends_on="2026-03-02")
    with pytest.raises(ValidationError, match="companies you administer"):
        commands.delete(everywhere, admin)
    assert Membership.objects.filter(user__in=people.values(), ends_on=None).count() == 3


def test_roles_brought_in_by_a_file_stay_within_the_company_too(world, admin):
    manager = Role.objects.get(code="manager")
    other = Company.objects.create(code="OTHER", name="Other", base_currency=world.company.base_currency)
    row = {"user": admin.user, "role": manager}
    with pytest.raises(PermissionDenied):
        bulk.create_many(Membership, admin, [row | {"company": other}])
    bulk.create_many(Membership, admin, [row | {"company": None}])
    assert Membership.objects.get(user=admin.user, role=manager).company == world.company
