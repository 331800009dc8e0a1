"""Forms for visitors: what they ask and say, and how an answer becomes a lead or a follow-up (CRM-02, CRM-04).

A visitor who is with us already is never told so: the answer becomes a follow-up for whoever looks after them.
"""

import re
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from mainspring.kernel import commands, errors, limits
from mainspring.kernel.context import Context

from . import arriving
from .models import CountryRoute, Lead, LeadForm, LeadFormText, Submission

NOTE_MAX = 4000
ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:\d{1,5})?\Z")
LINE = re.compile(r"[\x00-\x1f\x7f]+")


def check_origins(form: LeadForm) -> None:
    """Web sites that may show the form are origins: scheme and host, no path; their spelling is made one."""
    wrong = []
    found = form.embed_on if isinstance(form.embed_on, list) else [form.embed_on]
    kept = []
    for text in found:
        parts = urlsplit(str(text).strip().lower()) if isinstance(text, str) and len(text) < 300 else urlsplit("")
        origin = f"{parts.scheme}://{parts.netloc}"
        if ORIGIN.fullmatch(origin) and parts.path in ("", "/") and not parts.query:
            kept.append(origin)
        else:
            wrong.append(_("“%(value)s” is not a valid value.") % {"value": str(text)[:80]})
    if wrong:
        raise ValidationError({"embed_on": wrong})
    form.embed_on = kept


def said(form: LeadForm, language: str) -> LeadFormText:
    """What the form says in a language, else in English, else in the first it has; fallbacks stand in for blanks."""
    texts = {text.language: text for text in form.lines.all()}
    found = texts.get(language) or texts.get("en") or next(iter(texts.values()), None)
    return found or LeadFormText(document=form, language=language, title=form.name)


# -- an answer --------------------------------------------------------------------------------------------------------


def read(form: LeadForm, sent) -> dict[str, str]:
    """The texts a visitor sent, each in one line but the message; ValidationError names every wrong field."""
    values, wrong = {}, {}
    for name, must in {"name": True, **form.asked()}.items():
        raw = sent.get(name, "")
        text = raw.strip() if isinstance(raw, str) else ""
        most = NOTE_MAX if name == "note" else Lead._meta.get_field(name).max_length
        if name != "note":
            text = " ".join(LINE.sub(" ", text).split())
        try:
            text = limits.storable(text)
            if not text and must:
                raise ValidationError(_("This field is required."))
            if len(text) > most:
                raise ValidationError(_("At most %(most)s characters.") % {"most": most})
            if text and name != "note":
                Lead._meta.get_field(name).run_validators(text)
        except ValidationError as error:
            wrong[name] = error.messages
        values[name] = text
    if not values.get("country") and not wrong.get("country"):
        values["country"] = form.company.country
    if wrong:
        raise ValidationError(wrong)
    return values


def submit(form: LeadForm, sent, *, challenge: str) -> Submission:
    """Make the answer a lead, or a follow-up of who is there already, with the consent given and its time.

    challenge  fingerprint of the solved challenge: the same answer sent twice is kept once
    Raises ValidationError naming fields of the form, `consent` or `captcha`.
    """
    values, text = read(form, sent), said(form, get_language() or "en")
    if text.consent and sent.get("consent") != "1":
        raise ValidationError({"consent": _("Please agree first.")})
    ctx = context(form)
    if earlier := Submission.objects.filter(challenge=challenge).first():
        if earlier.values == values:
            return earlier
        raise ValidationError({"captcha": _("The check failed.")})
    try:
        with commands.batch(Submission, ctx, "create", form=form.code) as inner:
            return _keep(form, values, text, challenge, inner)
    except ValidationError as error:
        known = errors.by_field(error)
        if "challenge" in known:  # the same answer, sent twice at the same moment
            return Submission.objects.get(challenge=challenge)
        raise


def _keep(form: LeadForm, values: dict, text: LeadFormText, challenge: str, ctx) -> Submission:
    came = arriving.Arrival(
        values=values
        | {"territory": territory_of(form, values["country"]), "source": form.source, "campaign": form.campaign},
        heading=lambda: _("Wrote by the form “%(form)s”") % {"form": form.name},
        method="message",
    )
    lead, party = arriving.take(came, ctx)
    return commands.create(
        Submission,
        ctx,
        form=form,
        at=timezone.now(),
        outcome="lead" if came.is_new else "follow_up",
        lead=lead,
        party=party,
        language=text.language,
        consent=text.consent,
        values=values,
        challenge=challenge,
    )


def context(form: LeadForm) -> Context:
    """Nobody of ours acts: a visitor does, for the company of the form."""
    return Context(
        None, form.company.today(), form.company_id, source="form", language=get_language() or "en", trusted=True
    )


def territory_of(form: LeadForm, country: str):
    """Where a lead of the form goes: by its country when the form says so and there is a route, else the form's own."""
    return (route(form.company_id, country) if form.by_country else None) or form.territory


def route(company_id: int, country: str):
    """The territory of a country, None when no route names it."""
    found = CountryRoute.objects.filter(company=company_id, country=country).select_related("territory").first()
    return found.territory if found else None
