"""What selling tells on a customer's page: orders, deliveries, credit room, revenue, margin, returns (CRM-01, U3)."""

from datetime import timedelta
from decimal import Decimal

from django.db.models import Case, F, Q, Sum, When
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext

from mainspring.kernel import access, database, formats, home, reports
from mainspring.kernel.models import OutgoingMail
from mainspring.modules.accounting import queries as books
from mainspring.modules.accounting.models import Invoice
from mainspring.modules.organization import queries as organization
from mainspring.modules.parties import queries as parties
from mainspring.modules.stock.models import StockValue

from . import queries
from .models import Quotation, Return, SalesOrder, Shipment

ZERO = Decimal(0)
FALL_PCT = 30
UNANSWERED_DAYS = 7
LISTED_MAX = 100
"""Companies of a group an address names."""

overview = parties.overview

overview.happening(
    "quotations", lazy("Quotations"), "sales.quotation", at="quoted_on", icon="file-description", amount="total",
    text="decline_reason", who="owner",
)  # fmt: skip
overview.happening(
    "orders", lazy("Sales orders"), "sales.salesorder", at="ordered_on", icon="shopping-cart", amount="total",
    text="reference", who="owner",
)  # fmt: skip
overview.happening(
    "deliveries", lazy("Shipments"), "sales.shipment", at="ship_on", icon="truck-delivery", text="tracking_number"
)
overview.happening("returns", lazy("Returns"), "sales.return", at="returned_on", icon="truck-return", text="reason")


def _mails(customer):
    """Mails about the customer and about its documents, as far as the mails themselves are in sight."""
    if not access.can(customer.ctx, OutgoingMail, "view"):
        return OutgoingMail.objects.none()
    about = Q(entity="parties.party", record_id=str(customer.party.pk))
    for model in (Quotation, SalesOrder, Shipment, Invoice):
        about |= Q(identity__in=model.objects.filter(party=customer.party).values("pk"))
    return access.rows(customer.ctx, OutgoingMail).filter(about)


overview.happening(
    "mails",
    lazy("E-mails"),
    "kernel.outgoingmail",
    at="created_at",
    icon="mail",
    find=_mails,
    tell=lambda customer, records: {str(r.pk): {"title": r.subject, "text": r.to} for r in records},
)


# -- figures ----------------------------------------------------------------------------------------------------------


@overview.figures.fill
def credit_room(customer) -> list[home.Number]:
    """What the customer may still order before it is held, where it has a limit and the person may see it."""
    party, ctx = customer.party, customer.ctx
    visible = access.may_see(ctx, type(party), "credit_limit") and access.can(ctx, Invoice, "view")
    if not visible or party.credit_limit is None:
        return []
    used = sum(queries.exposure(ctx.company_id, party.pk).values(), ZERO)
    base = queries.base_currency(ctx.company_id)
    limit = organization.convert(party.credit_limit, party.currency_id, base, ctx.business_date)
    room = limit - used
    return [
        customer.money(
            _("Credit room"),
            room,
            note=_("of %(limit)s") % {"limit": customer.in_words(limit)},
            tone="red" if room < 0 else "amber" if room < limit / 5 else "",
            order=15,
        )
    ]


@overview.figures.fill
def open_orders(customer) -> list[home.Number]:
    ctx = customer.ctx
    if not access.can(ctx, SalesOrder, "view"):
        return []
    rows = queries.open_orders(ctx, customer.party).filter(~Q(delivery_status="all"))
    states = list(rows.values_list("promised_on", "net_base"))
    late = sum(1 for day, _net in states if day and day < ctx.business_date)
    shown = access.may_see(ctx, SalesOrder, "net_base")
    note = ngettext("%(count)d delivery is late", "%(count)d deliveries are late", late) % {"count": late}
    following = min((day for day, _net in states if day), default=None)
    if not late:
        note = _("next delivery on %(day)s") % {"day": formats.day(following)} if following else _("nothing to deliver")
    more = {
        "note": note,
        "tone": "red" if late else "",
        "href": f"/sales/sales-orders/?party={customer.party.pk}&state__in=held,confirmed",
        "order": 20,
    }
    if shown and states:
        return [customer.money(_("Orders to deliver"), sum((net for _d, net in states), ZERO), **more)]
    return [home.Number(_("Orders to deliver"), str(len(states)), **more)]


def revenue(customer) -> list[float] | None:
    """What invoices in sight booked as income in twelve months, this month last; None for who may not see amounts."""
    return customer.once("sales.revenue", lambda: _revenue(customer))


def _revenue(customer) -> list[float] | None:
    ctx = customer.ctx
    if not (access.can(ctx, Invoice, "view") and access.may_see(ctx, Invoice, "total_base")):
        return None
    return _by_month(ctx, customer.rows(Invoice))


def _by_month(ctx, invoices) -> list[float]:
    """Income of twelve months that invoices booked, this month last."""
    rows = invoices.filter(state="posted", kind__in=("customer_invoice", "customer_credit"), total__gt=0)
    net = F("total_base") * F("net") / F("total")
    return home.by_month(ctx, rows, "invoice_on", Sum(Case(When(kind="customer_credit", then=-net), default=net)))


def sees_margin(ctx) -> bool:
    """Whether the person may know what goods cost, or reads the report that says it."""
    return access.can(ctx, StockValue, "view") or reports.registry["sales-analysis"].allowed(ctx)


def cost(customer) -> Decimal:
    """Cost of sales of the customer's shipments and returns over the same twelve months, in base currency."""
    first = customer.ctx.business_date.replace(day=1)
    since = first.replace(year=first.year - 1, month=first.month + 1) if first.month < 12 else first.replace(month=1)
    return database.scalar(
        """
        SELECT COALESCE(SUM(v.cost_of_sales), 0)
        FROM stock_stockmove m JOIN stock_stockvalue v ON v.move_id = m.id
        WHERE v.company_id = %(company)s AND v.posted_on >= %(since)s AND v.posted_on <= %(until)s AND m.origin_id IN (
            SELECT id FROM sales_shipment WHERE party_id = %(party)s AND company_id = %(company)s
            UNION ALL SELECT id FROM sales_return WHERE party_id = %(party)s AND company_id = %(company)s)""",
        company=customer.ctx.company_id,
        party=customer.party.pk,
        since=since,
        until=customer.ctx.business_date,
    )


@overview.figures.fill
def revenue_of_a_year(customer) -> list[home.Number]:
    trend = revenue(customer)
    if trend is None:
        return []
    total = Decimal(str(round(sum(trend), 2)))
    note = _("last twelve months")
    if total > 0 and sees_margin(customer.ctx):
        margin = total - cost(customer)
        note = _("margin %(amount)s, %(percent)s %%") % {
            "amount": customer.in_words(margin),
            "percent": formats.number(margin * 100 / total, 0, 1),
        }
    return [
        customer.money(
            _("Revenue"),
            total,
            note=note,
            trend=trend,
            href=f"/accounting/invoices/?party={customer.party.pk}&kind__in=customer_invoice,customer_credit&state=posted",
            order=30,
        )
    ]


@overview.figures.fill
def group_revenue(customer) -> list[home.Number]:
    """What all companies of the customer's group that the person may see brought in twelve months, and owe."""
    ctx = customer.ctx
    if revenue(customer) is None or not customer.group():
        return []
    trend = _by_month(ctx, access.rows(ctx, Invoice).filter(party__in=customer.group()))
    return [
        customer.money(
            _("Revenue of the group"),
            Decimal(str(round(sum(trend), 2))),
            note=_("companies: %(count)d, open balance %(amount)s")
            % {
                "count": len(customer.group()),
                "amount": customer.in_words(books.open_balance(ctx, customer.group())),
            },
            trend=trend,
            href=f"/accounting/invoices/?party__in={','.join(map(str, customer.group()))}&state=posted"
            if len(customer.group()) <= LISTED_MAX
            else "",
            order=32,
        )
    ]


@overview.figures.fill
def returned(customer) -> list[home.Number]:
    """Returns of a year beside the shipments of a year."""
    ctx = customer.ctx
    if not access.can(ctx, Return, "view"):
        return []
    since = ctx.business_date - timedelta(days=365)
    back = customer.rows(Return).filter(returned_on__gte=since).exclude(state="cancelled").count()
    if not back:
        return []
    sent = customer.rows(Shipment).filter(state="posted", ship_on__gte=since).count()
    return [
        home.Number(
            _("Returns"),
            str(back),
            note=_("of %(count)d shipments in a year") % {"count": sent},
            tone="amber" if back * 10 > sent else "",
            href=f"/sales/returns/?party={customer.party.pk}",
            order=65,
        )
    ]


# -- what to do next --------------------------------------------------------------------------------------------------


@overview.actions.fill
def ask_about_offer(customer) -> list[overview.Action]:
    """A quotation is not answered for a week or more, or ends soon."""
    ctx = customer.ctx
    if not access.can(ctx, Quotation, "view"):
        return []
    today = ctx.business_date
    offers = customer.rows(Quotation).filter(state="sent", valid_until__gte=today)
    waiting = (
        offers.filter(
            Q(quoted_on__lte=today - timedelta(days=UNANSWERED_DAYS)) | Q(valid_until__lte=today + timedelta(3))
        )
        .order_by("-net_base", "pk")
        .first()
    )
    if waiting is None:
        return []
    days = (today - waiting.quoted_on).days if waiting.quoted_on else 0
    total = access.shown(ctx, waiting, "total")
    return [
        overview.Action(
            "unanswered_quotation",
            min(50 + days, 80),
            _("Ask about %(number)s") % {"number": waiting.number},
            _("Sent %(days)d days ago without an answer; valid until %(day)s, worth %(amount)s.")
            % {
                "days": days,
                "day": formats.day(waiting.valid_until),
                "amount": f"{formats.number(total or 0, 2)} {waiting.currency_id}" if total is not None else "–",
            },
            href=f"/sales/quotations/{waiting.pk}/",
            icon="file-description",
            **overview.log_button(customer),
        )
    ]


@overview.actions.fill
def tell_of_late_order(customer) -> list[overview.Action]:
    """Goods promised for a day that passed have not left."""
    ctx = customer.ctx
    if not access.can(ctx, SalesOrder, "view"):
        return []
    late = (
        queries.open_orders(ctx, customer.party)
        .filter(~Q(delivery_status="all"), promised_on__lt=ctx.business_date)
        .order_by("promised_on", "pk")
        .first()
    )
    if late is None:
        return []
    days = (ctx.business_date - late.promised_on).days
    return [
        overview.Action(
            "late_delivery",
            min(65 + days, 92),
            _("Tell when %(number)s comes") % {"number": late.number},
            _("Promised for %(day)s, %(days)d days ago, and not shipped in full.")
            % {"day": formats.day(late.promised_on), "days": days},
            href=f"/sales/sales-orders/{late.pk}/",
            label=_("Open"),
            go=f"/sales/sales-orders/{late.pk}/",
            icon="truck-delivery",
            tone="amber",
        )
    ]


@overview.actions.fill
def ask_why_less(customer) -> list[overview.Action]:
    """The last three full months brought much less than the three before them."""
    trend = revenue(customer)
    if trend is None:
        return []
    before, after = sum(trend[5:8]), sum(trend[8:11])
    if before <= 0 or after >= before * (100 - FALL_PCT) / 100:
        return []
    return [
        overview.Action(
            "falling_revenue",
            40 + min(int(30 * (1 - max(after, 0) / before)), 30),
            _("Ask why they buy less"),
            _("The last three months brought %(after)s, the three before %(before)s: %(percent)s %% less.")
            % {
                "after": customer.in_words(Decimal(str(round(after, 2)))),
                "before": customer.in_words(Decimal(str(round(before, 2)))),
                "percent": formats.number(Decimal(str(round(100 * (1 - after / before), 1))), 0, 0),
            },
            href=f"/accounting/invoices/?party={customer.party.pk}",
            icon="chart-line",
            tone="amber",
            **overview.log_button(customer),
        )
    ]
