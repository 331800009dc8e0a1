"""Pages and endpoints of lead pools, leads, opportunities and follow-ups."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from mainspring.kernel import resource
from mainspring.kernel.resource import Column, Resource
from mainspring.modules.parties import queries as parties

from . import collisions, effects, explaining, handing, models, pipeline, public, scoring
from . import overview as _overview  # noqa: F401 (fills the customer's page)
from .resources_follow import *  # noqa: F403 - its classes register themselves

MENU = "Customers"
SETUP = "Customers / Setup"


class Leads(Resource):
    model = models.Lead
    menu = MENU
    icon = "user-plus"
    columns = "number name contact_name phone state score owner pool territory value next_on touched_at"
    computed = {"score_why": Column("score_why", _("Why this score"), compute=scoring.told)}
    also_called = {
        "name": "company|organisation|organization|account|account name|firm|customer|įmonė|imone|bendrovė|公司|"
        "公司名称|单位|客户名称",
        "contact_name": "contact person|full name|person|contact name|kontaktas|kontaktinis asmuo|vardas|联系人|姓名",
        "email": "mail|e-mail address|email address|el. paštas|el. pastas|邮箱|电子邮件|电子邮箱",
        "phone": "mobile|tel|telephone|phone number|business phone|mobilus|telefonas|tel. nr.|电话|手机|联系电话",
        "registry_code": "registration number|company code|įmonės kodas|imones kodas|统一社会信用代码|信用代码",
        "vat_number": "vat|vat code|vat id|pvm kodas|pvm|税号",
        "country": "country code|šalis|salis|国家",
        "city": "town|miestas|城市",
        "note": "notes|comment|comments|remarks|message|pastabos|pastaba|备注|留言",
        "source": "lead source|šaltinis|来源",
        "value": "amount|expected revenue|budget|vertė|suma|金额|预计金额",
        "territory": "region|area|regionas|teritorija|区域|地区",
    }
    search = "number name contact_name email phone registry_code"
    filters = "state owner pool territory source campaign interest country score next_on touched_at value close_reason"
    form = (
        "name registry_code vat_number country city | contact_name email phone | "
        "Where: territory source campaign interest | "
        "Worth: value currency | duplicate_reason note"
    )
    quick = "name contact_name phone email territory"
    order = "-number"
    dimensions = "state owner pool territory source campaign country close_reason"
    measures = "value"
    kanban = "state"
    related = {
        _("Follow-ups"): ("crm/activities", "lead"),
        _("Follow-up tasks"): ("crm/follow-up-tasks", "lead"),
        _("Plans"): ("crm/cadence-runs", "lead"),
        _("Claims"): ("crm/claims", "lead"),
    }


class Opportunities(Resource):
    model = models.Opportunity
    menu = MENU
    icon = "target-arrow"
    columns = "number name party state stage owner amount probability weighted_base expected_close_on next_on"
    search = "number name party__name"
    filters = "state process stage owner party territory source campaign forecast expected_close_on amount close_reason"
    form = (
        "name party contact process | Deal: amount currency probability forecast expected_close_on | "
        "Who: owner territory source campaign competitor | note"
    )
    lines = "item quantity unit price site wanted_on"
    quick = "name party amount expected_close_on"
    order = "expected_close_on"
    views = {
        "open": (pgettext_lazy("deal", "Open"), "state=open&order=expected_close_on"),
        "mine": (_("Mine"), "owner=me&state=open&order=expected_close_on"),
    }
    dimensions = (
        "stage state process forecast owner owner__department territory party source campaign "
        "expected_close_on closed_on close_reason competitor"
    )
    measures = "amount_base weighted_base"
    kanban = "stage"
    calendar = "expected_close_on"
    related = {
        _("Follow-ups"): ("crm/activities", "opportunity"),
        _("Follow-up tasks"): ("crm/follow-up-tasks", "opportunity"),
        _("Plans"): ("crm/cadence-runs", "opportunity"),
        _("Changes"): ("crm/deal-changes", "opportunity"),
    }

    def lanes(self, ctx, params, record=None):
        return pipeline.board(ctx, params, record)


class Activities(Resource):
    model = models.Activity
    menu = MENU
    icon = "message-2"
    columns = "at method content lead opportunity party user corrected_at"
    search = "content party__name"
    filters = "method user at lead opportunity party corrected_at"
    form = "content method | Subject: lead opportunity party at"
    quick = "content method"
    order = "-at"
    dimensions = "user method at party"
    calendar = "at"
    related = {_("Tasks done"): ("crm/follow-up-tasks", "activity")}


class DealChanges(Resource):
    model = models.DealChange
    icon = "history"
    columns = "on opportunity entered state stage amount_base probability expected_close_on owner by"
    filters = "on opportunity entered state process stage owner territory by forecast"
    order = "-on"
    dimensions = "on state process stage owner territory by"
    measures = "amount_base"
    creatable = False


class SalesProcesses(Resource):
    model = models.SalesProcess
    menu = SETUP
    icon = "route"
    columns = "rank code name active"
    search = "code name"
    filters = "active"
    form = "code name names | rank active"
    related = {_("Stages"): ("crm/stages", "process"), _("Opportunities"): ("crm/opportunities", "process")}


class Stages(Resource):
    model = models.Stage
    icon = "stairs"
    columns = "process position code name probability forecast planned days_max active"
    search = "code name"
    filters = "process forecast planned active"
    form = (
        "process position code name names | Meaning: probability forecast planned days_max active | "
        "Needs: asks_amount asks_close_on asks_contact asks_source asks_next_step asks_items"
    )
    order = "process"


class LossReasons(Resource):
    model = models.LossReason
    menu = SETUP
    icon = "thumb-down"
    columns = "rank code name by_competitor active"
    search = "code name"
    filters = "active by_competitor"
    form = "code name names | rank by_competitor active"
    related = {_("Opportunities"): ("crm/opportunities", "close_reason")}


class Competitors(Resource):
    model = models.Competitor
    menu = SETUP
    icon = "swords"
    columns = "name note active"
    search = "name note"
    filters = "active"
    form = "name active | note"
    related = {_("Opportunities"): ("crm/opportunities", "competitor")}


class Targets(Resource):
    model = models.Target
    menu = MENU
    icon = "target"
    columns = "starts_on period person department territory amount currency"
    search = "note"
    filters = "starts_on period person department territory currency"
    form = "person department territory | period starts_on | amount currency | note"
    order = "-starts_on"
    dimensions = "starts_on period person department territory currency"
    measures = "amount"


class LeadPools(Resource):
    model = models.LeadPool
    menu = SETUP
    icon = "pool"
    columns = "priority code name kind territory distribution holding_max daily_claims_max recycle_days active"
    search = "code name"
    filters = "kind territory source distribution active"
    form = (
        "code name kind | Where: territory source interest value_min priority active | "
        "Limits: distribution holding_max daily_claims_max views_max cool_down_days | "
        "Return: recycle_days deal_days contract_days remind_days"
    )
    related = {
        _("Leads"): ("crm/leads", "pool"),
        _("Customers"): ("crm/pool-customers", "pool"),
        _("Members"): ("crm/pool-members", "pool"),
        _("Rules by customer level"): ("crm/level-rules", "pool"),
        _("Moves"): ("crm/pool-moves", "pool"),
    }


class PoolMembers(Resource):
    model = models.PoolMember
    icon = "users"
    columns = "pool user is_admin territory interest holding_max is_away last_given_at"
    search = "pool__name user__username"
    filters = "pool user is_admin is_away"
    form = "pool user is_admin | territory interest holding_max is_away"


class LevelRules(Resource):
    model = models.LevelRule
    icon = "stairs"
    columns = "pool level holding_max recycle_days deal_days contract_days"
    filters = "pool level"
    form = "pool level holding_max | recycle_days deal_days contract_days"


class PoolCustomers(Resource):
    model = models.PoolCustomer
    menu = MENU
    icon = "building-store"
    columns = "party state pool owner territory level worth last_deal_on since cause"
    search = "party__name party__code"
    filters = "state pool owner territory level since cause last_deal_on worth touched_at"
    form = "party pool state owner | level territory worth last_deal_on | since cause reason touched_at claimed_at"
    order = "-since"
    dimensions = "state pool owner territory level cause"
    measures = "worth"
    creatable = False


class PoolMoves(Resource):
    model = models.PoolMove
    icon = "git-branch"
    columns = "at cause lead party pool from_owner to_owner user reason"
    filters = "cause pool lead party from_owner to_owner user day"
    order = "-at"
    dimensions = "cause pool to_owner from_owner day"
    creatable = False


class Handovers(Resource):
    model = models.Handover
    menu = SETUP
    icon = "users"
    columns = "created_at from_owner to_owner reason state done_at created_by"
    filters = "from_owner to_owner state done_at"
    form = "from_owner to_owner reason | Only: territory level codes with_leads"
    order = "-created_at"


class Claims(Resource):
    model = models.Claim
    icon = "hand-grab"
    columns = "at lead pool user claimed_on"
    filters = "user pool claimed_on lead"
    order = "-at"
    dimensions = "user pool claimed_on"
    creatable = False


class Campaigns(Resource):
    model = models.Campaign
    menu = MENU
    icon = "speakerphone"
    columns = "code name channel starts_on ends_on budget spent currency active"
    search = "code name"
    filters = "channel active starts_on ends_on"
    form = "code name channel active | Days: starts_on ends_on | Money: currency budget spent"
    quick = "code name channel"
    calendar = "starts_on ends_on"
    related = {_("Leads"): ("crm/leads", "campaign"), _("Opportunities"): ("crm/opportunities", "campaign")}


class ScoreRules(Resource):
    model = models.ScoreRule
    menu = SETUP
    icon = "stars"
    columns = "name points condition active"
    search = "name"
    filters = "active points"
    form = "name names points active | condition"
    order = "-points"


class LeadForms(Resource):
    model = models.LeadForm
    menu = SETUP
    icon = "forms"
    columns = "code name source campaign territory by_country active"
    search = "code name"
    filters = "source campaign territory active"
    form = (
        "code name active | Asked: contact_name email phone country city registry_code note | "
        "Where: territory by_country source campaign | embed_on"
    )
    lines = "language title intro button consent thanks"
    related = {_("Answers"): ("crm/submissions", "form")}


class Submissions(Resource):
    model = models.Submission
    icon = "inbox"
    columns = "at form outcome lead party language consent"
    filters = "form outcome at language lead party"
    form = "form at outcome | lead party | language consent values"
    order = "-at"
    dimensions = "form outcome language at"
    creatable = False


class CountryRoutes(Resource):
    model = models.CountryRoute
    menu = SETUP
    icon = "route"
    columns = "country territory"
    search = "country territory__name"
    filters = "territory"
    form = "country territory"


class Mailboxes(Resource):
    model = models.Mailbox
    menu = SETUP
    icon = "mailbox"
    columns = "name address host folder unknown territory active fetched_at problem"
    search = "name address host"
    filters = "active unknown territory"
    form = (
        "name address active | Server: host port security user_name password folder done_folder | "
        "What_becomes_of_it: unknown territory source campaign leads_daily_max"
    )
    related = {_("Mails"): ("crm/incoming-mails", "mailbox")}


class IncomingMails(Resource):
    model = models.IncomingMail
    menu = MENU
    icon = "mail-opened"
    columns = "at sender sender_name subject fate reason lead party mailbox"
    search = "sender sender_name subject"
    filters = "fate mailbox at sender lead party"
    form = "sender sender_name subject at | text | fate reason lead opportunity party mailbox"
    order = "-at"
    dimensions = "fate mailbox at"
    creatable = False


resource.amend("parties.party", related=(_("Opportunities"), "crm/opportunities", "party"))
resource.amend("parties.party", related=(_("Follow-ups"), "crm/activities", "party"))


resource.amend(
    "crm.lead",
    panel="parties/duplicates.html",
    title=_("Possible duplicates"),
    context=parties.duplicates.panel(models.Lead, lambda lead, ctx: collisions.of_lead(lead)),
)
resource.amend("crm.lead", panel="crm/pool_panel.html", title=_("Pool"), context=explaining.of_lead)
resource.amend("parties.party", panel="crm/pool_panel.html", title=_("Pool"), context=explaining.of_party)
resource.amend("crm.handover", panel="crm/handover_panel.html", title=_("What goes along"), context=handing.panel)

resource.amend("crm.lead", panel="crm/score.html", title=_("Score"), context=scoring.panel)
resource.amend("crm.lead", related=(_("Form answers"), "crm/submissions", "lead"))
resource.amend("crm.lead", related=(_("Mails"), "crm/incoming-mails", "lead"))
resource.amend("parties.party", related=(_("Form answers"), "crm/submissions", "party"))
resource.amend("parties.party", related=(_("Mails"), "crm/incoming-mails", "party"))
resource.amend("crm.leadform", panel="crm/form_panel.html", title=_("How visitors get there"), context=public.panel)


resource.amend("crm.opportunity", panel="crm/effects.html", title=_("Stock and dates"), context=effects.panel)
