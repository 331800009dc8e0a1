"""Pages and endpoints of parties."""

from django.utils.translation import gettext_lazy as _

from mainspring.kernel import access, resource
from mainspring.kernel.resource import Resource

from . import collisions, duplicates, graph, models, overview

MENU = "Parties"
SETUP = "Parties / Setup"


class Parties(Resource):
    model = models.Party
    menu = MENU
    icon = "building-store"
    columns = "code name is_customer is_supplier country territory owner payment_term active"
    search = "code name legal_name registry_code vat_number email phone"
    filters = "is_customer is_supplier country territory owner currency payment_term active"
    form = (
        "code name legal_name | is_customer is_supplier active | Registration: country registry_code vat_number | "
        "Reaching_them: email phone website language | Terms: currency payment_term credit_limit | "
        "Who: territory owner | duplicate_reason"
    )
    quick = "code name country currency is_customer is_supplier"
    dimensions = "country territory owner currency is_customer is_supplier active created_at"
    related = {
        _("Addresses"): ("parties/addresses", "party"),
        _("People"): ("parties/contacts", "party"),
        _("Bank accounts"): ("parties/party-bank-accounts", "party"),
        _("Portal access"): ("parties/portal-accesses", "party"),
    }


class Contacts(Resource):
    model = models.Contact
    menu = MENU
    icon = "users"
    columns = "given_name family_name party job_title email phone active"
    search = "given_name family_name email phone party__name"
    filters = "party job_title active"
    form = "party | given_name family_name job_title | email phone language | is_default active"


class Addresses(Resource):
    model = models.Address
    menu = SETUP
    icon = "map-pin"
    columns = "party kind name street postal_code city country is_default"
    search = "party__name name street city postal_code"
    filters = "kind country city party"
    form = "party kind name | street street_2 | postal_code city region country | is_default"


class PartyBankAccounts(Resource):
    model = models.PartyBankAccount
    menu = SETUP
    icon = "building-bank"
    columns = "party account_number bank_name bic currency is_default"
    search = "party__name account_number bank_name"
    filters = "currency party"
    form = "party account_number | bank_name bic currency is_default"


class PaymentTerms(Resource):
    model = models.PaymentTerm
    menu = SETUP
    icon = "calendar-due"
    columns = "code name active"
    search = "code name"
    filters = "active"
    form = "code name active"
    lines = "percent months days end_of_month days_after_month_end"


class PortalAccesses(Resource):
    model = models.PortalAccess
    menu = SETUP
    icon = "door-enter"
    columns = "user party"
    search = "user__username party__name"
    filters = "user party"
    form = "user party"


class Merges(Resource):
    model = models.Merge
    menu = SETUP
    icon = "git-branch"
    columns = "created_at entity merged_label kept_label reason created_by split_at"
    search = "merged_label kept_label reason"
    filters = "entity created_by split_at"
    form = "kept_label merged_label reason | entity company split_at"
    order = "-created_at"
    creatable = False


class PartyRelations(Resource):
    model = models.PartyRelation
    menu = SETUP
    icon = "git-branch"
    columns = "party kind other since note"
    search = "party__name other__name note"
    filters = "party other kind since"
    form = "party kind other | since note"


resource.amend("parties.party", panel="parties/customer.html", context=overview.of_customer, place="top")
resource.amend(
    "parties.party",
    panel="parties/feed.html",
    title=_("Everything"),
    context=overview.first_page,
    place="first",
    shown=overview.is_for,
)
resource.amend(
    "parties.party",
    panel="parties/relations.html",
    title=_("Relations"),
    context=graph.of_party,
    shown=lambda party, ctx: not access.is_portal(ctx),
)
resource.amend(
    "parties.party",
    panel="parties/duplicates.html",
    title=_("Possible duplicates"),
    context=duplicates.panel(models.Party, lambda party, ctx: collisions.of_party(party, ctx.company_id)),
)
