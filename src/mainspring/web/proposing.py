"""What the form of a new record proposes: the company and its currency, the person, today, the site used last."""

from django.db import models

from mainspring.kernel import access, formats
from mainspring.kernel.models import Company, Currency, Site

SITE = "last_site"
"""Session key of the site the person chose last in a new record."""


def fill(request, res, record, names) -> None:
    """Set proposals in the fields of the form that hold nothing yet; the person may change each."""
    for name in names:
        if name.startswith("custom."):
            continue
        field = res.model._meta.get_field(name)
        if field.many_to_many or getattr(record, field.attname, None) not in (None, ""):
            continue
        value = _proposal(request, res, field)
        if value is not None:
            setattr(record, field.attname, value)


def _proposal(request, res, field):
    ctx = request.ctx
    match res.proposes.get(field.name):
        case "me":
            return ctx.user.pk
        case "today":
            return ctx.business_date
    if not isinstance(field, models.ForeignKey) or field.blank:
        return None
    if field.related_model is Company:
        return ctx.company_id
    if field.related_model is Currency and field.name == "currency":
        return formats.base_currency(ctx.company_id)
    if field.related_model is Site and field.name in ("site", "from_site"):
        return _site(request)
    return None


def _site(request) -> int | None:
    """The site chosen last, or the only one in sight; None when the person has to choose."""
    found = set(
        access.rows(request.ctx, Site)
        .filter(company=request.ctx.company_id, active=True)
        .values_list("pk", flat=True)[:50]
    )
    last = request.session.get(SITE)
    if last in found:
        return last
    return found.pop() if len(found) == 1 else None


def remember(request, record) -> None:
    """Keep the site of a record just made for the next form."""
    site = getattr(record, "site_id", None) or getattr(record, "from_site_id", None)
    if site and request.session.get(SITE) != site:
        request.session[SITE] = site
