"""Tax data of customers: proposed from what is known, and what is wrong with it before an invoice is posted."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from mainspring.kernel import sentences
from mainspring.modules.parties import queries as parties
from mainspring.modules.parties.models import Party

from .models.profiles import TAX_DATA, InvoiceType, TaxProfile

NEEDED = {
    InvoiceType.SPECIAL: ("invoice_name", "tax_number", "tax_address", "tax_phone", "bank_name", "bank_account"),
    InvoiceType.ORDINARY: ("invoice_name",),
    InvoiceType.VAT: ("invoice_name", "tax_address"),
}
"""What each kind of invoice cannot do without."""


def fill_profile(profile: TaxProfile) -> None:
    """Blank fields of a profile from the customer's own data."""
    if profile.party_id is None:
        return
    if not profile.invoice_name and profile.party.country == "CN" and profile._state.adding:
        profile.invoice_type = InvoiceType.SPECIAL if profile.invoice_type == InvoiceType.VAT else profile.invoice_type
    for name, value in of_party(profile.party).items():
        if name != "invoice_type" and not getattr(profile, name):
            setattr(profile, name, value)


def of_party(party: Party) -> dict[str, str]:
    """Tax data as far as the customer's own record tells."""
    address = parties.address_of(party, "billing")
    bank = party.bank_accounts.order_by("-is_default", "pk").first()
    return {
        "invoice_type": InvoiceType.SPECIAL if party.country == "CN" and party.vat_number else _usual(party),
        "invoice_name": party.legal_name or party.name,
        "tax_number": party.vat_number or party.registry_code,
        "tax_address": ", ".join(address.lines(party.language, party.country))[:300] if address else "",
        "tax_phone": party.phone,
        "bank_name": bank.bank_name if bank else "",
        "bank_account": bank.account_number if bank else "",
    }


def _usual(party: Party) -> str:
    return InvoiceType.ORDINARY if party.country == "CN" else InvoiceType.VAT


def default_profile(party: Party) -> TaxProfile | None:
    """The profile proposed for a customer: the default one, else the only one."""
    found = list(party.tax_profiles.filter(active=True).order_by("-is_default", "pk")[:2])
    return found[0] if found and (found[0].is_default or len(found) == 1) else None


def data_for(contract) -> dict[str, str]:
    """What a request under a contract begins with: the contract's tax profile, else the customer's own data."""
    if contract.tax_profile is None:
        return of_party(contract.party)
    return {name: getattr(contract.tax_profile, name) for name in TAX_DATA}


def problem_of(request) -> str:
    """What is missing or wrong in the tax data of a request, as a sentence; "" when it is fit to be posted."""
    names = [name for name in NEEDED[request.invoice_type] if not getattr(request, name)]
    found = []
    if names:
        labels = [str(request._meta.get_field(name).verbose_name) for name in names]
        found.append(
            sentences.say(gettext_noop("Missing for this kind of invoice: %(fields)s."), fields=", ".join(labels))
        )
    if request.invoice_type != InvoiceType.VAT and request.party is not None and request.party.country != "CN":
        found.append(sentences.say(gettext_noop("This kind of invoice is for customers in China.")))
    known = request.party.vat_number if request.party is not None else ""
    if known and request.tax_number and _plain(known) != _plain(request.tax_number):
        found.append(
            sentences.say(gettext_noop("The customer's own record has the tax number %(number)s."), number=known)
        )
    return sentences.join(found) if found else ""


def refuse_incomplete(request) -> None:
    """Raise ValidationError naming the fields this kind of invoice cannot do without."""
    wrong = {
        name: _("This kind of invoice needs it.") for name in NEEDED[request.invoice_type] if not getattr(request, name)
    }
    if wrong:
        raise ValidationError(wrong, code="tax_data")


def _plain(number: str) -> str:
    return "".join(c for c in number.upper() if c.isalnum())
