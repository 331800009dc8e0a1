"""Post and reverse vouchers."""

from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from mainspring.kernel import formats
from mainspring.kernel.workflow import effect, guard

from . import invoicing
from .models import Voucher
from .posting import EntryLine, EntrySpec, post_entries


@guard(Voucher, "post")
def is_balanced(voucher, ctx):
    lines = list(voucher.lines.select_related("account"))
    difference = sum((line.debit - line.credit for line in lines), Decimal(0))
    if not lines or difference:
        raise ValidationError(
            _("Debit and credit differ by %(amount)s.") % {"amount": formats.number(difference, 2, 4)}, code="balance"
        )
    for line in lines:
        if line.account.role in ("receivable", "payable") and line.party_id is None:
            raise ValidationError(_("%(account)s needs a party.") % {"account": line.account}, code="party")


@effect(Voucher, "post")
def post(voucher, ctx):
    """Make the journal entry."""
    lines = [
        EntryLine(
            line.account,
            line.debit - line.credit,
            party=line.party_id,
            department=line.department_id,
            due_on=voucher.posted_on if line.account.is_open_item else None,
            memo=line.memo,
        )
        for line in voucher.lines.select_related("account")
    ]
    post_entries(ctx, [EntrySpec(voucher.posted_on, lines, voucher.company_id, voucher.memo, voucher.pk)])


@effect(Voucher, "reverse")
def reverse(voucher, ctx, on):
    """Post the opposite entry."""
    invoicing.reverse_document(voucher, ctx, on)
