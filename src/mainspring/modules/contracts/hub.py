"""The contract as the hub: how far it is, what comes next and why, and what is under it (CRM-09)."""

from decimal import Decimal

from django.utils.translation import gettext as _

from mainspring.kernel import access, database, formats, notifications
from mainspring.modules.accounting.models import Invoice
from mainspring.modules.sales.models import SalesOrder

from . import facts
from .models import Amendment, CallOff, CollectionPlan, Contract, Instalment, InvoiceRequest
from .models.contracts import Renewal

ZERO = Decimal(0)
ROWS_MAX = 12
TONES = {"done": "success", "part": "warning", "written_off": "neutral", "waiting": "neutral"}


def at_the_top(contract: Contract, ctx) -> dict:
    """What the head of a contract's page shows: what to do next and how far it is."""
    plan, lines = _planned(contract)
    return {"bars": _bars(contract, ctx), "steps": _steps(contract, plan, lines, ctx)}


def of_contract(contract: Contract, ctx) -> dict:
    """What the tab of a contract shows: plan and orders; only what the person may see."""
    plan, lines = _planned(contract)
    return {
        "instalments": [_instalment(line, contract, ctx) for line in lines[:ROWS_MAX]]
        if access.can(ctx, Instalment, "view")
        else [],
        "plan_href": notifications.page_of("contracts.collectionplan", plan.pk) if plan is not None else "",
        "orders": _orders(contract, ctx),
    }


def _planned(contract: Contract) -> tuple[CollectionPlan | None, list[Instalment]]:
    plan = CollectionPlan.objects.filter(contract=contract).first()
    return plan, facts.in_order(list(plan.lines.all())) if plan is not None else []


def money(amount: Decimal, contract) -> str:
    return f"{formats.number(amount, contract.currency.digits, contract.currency.digits)} {contract.currency_id}"


# -- how far it is ----------------------------------------------------------------------------------------------------


def _bars(contract: Contract, ctx) -> list[dict]:
    """Ordered, delivered, invoiced and collected against the value, each with the records behind it."""
    whole = contract.value or contract.ordered
    invoices = ",".join(str(pk) for pk in _invoices(contract))
    orders = ",".join(str(pk) for pk in CallOff.objects.filter(contract=contract).values_list("order_id", flat=True))
    spec = (
        (_("Ordered"), contract.ordered, f"/sales/sales-orders/?id__in={orders}" if orders else "", SalesOrder),
        (_("Delivered"), contract.delivered, f"/sales/sales-orders/?id__in={orders}" if orders else "", SalesOrder),
        (_("Invoiced"), contract.invoiced, f"/accounting/invoices/?id__in={invoices}" if invoices else "", Invoice),
        (
            _("Collected"),
            contract.collected,
            f"/contracts/instalments/?document__contract={contract.pk}",
            Instalment,
        ),
    )
    return [
        {
            "label": label,
            "amount": money(amount, contract),
            "pct": formats.number(facts.percent(amount, contract), 0, 1),
            "width": f"{min(facts.percent(amount, contract), Decimal(100)):.1f}",
            "href": href if access.can(ctx, model, "view") else "",
            "over": bool(whole) and amount > whole,
        }
        for label, amount, href, model in spec
    ]


def _invoices(contract) -> list:
    rows = database.rows(f"SELECT DISTINCT invoice_id FROM ({facts.BILLED}) b LIMIT 200", contracts=[contract.pk])
    return [row["invoice_id"] for row in rows]


# -- what comes next and why ------------------------------------------------------------------------------------------


def _steps(contract: Contract, plan, lines: list[Instalment], ctx) -> list[dict]:
    """What to do now, the most pressing first, each with the reason."""
    if contract.state in ("draft", "approved", "signed"):
        return _before_work(contract, plan, ctx)
    if contract.state not in ("active", "suspended"):
        return []
    found = [*_late(contract, lines, ctx), *_billing(contract, lines, ctx), *_papers(contract, ctx)]
    left = contract.value - contract.ordered
    if contract.kind == "fixed" and contract.ordered and left > 0 and contract.lines.exists():
        found.append(
            _step(
                _("Order the rest"), _("%(amount)s of the contract is not ordered.") % {"amount": money(left, contract)}
            )
        )
    if contract.state == "suspended":
        found.insert(0, _step(_("Resume or terminate"), contract.end_reason, "danger"))
    if not found and contract.value and contract.collected >= contract.value:
        found.append(_step(_("Complete"), _("Everything is collected."), "success"))
    return found


def _before_work(contract, plan, ctx) -> list[dict]:
    found = []
    if plan is None and contract.value:
        found.append(_step(_("Plan collection"), _("Nobody is reminded of money that is not planned.")))
    elif plan is not None and plan.state == "draft":
        found.append(
            _step(
                _("Agree the collection plan"), _("Its instalments are expected once it is agreed."), href=_page(plan)
            )
        )
    words = {
        "draft": (_("Submit"), _("It is a draft; nothing binds yet.")),
        "approved": (_("Sign"), _("It is approved; both sides have to sign.")),
        "signed": (_("Activate"), _("It is signed; orders and invoices wait until it is active.")),
    }
    return [*found, _step(*words[contract.state])]


def _late(contract, lines, ctx) -> list[dict]:
    late = [x for x in lines if x.due_on and x.due_on < ctx.business_date and x.open_amount > 0]
    if not late:
        return []
    text = _("%(amount)s is overdue, the oldest since %(day)s.") % {
        "amount": money(sum((x.open_amount for x in late), ZERO), contract),
        "day": formats.day(late[0].due_on),
    }
    return [_step(_("Collect"), text, "danger", f"/contracts/instalments/?document__contract={contract.pk}")]


def _billing(contract, lines, ctx) -> list[dict]:
    found = []
    waiting = InvoiceRequest.objects.filter(contract=contract, state="requested").order_by("created_at").first()
    if waiting is not None:
        text = _("%(request)s waits for the books.") % {"request": waiting.number}
        found.append(_step(_("Post the invoice"), waiting.tax_problem or text, "warning", _page(waiting)))
    free = contract.delivered - contract.invoiced - contract.requested
    soon = [x for x in lines if x.due_on and x.due_on <= ctx.business_date and x.left_to_request > 0]
    if soon:
        text = _("%(name)s fell due on %(day)s and is not invoiced.") % {
            "name": soon[0].name,
            "day": formats.day(soon[0].due_on),
        }
        found.append(_step(_("Request invoice"), text, "warning"))
    elif free > 0:
        found.append(
            _step(
                _("Request invoice"), _("%(amount)s is delivered and not invoiced.") % {"amount": money(free, contract)}
            )
        )
    return found


def _papers(contract, ctx) -> list[dict]:
    found = []
    open_change = Amendment.objects.filter(contract=contract, state__in=("draft", "approved")).first()
    if open_change is not None:
        found.append(_step(_("Finish the amendment"), open_change.reason, href=_page(open_change)))
    if contract.valid_until is None:
        return found
    days = (contract.valid_until - ctx.business_date).days
    if days < 0:
        text = _("It ended on %(day)s.") % {"day": formats.day(contract.valid_until)}
        found.append(_step(_("Renew or complete"), text, "warning"))
    elif contract.renewal == Renewal.ASK and days <= contract.notice_days:
        text = _("It ends on %(day)s; ask the customer now.") % {"day": formats.day(contract.valid_until)}
        found.append(_step(_("Renew"), text, "warning"))
    return found


def _step(title: str, why: str, tone: str = "info", href: str = "") -> dict:
    return {"title": title, "why": why, "tone": tone, "href": href}


def _page(record) -> str:
    return notifications.page_of(record._meta.label_lower, record.pk)


# -- what is under it -------------------------------------------------------------------------------------------------


def _instalment(line: Instalment, contract, ctx) -> dict:
    late = bool(line.due_on and line.due_on < ctx.business_date and line.open_amount > 0)
    return {
        "name": line.name,
        "due": formats.day(line.due_on or line.planned_on) if line.due_on or line.planned_on else "",
        "event": line.get_due_display() if line.due_on is None else "",
        "amount": money(line.amount, contract),
        "open": money(line.open_amount, contract) if line.open_amount else "",
        "status": _("Overdue") if late else line.get_status_display(),
        "tone": "danger" if late else TONES.get(line.status, "info"),
        "href": notifications.page_of("contracts.instalment", line.pk),
    }


def _orders(contract, ctx) -> list[dict]:
    if not access.can(ctx, SalesOrder, "view"):
        return []
    mine = access.rows(ctx, SalesOrder).filter(pk__in=CallOff.objects.filter(contract=contract).values("order"))
    return [
        {
            "number": str(order),
            "href": _page(order),
            "state": order.state_label,
            "total": money(order.total, contract),
            "delivery": order.get_delivery_status_display(),
            "billing": order.get_billing_status_display(),
        }
        for order in mine.order_by("-number")[:ROWS_MAX]
    ]
