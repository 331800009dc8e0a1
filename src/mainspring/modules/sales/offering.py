"""Quotations before the customer: options, links, and what the customer answers, exactly once (CRM-09).

An address is secret: 32 random bytes of which only the digest is kept. It shows one quotation to whom it was made for,
while it is sent, valid and the newest version; everything else shows nothing.
"""

import base64
import hashlib
import io
import secrets
from dataclasses import replace
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from mainspring.kernel import (
    collaboration,
    commands,
    database,
    errors,
    notifications,
    preferences,
    printing,
    remembered,
)
from mainspring.kernel.context import Context
from mainspring.kernel.models import Company
from mainspring.kernel.workflow import effect, guard

from . import preparing
from .models import OfferAnswer, OfferLink, Quotation, QuotationLine

DAYS_MAX = 365
SIGNATURE_MAX = 200_000
PNG = b"\x89PNG\r\n\x1a\n"


def digest_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


# -- links ------------------------------------------------------------------------------------------------------------


@effect(Quotation, "invite")
def invite(quotation, ctx, recipient, email, days):
    """A link for one person; its token is on the answer and nowhere else, so it is shown once."""
    if not 1 <= days <= DAYS_MAX:
        raise ValidationError({"days": _("A number from 1 to %(max)s is needed.") % {"max": DAYS_MAX}})
    expires = ctx.business_date + timedelta(days=days)
    if quotation.valid_until and quotation.valid_until < expires:
        expires = quotation.valid_until
    token = secrets.token_urlsafe(32)
    same = OfferLink.objects.filter(quotation=quotation, name=recipient, revoked_at=None)
    same.update(revoked_at=timezone.now())  # one address a recipient: the newest
    values = {"name": recipient[:120], "email": email or "", "digest": digest_of(token), "expires_on": expires}
    link = commands.create(OfferLink, ctx, quotation=quotation, **values)
    link.token = token  # type: ignore[attr-defined]
    return link


@guard(Quotation, "invite")
def can_be_answered(quotation, ctx):
    if quotation.is_expired(ctx):
        raise ValidationError(
            _("The offer expired on %(day)s; confirm it again first.") % {"day": quotation.valid_until}, code="expired"
        )


@effect(OfferLink, "revoke")
def revoke(link, ctx):
    link.revoked_at = timezone.now()


@guard(OfferLink, "revoke")
def not_revoked(link, ctx):
    if link.revoked_at is not None:
        raise ValidationError(_("It was revoked already."))


def find(token: str) -> OfferLink | None:
    """The link of a token while it may show something; None for every other text."""
    link = (
        OfferLink.objects.filter(digest=digest_of(token), revoked_at=None)
        .select_related("quotation__party", "quotation__company", "quotation__currency", "quotation__owner")
        .first()
    )
    return link if link is not None and link.expires_on >= link.quotation.company.today() else None


def context_of(link: OfferLink) -> Context:
    """In whose name a customer without sign-in acts: nobody's, for the quotation's company alone."""
    quotation = link.quotation
    return Context(
        user=None,
        business_date=quotation.company.today(),
        company_id=quotation.company_id,
        source="offer",
        language=quotation.party.language or "en",
        trusted=True,
    )


def opened(link: OfferLink) -> None:
    """Note that somebody looked."""
    OfferLink.objects.filter(pk=link.pk).update(opened_at=timezone.now(), views=F("views") + 1)


# -- options ----------------------------------------------------------------------------------------------------------


def choose(quotation: Quotation, lines: list[QuotationLine], chosen: set[int]) -> None:
    """Mark the lines the customer takes: of alternatives exactly one each, of optional lines any.

    Raises ValidationError naming the group of alternatives that is not decided.
    """
    groups: dict[str, list[QuotationLine]] = {}
    for line in lines:
        if line.option == QuotationLine.Option.OPTIONAL:
            line.chosen = line.pk in chosen
        elif line.option == QuotationLine.Option.ALTERNATIVE:
            line.chosen = line.pk in chosen
            groups.setdefault(line.option_group, []).append(line)
    for group, members in groups.items():
        if sum(line.chosen for line in members) != 1:
            raise ValidationError({"options": _("Choose one of “%(group)s”.") % {"group": group}})
    company = remembered.row(Company, quotation.company_id)
    preparing.total(quotation, lines, company)


def totals_with(quotation: Quotation, lines: list[QuotationLine], chosen: set[int]) -> Quotation:
    """The totals a choice would give, on a copy that is never saved."""
    copy = Quotation.objects.get(pk=quotation.pk)
    choose(copy, lines, chosen)
    return copy


# -- answers ----------------------------------------------------------------------------------------------------------


def accept(link: OfferLink, *, name: str, signature: str, version: int, chosen: set[int], **seen) -> OfferAnswer:
    """The customer accepts what was shown, exactly once: whoever comes second finds it accepted.

    version  of the quotation as it was shown; Conflict when it changed since
    seen     network address and browser
    """
    name = " ".join(name.split())[:120]
    if len(name) < 2:
        raise ValidationError({"name": _("Write your name: it is your signature.")})
    _check_signature(signature)
    ctx = context_of(link)
    with transaction.atomic():
        quotation = commands.perform(link.quotation, "agree", ctx, version=version, **{"chosen": _joined(chosen)})
        content = printing.pdf(Quotation.objects.get(pk=quotation.pk), ctx)
        paper = collaboration.attach(
            quotation, ctx, name=f"{quotation.number.replace('/', '-')}-accepted.pdf", content=io.BytesIO(content)
        )
        answer = OfferAnswer.objects.create(
            link=link,
            quotation=quotation,
            kind=OfferAnswer.Kind.ACCEPTED,
            at=timezone.now(),
            name=name,
            signature=signature,
            chosen=sorted(chosen),
            total=quotation.total,
            file=paper.name,
            file_digest=hashlib.sha256(content).hexdigest(),
            **_seen(seen),
        )
        _tell(quotation, ctx, gettext_noop("%(name)s accepted %(record)s"), name)
        if preferences.get(quotation.company_id, "sales.order_on_acceptance"):
            commands.perform(quotation, "accept", ctx, reference="")
    return answer


def _joined(chosen: set[int]) -> str:
    return ",".join(str(key) for key in sorted(chosen))


def _check_signature(signature: str) -> None:
    """A drawn signature is a small PNG; a typed one is the name alone."""
    if not signature:
        return
    head, _sep, body = signature.partition(",")
    try:
        content = base64.b64decode(body, validate=True)
    except ValueError:
        content = b""
    if head != "data:image/png;base64" or len(signature) > SIGNATURE_MAX or not content.startswith(PNG):
        raise ValidationError({"signature": _("The signature could not be read; sign again.")})


@effect(Quotation, "agree")
def agree(quotation, ctx, chosen):
    """What the customer chose is what is offered now; an order is made of exactly that."""
    lines = list(quotation.lines.select_related("item__unit", "unit", "tax_code"))
    choose(quotation, lines, {int(key) for key in (chosen or "").split(",") if key.isdigit()})
    database.update(lines, ["chosen", "net", "tax"])


@guard(Quotation, "agree")
def still_offered(quotation, ctx):
    can_be_answered(quotation, ctx)


def decline(link: OfferLink, *, reason: str, version: int, **seen) -> OfferAnswer:
    """The customer does not want it, and says why."""
    reason = reason.strip()[:240]
    if not reason:
        raise ValidationError({"reason": _("This field is required.")})
    ctx = context_of(link)
    with transaction.atomic():
        quotation = commands.perform(link.quotation, "decline", ctx, version=version, reason=reason)
        answer = _answer(link, OfferAnswer.Kind.DECLINED, reason, seen)
        _tell(quotation, ctx, gettext_noop("%(name)s declined %(record)s"), link.name, reason)
    return answer


def ask(link: OfferLink, *, text: str, **seen) -> OfferAnswer:
    """A question of the customer: on the quotation's page, and its owner is told."""
    text = text.strip()[:2000]
    if not text:
        raise ValidationError({"text": _("This field is required.")})
    ctx = context_of(link)
    with transaction.atomic():
        answer = _answer(link, OfferAnswer.Kind.ASKED, text, seen)
        _tell(link.quotation, ctx, gettext_noop("%(name)s asks about %(record)s"), link.name, text)
    return answer


def _answer(link: OfferLink, kind: str, text: str, seen: dict) -> OfferAnswer:
    return OfferAnswer.objects.create(
        link=link, quotation=link.quotation, kind=kind, at=timezone.now(), name=link.name, text=text, **_seen(seen)
    )


def _seen(seen: dict) -> dict:
    return {"network_address": seen.get("network_address"), "browser": (seen.get("browser") or "")[:240]}


def _tell(quotation, ctx, words: str, name: str, text: str = "") -> None:
    """Tell the owner of the quotation, in their language."""
    if quotation.owner is None:
        return
    notifications.notify(
        [quotation.owner],
        ctx,
        kind="offer",
        title=lambda: _(words) % {"name": name, "record": quotation},
        text=text,
        record=quotation,
    )


# -- validity ---------------------------------------------------------------------------------------------------------


def expire(ctx) -> int:
    """Offers whose last day has passed are expired; whoever confirms them again makes them valid."""
    found = Quotation.objects.filter(
        company_id=ctx.company_id, state="sent", valid_until__lt=ctx.business_date
    ).order_by("pk")
    count = 0
    for quotation in found[:2000]:
        try:
            commands.perform(quotation, "expire", replace(ctx, trusted=True))
            count += 1
        except errors.Conflict:
            continue  # answered meanwhile
    return count


@guard(Quotation, "expire")
def is_over(quotation, ctx):
    if not quotation.is_expired(ctx):
        raise ValidationError(_("It is still valid."))
