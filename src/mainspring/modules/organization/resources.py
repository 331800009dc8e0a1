"""Pages and endpoints of the structure: companies, people, currencies, units, calendars."""

from django.utils.translation import gettext_lazy as _

from mainspring.kernel import models as kernel
from mainspring.kernel.resource import Column, Resource

from . import models

STRUCTURE, ACCESS = "Administration / Structure", "Administration / Access"
FINANCE, TIME = "Administration / Currencies", "Administration / Units and calendars"


class Companies(Resource):
    model = kernel.Company
    menu = STRUCTURE
    icon = "building"
    columns = "code name base_currency country registry_code vat_number"
    search = "code name registry_code vat_number"
    filters = "country base_currency"
    form = "code name | base_currency country time_zone | registry_code vat_number address"
    related = {_("Sites"): ("organization/sites", "company"), _("Departments"): ("organization/departments", "company")}


class Sites(Resource):
    model = kernel.Site
    menu = STRUCTURE
    icon = "building-factory"
    columns = "code name kind company active"
    search = "code name"
    filters = "kind company active"
    form = "company code name kind | time_zone address active"
    dimensions = "company kind"


class Departments(Resource):
    model = kernel.Department
    menu = STRUCTURE
    icon = "sitemap"
    columns = "code name parent manager company active"
    search = "code name"
    filters = "company parent manager active"
    form = "company code name | parent manager active"
    related = {
        _("Part of it"): ("organization/departments", "parent"),
        _("Members"): ("organization/users", "department"),
    }


class Territories(Resource):
    model = kernel.Territory
    menu = STRUCTURE
    icon = "map"
    columns = "code name parent"
    search = "code name"
    filters = "parent"
    form = "code name parent"
    related = {_("Part of it"): ("organization/territories", "parent")}


class Users(Resource):
    model = kernel.User
    menu = ACCESS
    icon = "user"
    columns = "username first_name last_name email department is_active"
    search = "username first_name last_name email"
    filters = "department is_active is_program"
    form = (
        "username email | first_name last_name phone | department manager default_company | language time_zone "
        "is_active is_program"
    )
    related = {_("Roles"): ("organization/memberships", "user")}


class Roles(Resource):
    model = kernel.Role
    menu = ACCESS
    icon = "shield"
    columns = "code name description portal"
    search = "code name"
    filters = "portal"
    form = "code name description portal"
    related = {
        _("Permissions"): ("organization/role-grants", "role"),
        _("People"): ("organization/memberships", "role"),
    }


class RoleGrants(Resource):
    model = kernel.RoleGrant
    menu = ACCESS
    icon = "key"
    columns = "role entity verbs scope fields"
    search = "role__code role__name entity"
    filters = "role scope"
    form = "role entity scope | verbs fields"


class Memberships(Resource):
    model = kernel.Membership
    menu = ACCESS
    icon = "users"
    columns = "user role company where starts_on ends_on"
    search = "user__username user__first_name user__last_name role__name"
    filters = "role company user"
    form = "user role company | starts_on ends_on | territories sites"
    prefetch = ("territories", "sites")
    computed = {
        "where": Column(
            "where",
            _("Territories and sites"),
            compute=lambda membership: ", ".join(
                str(place) for place in (*membership.territories.all(), *membership.sites.all())
            ),
        )
    }


class NumberSeries(Resource):
    model = kernel.NumberSeries
    menu = STRUCTURE
    icon = "hash"
    columns = "entity company year format gapless last"
    search = "entity"
    filters = "company year gapless"
    form = "format"
    creatable = False
    help = _("Write {year} or {yy} for the year and {seq:05} for the number with leading zeros.")


class Currencies(Resource):
    model = kernel.Currency
    menu = FINANCE
    icon = "coin"
    columns = "code name digits symbol active"
    search = "code name"
    filters = "active"
    form = "code name | digits symbol active"
    related = {_("Rates"): ("organization/exchange-rates", "from_currency")}


class ExchangeRates(Resource):
    model = models.ExchangeRate
    menu = FINANCE
    icon = "arrows-exchange"
    proposes = {"valid_on": "today"}
    columns = "from_currency to_currency valid_on rate source"
    search = "from_currency__code to_currency__code"
    filters = "from_currency to_currency valid_on source"
    form = "from_currency to_currency valid_on rate"
    dimensions = "from_currency to_currency valid_on"


class UnitCategories(Resource):
    model = models.UnitCategory
    menu = TIME
    icon = "category"
    columns = "code name"
    search = "code name"
    form = "code name"
    related = {_("Units"): ("organization/units", "category")}


class Units(Resource):
    model = models.Unit
    menu = TIME
    icon = "ruler"
    columns = "code name category numerator denominator digits standard_code active"
    search = "code name standard_code"
    filters = "category active"
    form = "code name category | numerator denominator digits | standard_code active"


class WorkCalendars(Resource):
    model = models.WorkCalendar
    menu = TIME
    icon = "calendar-time"
    columns = "code name country active"
    search = "code name"
    filters = "country active"
    form = "code name country active"
    lines = "weekday starts_at ends_at"
    related = {_("Exceptions"): ("organization/calendar-exceptions", "calendar")}


class CalendarExceptions(Resource):
    model = models.CalendarException
    menu = TIME
    icon = "calendar-off"
    columns = "calendar on_date name is_working starts_at ends_at is_holiday"
    search = "name calendar__name"
    filters = "calendar on_date is_working is_holiday"
    form = "calendar on_date name | is_working starts_at ends_at"
    calendar = "on_date on_date"


class SiteCalendars(Resource):
    model = models.SiteCalendar
    menu = TIME
    icon = "calendar-cog"
    columns = "site calendar"
    search = "site__code site__name calendar__name"
    filters = "calendar"
    form = "site calendar"
