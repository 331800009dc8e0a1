"""Mail that comes in becomes follow-ups of those we know, and leads of those we do not (CRM-07).

Each mail is kept once by its Message-ID, in a transaction of its own; only then it is marked on the server, so that
a crash between the two costs nothing. Answers of programs, our own mail and floods never make leads or follow-ups.
"""

import hashlib
import imaplib
import io
import logging
import re
import ssl
from contextlib import contextmanager
from datetime import timedelta
from email.utils import parseaddr
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from mainspring.kernel import collaboration, commands, errors, jobs, secrets
from mainspring.kernel.context import Context
from mainspring.kernel.models import Attachment, OutgoingMail, User
from mainspring.kernel.models.collaboration import About
from mainspring.kernel.workflow import effect, guard
from mainspring.modules.parties import queries as parties
from mainspring.modules.parties.models import Contact, Party

from . import arriving, forms, letters
from .models import LIVE, STAGES, IncomingMail, Lead, Mailbox, Opportunity

logger = logging.getLogger(__name__)

MAILS_MAX = 200
"""Mails taken from a mailbox in one go; the rest waits for the next."""

BYTES_MAX = 25_000_000
TIMEOUT_SECONDS = 30
HOURLY_MAX = 20
"""Mails of one sender within an hour; what comes beyond is only kept to be sorted."""

OWN_ID = re.compile(r"<([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})@mainspring>\Z")
FREE = frozenset({
    "gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com", "yahoo.com", "yahoo.co.uk", "icloud.com",
    "me.com", "proton.me", "gmx.de", "web.de", "mail.ru", "inbox.lt", "one.lt", "qq.com", "foxmail.com", "163.com",
    "126.com", "sina.com", "sohu.com", "aliyun.com",
})  # fmt: skip
"""Domains where an address says nothing of a company."""


# -- the mailbox ------------------------------------------------------------------------------------------------------


def check_box(box: Mailbox) -> None:
    """ValidationError naming what would break out of a line of the protocol."""
    wrong = {}
    for name in ("host", "user_name", "folder", "done_folder", "password"):
        value = (getattr(box, name) or "").strip() if name != "password" else getattr(box, name) or ""
        if re.search(r"[\x00-\x1f\x7f]", value) or (name == "host" and re.search(r"[\s/@]", value)):
            wrong[name] = _("“%(value)s” is not a valid value.") % {
                "value": "***" if name == "password" else value[:80]
            }
        elif name != "password":
            setattr(box, name, value)
    if wrong:
        raise ValidationError(wrong)
    box.address = (box.address or "").strip().lower()


@effect(Mailbox, "set_password")
def set_password(box, ctx, password):
    box.password = password
    check_box(box)
    box.password = secrets.seal(password)


@effect(Mailbox, "fetch")
def fetch_now(box, ctx):
    jobs.defer("crm.fetch_mail", _system(box), key=f"mailbox:{box.pk}", mailbox_id=box.pk)


def fetch_all(ctx, mailbox_id: int | None = None) -> int:
    """Read the company's active mailboxes; the mails taken. What goes wrong with one stands on it."""
    boxes = Mailbox.objects.filter(company=ctx.company_id, active=True)
    taken = 0
    for box in boxes.filter(pk=mailbox_id) if mailbox_id else boxes:
        problem = ""
        try:
            taken += fetch(box)
        except ValidationError as error:
            problem = " ".join(error.messages)
        except (imaplib.IMAP4.error, OSError, ssl.SSLError, ValueError) as error:
            problem = f"{type(error).__name__}: {letters.one_line(str(error))}"
            logger.warning("mailbox %s could not be read: %s", box.pk, problem)
        Mailbox.objects.filter(pk=box.pk).update(fetched_at=timezone.now(), problem=problem[:300])
    return taken


def fetch(box: Mailbox) -> int:
    """Take the unread mail of a mailbox, the oldest first, and mark or move it; how many were taken."""
    taken = 0
    with _opened(box) as server:
        for uid in _unread(server)[:MAILS_MAX]:
            raw, is_whole = _raw(server, uid)
            if raw is not None:
                taken += receive(box, raw, is_whole=is_whole) is not None
            _done(server, box, uid)
    return taken


@contextmanager
def _opened(box: Mailbox):
    context = ssl.create_default_context()
    if box.security == "tls":
        server = imaplib.IMAP4_SSL(box.host, box.port, ssl_context=context, timeout=TIMEOUT_SECONDS)
    else:
        server = imaplib.IMAP4(box.host, box.port, timeout=TIMEOUT_SECONDS)
    try:
        if box.security == "starttls":
            server.starttls(context)
        server.login(_quoted(box.user_name), secrets.unseal(box.password))
        status, _answer = server.select(_quoted(box.folder))
        if status != "OK":
            raise ValidationError(_("There is no folder “%(name)s”.") % {"name": box.folder})
        yield server
    finally:
        try:
            server.logout()
        except (imaplib.IMAP4.error, OSError):
            server.shutdown()


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _unread(server) -> list[bytes]:
    _status, answer = server.uid("SEARCH", "UNSEEN")
    return [uid for uid in (answer[0] or b"").split() if uid.isdigit()]


def _raw(server, uid: bytes) -> tuple[bytes | None, bool]:
    """(the mail, whether it is all of it): of one that is too large its headers only; None when it is gone."""
    _status, answer = server.uid("FETCH", uid, "(RFC822.SIZE)")
    found = re.search(rb"RFC822\.SIZE (\d+)", b" ".join(part for part in answer if isinstance(part, bytes)))
    is_whole = bool(found) and int(found[1]) <= BYTES_MAX
    _status, answer = server.uid("FETCH", uid, "(BODY.PEEK[])" if is_whole else "(BODY.PEEK[HEADER])")
    return next((part[1] for part in answer if isinstance(part, tuple)), None), is_whole


def _done(server, box: Mailbox, uid: bytes) -> None:
    server.uid("STORE", uid, "+FLAGS", r"(\Seen)")
    if box.done_folder:
        status, _answer = server.uid("COPY", uid, _quoted(box.done_folder))
        if status == "OK":
            server.uid("STORE", uid, "+FLAGS", r"(\Deleted)")
            server.expunge()


# -- one mail ---------------------------------------------------------------------------------------------------------


def receive(box: Mailbox, raw: bytes, *, is_whole: bool = True) -> IncomingMail | None:
    """Keep a mail and do what it asks for; None when it was taken before."""
    letter = letters.read(raw)
    key = letter.message_id or f"sha256:{hashlib.sha256(raw).hexdigest()}"
    if IncomingMail.objects.filter(mailbox=box, message_id=key).exists():
        return None
    try:
        with commands.batch(IncomingMail, _system(box), "create", mailbox=box.name) as ctx:
            mail = IncomingMail(
                mailbox=box,
                message_id=key,
                sender=letter.sender,
                sender_name=letter.sender_name,
                subject=letter.subject,
                text=letter.text,
                at=min(letter.at or timezone.now(), timezone.now()),
                fate="waits",
            )
            _settle(mail, letter, ctx, is_whole=is_whole)
            mail.save(force_insert=True)
            if mail.fate == "waits":
                _attach(mail, letter, ctx)
            return mail
    except ValidationError as error:
        if IncomingMail.objects.filter(mailbox=box, message_id=key).exists():  # another worker was quicker
            return None
        raise error


def _settle(mail: IncomingMail, letter: letters.Letter, ctx, *, is_whole: bool) -> None:
    """Decide what becomes of the mail; what a rule refuses waits for a person."""
    if why := _why_ignored(letter, mail.mailbox):
        mail.fate, mail.reason = "ignored", why[:240]
        return
    mail.reason = _why_it_waits(letter, mail.mailbox, is_whole)
    if mail.reason:
        return
    try:
        with transaction.atomic():
            _act(mail, letter, ctx)
    except ValidationError as error:
        mail.fate, mail.lead, mail.party, mail.opportunity = "waits", None, None, None
        mail.reason = " ".join(error.messages)[:240]


def _act(mail: IncomingMail, letter: letters.Letter, ctx) -> None:
    record, why = whose(letter, mail.mailbox)
    if record is not None:
        _file(mail, record, ctx)
        _attach(record, letter, ctx)
    elif why:
        mail.reason = why
    elif mail.mailbox.unknown == "lead":
        if _leads_today(mail.mailbox) >= mail.mailbox.leads_daily_max:
            mail.reason = _("Enough leads came by mail today.")
        else:
            _attach(_lead(mail, ctx), letter, ctx)


def _why_ignored(letter: letters.Letter, box: Mailbox) -> str:
    own = {parseaddr(settings.DEFAULT_FROM_EMAIL)[1].lower(), box.address}
    own |= set(Mailbox.objects.filter(company=box.company_id).values_list("address", flat=True))
    if letter.sender in own or OWN_ID.fullmatch(letter.message_id):
        return _("Our own mail.")
    return _("Written by a program: %(sign)s.") % {"sign": letter.automatic} if letter.automatic else ""


def _why_it_waits(letter: letters.Letter, box: Mailbox, is_whole: bool) -> str:
    if not letter.sender:
        return _("The sender's address cannot be read.")
    if not is_whole:
        return _("Too large: only its headings were read.")
    if User.objects.filter(email__iexact=letter.sender, is_active=True).exists():
        return _("From a colleague.")
    lately = IncomingMail.objects.filter(
        mailbox__company=box.company_id, sender=letter.sender, created_at__gte=timezone.now() - timedelta(hours=1)
    )
    return _("Too many mails of this sender.") if lately.count() >= HOURLY_MAX else ""


def _leads_today(box: Mailbox) -> int:
    since = timezone.now() - timedelta(days=1)
    return IncomingMail.objects.filter(mailbox=box, fate="lead", created_at__gte=since).count()


def whose(letter: letters.Letter, box: Mailbox) -> tuple[Lead | Opportunity | Party | None, str]:
    """(the record a mail belongs to, "") or (None, why nobody can tell): by what it answers, else by its sender."""
    if answered := _answered(letter, box):
        return answered, ""
    leads = Lead.objects.filter(company=box.company_id, state__in=LIVE, email=letter.sender)
    lead = leads.order_by("-touched_at", "-pk").first()
    if lead is not None:
        return lead, ""
    people = Contact.objects.filter(email=letter.sender, active=True, party__active=True, party__merged_into=None)
    keys = set(people.values_list("party", flat=True)[:3])
    keys |= set(Party.objects.filter(email=letter.sender, active=True).values_list("pk", flat=True)[:3])
    if len(keys) > 1:
        return None, _("Several customers have this address.")
    if not keys:
        return None, ""
    deals = Opportunity.objects.filter(company=box.company_id, party__in=keys, state__in=STAGES)
    found = list(deals.filter(contact__email=letter.sender)[:2]) or list(deals[:2])
    return (found[0] if len(found) == 1 else Party.objects.get(pk=keys.pop())), ""


def _answered(letter: letters.Letter, box: Mailbox):
    """The record the mail of ours was about that this one answers."""
    ids = [UUID(found[1]) for text in letter.refers_to if (found := OWN_ID.fullmatch(text))][:20]
    sent = OutgoingMail.objects.filter(message_id__in=ids, company=box.company_id).exclude(entity="").first()
    if sent is None or sent.record_model is None:
        return None
    record = sent.record_model._default_manager.filter(pk=sent.record_id).first()
    if isinstance(record, Lead) and record.state not in LIVE:
        record = record.party
    return record if isinstance(record, Lead | Opportunity | Party) else _party_of(record)


def _party_of(record) -> Party | None:
    party = getattr(record, "party", None) or getattr(record, "customer", None)
    return party if isinstance(party, Party) else None


# -- what becomes of it -----------------------------------------------------------------------------------------------


def _came(mail: IncomingMail, values: dict) -> arriving.Arrival:
    return arriving.Arrival(
        values=values,
        heading=lambda: (
            _("Wrote “%(subject)s”") % {"subject": mail.subject or "–"} + (f"\n{mail.text}" if mail.text else "")
        ),
        method="mail",
        at=mail.at,
    )


def _file(mail: IncomingMail, record, ctx) -> None:
    arriving.note(record, _came(mail, {}), ctx)
    mail.fate = "follow_up"
    for name, value in arriving.about(record).items():
        setattr(mail, name, value)


def _lead(mail: IncomingMail, ctx, *, name: str = "", territory=None):
    """The lead the mail becomes, or the record of whoever turns out to be with us already."""
    box = mail.mailbox
    domain = mail.sender.rpartition("@")[2]
    ending = domain.rpartition(".")[2].upper()
    country = ending if ending in parties.identifiers.COUNTRIES else box.company.country
    values = {
        "name": (name or (mail.sender if domain in FREE else domain))[:160],
        "contact_name": mail.sender_name,
        "email": mail.sender,
        "country": country,
        "territory": territory or forms.route(box.company_id, country) or box.territory,
        "source": box.source,
        "campaign": box.campaign,
        "note": f"{mail.subject}\n{mail.text}".strip()[: forms.NOTE_MAX],
    }
    came = _came(mail, values)
    came.heading = lambda: _("Wrote “%(subject)s”") % {"subject": mail.subject or "–"}
    mail.lead, mail.party = arriving.take(came, ctx)
    mail.fate = "lead" if came.is_new else "follow_up"
    return mail.lead or mail.party


def _attach(record, letter: letters.Letter, ctx) -> None:
    """Keep the files of a mail with the record; those of a refused kind or size are passed over."""
    for name, content in letter.files:
        try:
            collaboration.attach(record, ctx, name=name, content=io.BytesIO(content))
        except ValidationError:
            logger.info("a file of a mail was not kept: %s", name)


# -- sorting by a person ----------------------------------------------------------------------------------------------


@guard(IncomingMail, "file")
@guard(IncomingMail, "make_lead")
@guard(IncomingMail, "discard")
def is_unsorted(mail, ctx):
    if mail.fate not in ("waits", "ignored", "discarded"):
        raise errors.Conflict(_("The mail is filed already."), code="state")


@effect(IncomingMail, "file")
def file_with(mail, ctx, lead, party):
    if (lead is None) == (party is None):
        raise ValidationError({"lead": _("Name the lead or the customer, one of them.")})
    _file(mail, lead or party, ctx)
    _move_files(mail, lead or party)


@effect(IncomingMail, "make_lead")
def make_lead(mail, ctx, company_name, territory):
    _move_files(mail, _lead(mail, ctx, name=company_name, territory=territory))
    return mail.lead


@effect(IncomingMail, "discard")
def discard(mail, ctx, reason):
    mail.fate, mail.reason = "discarded", (reason or "")[:240]


def _move_files(mail: IncomingMail, record) -> None:
    about = About.about(mail)
    own = Attachment.objects.filter(entity=about["entity"], record_id=about["record_id"])
    own.update(**About.about(record), company_id=mail.mailbox.company_id)


def _system(box: Mailbox) -> Context:
    return Context(None, box.company.today(), box.company_id, source="mail", trusted=True)
