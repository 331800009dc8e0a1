"""A record sent by mail: its printed form and files, to people of its party, logged on the record."""

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import translation
from django.utils.translation import gettext as _

from . import access, collaboration, jobs, printing, resource, running, sharing
from .models import Attachment, OutgoingMail
from .models.collaboration import About
from .plugin_points import PluginPoint

PEOPLE_MAX = 10

recipients = PluginPoint("mailing.recipients", many=True)
"""f(record, ctx) -> list of (address, name, language) whom the record concerns, the likeliest first."""


def may_send(record, ctx) -> bool:
    """Whether a person may send the record out: those who may change its kind."""
    return access.can(ctx, type(record), "change")


def proposal(record, ctx) -> dict:
    """{to, language, subject, text, known} a mail of this record starts with."""
    known = [one for answer in recipients(record, ctx) for one in answer]
    address, name, language = known[0] if known else ("", "", ctx.language)
    with translation.override(language or ctx.language):
        kind = resource.of(type(record)).singular
        hello = _("Hello %(name)s,") % {"name": name} if name else _("Hello,")
        text = _("please find attached: %(document)s.") % {"document": f"{kind} {record}"}
        return {
            "to": address,
            "language": language or ctx.language,
            "subject": f"{kind} {record}",
            "text": f"{hello}\n\n{text}\n\n{_('Kind regards')}\n{ctx.user.get_full_name() or ctx.user}",
            "known": known,
        }


def send(
    record, ctx, *, to: str, subject: str, text: str, language: str = "", layout: str | None = "", attachments=()
) -> OutgoingMail:
    """Queue a mail about the record, with its printed form (layout None: without) and files attached to it.

    Raises ValidationError naming to, subject or files; PermissionDenied. The mail stands on the record's timeline.
    """
    access.require(ctx, type(record), "change")
    addresses = _addresses(to)
    if not subject.strip():
        raise ValidationError({"subject": _("This field is required.")})
    files = []
    if layout is not None:
        with translation.override(language or ctx.language):
            files.append(_printed(record, ctx, layout))
    files += _attached(record, ctx, attachments)
    message = OutgoingMail(
        to=", ".join(addresses),
        reply_to=ctx.user.email,
        template="record",
        language=language or ctx.language,
        subject=" ".join(subject.split())[:250],
        text=text,
        html=_html(text),
        files=files,
        company_id=ctx.company_id or None,
        created_by=ctx.user,
        **About.about(record),
    )
    with running.command(type(record), ctx, "mail", {"to": message.to, "text": text}) as run:
        if run.earlier is None:
            message.save(force_insert=True)
            jobs.defer("kernel.send_mail", None, title=_("Send mail"), mail_id=message.pk)
            run.finish(record, to=message.to, files=[f["name"] for f in files])
    return message


def _addresses(text: str) -> list[str]:
    found = [part.strip() for part in text.replace(";", ",").split(",") if part.strip()]
    if not found:
        raise ValidationError({"to": _("This field is required.")})
    if len(found) > PEOPLE_MAX:
        raise ValidationError({"to": _("At most %(n)s addresses.") % {"n": PEOPLE_MAX}})
    for address in found:
        try:
            validate_email(address)
        except ValidationError:
            raise ValidationError({"to": _("“%(value)s” is not a valid value.") % {"value": address[:80]}}) from None
    return found


def _printed(record, ctx, layout: str) -> dict:
    from io import BytesIO

    size, digest = collaboration.store(BytesIO(printing.pdf(record, ctx, layout=layout)))
    name = "".join(c if c.isalnum() or c in "-_." else "-" for c in str(record)) or "document"
    return {"name": f"{name}.pdf", "size": size, "digest": digest, "content_type": "application/pdf"}


def _attached(record, ctx, keys) -> list[dict]:
    about = About.about(record)
    found = Attachment.objects.filter(
        sharing.readable(ctx),
        entity=about["entity"],
        record_id=about["record_id"],
        field="",
        pk__in=[int(k) for k in keys if str(k).isdigit()],
    )
    return [{"name": f.name, "size": f.size, "digest": f.digest, "content_type": f.content_type} for f in found]


def _html(text: str) -> str:
    from django.utils.html import linebreaks

    return linebreaks(text, autoescape=True)
