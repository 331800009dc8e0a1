"""Outgoing mail: written with the command that causes it, sent by a job, logged, retried, never sent twice.

A mail is queued in the caller's transaction, so nothing is sent for a command that was undone. The job holds the
mail's row while it sends. Should a worker die between sending and noting it, the mail goes out again under the same
Message-ID, by which mailboxes drop the second copy; the file-backed sender writes the same file.
"""

import os
import tempfile
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.core.validators import validate_email
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from . import jobs, workflow
from .models import OutgoingMail, User
from .models.collaboration import About


def queue(
    to: User | str, template: str, ctx, *, context: dict, record=None, language: str = "", key: str | None = None
) -> OutgoingMail | None:
    """Queue a mail from kernel/mail/<template>.subject.txt, .txt and .html, in the recipient's language.

    key  a second mail with the same key is not queued. None when there is nobody to send to.
    Raises ValidationError when the address is not one.
    """
    user = to if isinstance(to, User) else None
    address = to.email if isinstance(to, User) else to
    if not address:
        return None
    validate_email(address)
    language = language or (user.language if user else ctx.language)
    with translation.override(language):
        words = {name: value() if callable(value) else value for name, value in context.items()}
        words |= {"person": user, "product": settings.PRODUCT_NAME}
        subject, text, html = (
            render_to_string(f"kernel/mail/{template}.{part}", words) for part in ("subject.txt", "txt", "html")
        )
    mail = OutgoingMail(
        to=address,
        user=user,
        template=template,
        language=language,
        text=text,
        html=html,
        key=key,
        subject=" ".join(subject.split())[:250],
        company_id=ctx.company_id or None,
        created_by=ctx.user if getattr(ctx.user, "pk", None) else None,
        **(About.about(record) if record is not None else {}),
    )
    if key and OutgoingMail.objects.filter(key=key).exists():
        return None
    mail.save(force_insert=True)
    jobs.defer("kernel.send_mail", None, title=_("Send mail"), mail_id=mail.pk)
    return mail


def deliver(mail_id: int) -> bool:
    """Send one waiting mail; False when it was sent, cancelled or is being sent by another worker."""
    from . import collaboration

    with transaction.atomic():
        mail = OutgoingMail.objects.select_for_update(skip_locked=True).filter(pk=mail_id, state="queued").first()
        if mail is None:
            return False
        message = EmailMultiAlternatives(
            mail.subject,
            mail.text,
            settings.DEFAULT_FROM_EMAIL,
            mail.to.split(", "),
            reply_to=[mail.reply_to] if mail.reply_to else None,
            headers={"Message-ID": f"<{mail.message_id}@mainspring>", "Auto-Submitted": "auto-generated"},
        )
        message.attach_alternative(mail.html, "text/html")
        for file in mail.files:
            message.attach(file["name"], collaboration.path_of(file["digest"]).read_bytes(), file["content_type"])
        message.send()
        OutgoingMail.objects.filter(pk=mail.pk).update(
            state="sent", sent_at=timezone.now(), attempts=mail.attempts + 1, error=""
        )
    return True


@jobs.job("kernel.send_mail", title=gettext_lazy("Send mail"), retries=6)
def send_mail(run, ctx, *, mail_id):
    """Each failure is noted on the mail; the last attempt gives it up, visibly."""
    try:
        deliver(mail_id)
    except Exception as error:
        OutgoingMail.objects.filter(pk=mail_id, state="queued").update(
            attempts=run.record.attempts,
            error=f"{type(error).__name__}: {error}"[:500],
            state="failed" if run.record.attempts > jobs.registry["kernel.send_mail"].retries else "queued",
        )
        raise


@workflow.effect(OutgoingMail, "send_again")
def send_again(mail, ctx):
    """Queue a mail that was given up."""
    mail.error = ""
    jobs.defer("kernel.send_mail", None, mail_id=mail.pk)


class FileBackend(BaseEmailBackend):
    """Writes each mail into EMAIL_FILE_PATH as <message id>.eml: for trials and tests."""

    def send_messages(self, email_messages):
        folder = Path(settings.EMAIL_FILE_PATH)
        folder.mkdir(parents=True, exist_ok=True)
        for message in email_messages:
            content = message.message()
            name = content["Message-ID"].strip("<>").replace("/", "_")
            with tempfile.NamedTemporaryFile(dir=folder, delete=False) as draft:
                draft.write(content.as_bytes())
            os.replace(draft.name, folder / f"{name}.eml")
        return len(email_messages)
