"""Papers of contracts: the contract, its amendments and plan, reminders to the customer, requests for the books."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mainspring.kernel import formats, letters
from mainspring.modules.parties import queries as parties

from .models import Instalment

LINES = "description quantity unit price discount_pct net tax"
SIGNED = (gettext_lazy("For us"), gettext_lazy("For the customer"))


def _party(record):
    return record.party


def _address(record):
    return parties.address_of(record.party)


def _money(amount, record) -> str:
    return f"{formats.number(amount, record.currency.digits, record.currency.digits)} {record.currency_id}"


def _plan(contract, ctx) -> list[str]:
    """The instalments as the contract names them."""
    lines = Instalment.objects.filter(document__contract=contract).order_by("position")
    found = []
    for line in lines:
        day = line.due_on or line.planned_on
        when = line.get_due_display() if line.due != "day" else ""
        if line.days and when:
            when = _("%(event)s + %(days)d days") % {"event": when, "days": line.days}
        found.append(f"{line.name}: {_money(line.amount, contract)}, {when or formats.day(day)}")
    return [_("Payment in instalments:"), *found] if found else []


def _changes(amendment, ctx) -> list[str]:
    """What was, and what is to be."""
    found = [_("Amends %(contract)s.") % {"contract": amendment.contract}]
    if amendment.value_change:
        found.append(
            _("Value: %(old)s before, %(new)s from now on.")
            % {"old": _money(amendment.old_value, amendment), "new": _money(amendment.new_value, amendment)}
        )
    if amendment.new_valid_until:
        found.append(_("Valid until %(day)s.") % {"day": formats.day(amendment.new_valid_until)})
    return found


def _overdue(plan, ctx) -> list[str]:
    """What is late, line by line."""
    late = [x for x in plan.lines.order_by("due_on") if x.due_on and x.due_on < ctx.business_date and x.open_amount > 0]
    if not late:
        return [_("Nothing is overdue.")]
    rows = [
        _("%(name)s, due on %(day)s: %(amount)s open")
        % {"name": x.name, "day": formats.day(x.due_on), "amount": _money(x.open_amount, plan)}
        for x in late
    ]
    total = _money(sum(x.open_amount for x in late), plan)
    return [*rows, _("Please pay %(amount)s without delay, unless you have done so already.") % {"amount": total}]


letters.letter(
    "contracts.contract",
    letters.Letter(
        gettext_lazy("Contract"),
        "name reference signed_on starts_on valid_until payment_term signatory",
        LINES,
        "discount? value",
        partner=_party,
        address=_address,
        remarks=_plan,
        drafts=("draft", "cancelled"),
        signatures=SIGNED,
    ),
)
letters.letter(
    "contracts.amendment",
    letters.Letter(
        gettext_lazy("Amendment"),
        "contract reason signed_on",
        LINES,
        "value_change",
        partner=_party,
        address=_address,
        remarks=_changes,
        note="terms",
        drafts=("draft", "cancelled"),
        signatures=SIGNED,
    ),
)
letters.letter(
    "contracts.collectionplan",
    letters.Letter(
        gettext_lazy("Collection plan"),
        "contract",
        "name due_on planned_on amount open_amount",
        "planned",
        partner=_party,
        address=_address,
        signatures=SIGNED,
    ),
)
letters.letter(
    "contracts.collectionplan",
    letters.Letter(
        gettext_lazy("Payment reminder"),
        "contract reminded_on",
        "name due_on amount open_amount",
        partner=_party,
        address=_address,
        remarks=_overdue,
        drafts=(),
    ),
    "reminder",
    choice=gettext_lazy("Payment reminder"),
)
letters.letter(
    "contracts.invoicerequest",
    letters.Letter(
        gettext_lazy("Invoice request"),
        "contract party basis instalment order wanted_on invoice_type invoice_name tax_number tax_address tax_phone "
        "bank_name bank_account description invoice created_by",
        "",
        "amount",
        note="note",
        signatures=(gettext_lazy("Asked for by"), gettext_lazy("Checked by")),
    ),
)
