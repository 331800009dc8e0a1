"""Outgoing mail: in the recipient's language, with the command that causes it, sent once, never lost."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core import mail as outbox
from django.core.exceptions import ValidationError
from django.db import connection, transaction

from mainspring.kernel import commands, jobs, mail
from mainspring.kernel.models import OutgoingMail


@pytest.fixture
def jonas(cast):
    user = cast.person("jonas", superuser=True)
    user.email = "jonas@example.com"
    user.save()
    return user


def queue(cast, to, **extra):
    return mail.queue(
        to, "news", cast.ctx(cast.person("ona")), context={"title": "Van <A>", "text": "is ready & clean"}, **extra
    )


def test_a_mail_is_sent_once_as_text_and_html_by_its_job(cast, jonas):
    queued = queue(cast, jonas)
    assert (queued.state, queued.subject, outbox.outbox) == ("queued", "Van <A>", [])
    jobs.run_pending()
    jobs.defer("kernel.send_mail", None, mail_id=queued.pk)  # the job runs again after a crash
    jobs.run_pending()

    queued.refresh_from_db()
    assert (queued.state, queued.attempts, len(outbox.outbox)) == ("sent", 1, 1)
    sent = outbox.outbox[0]
    assert sent.to == ["jonas@example.com"]
    assert "is ready & clean" in sent.body
    assert "Van &lt;A&gt;" in sent.alternatives[0][0]
    assert str(queued.message_id) in sent.extra_headers["Message-ID"]


def test_nothing_is_sent_for_a_command_that_was_undone(cast, jonas):
    with transaction.atomic():
        queue(cast, jonas)
        transaction.set_rollback(True)
    jobs.run_pending()
    assert not OutgoingMail.objects.exists()
    assert not outbox.outbox


def test_a_mail_server_that_is_down_loses_nothing(cast, jonas, monkeypatch):
    def down(message):
        raise ConnectionRefusedError("no route to the mail server")

    queued = queue(cast, jonas)
    with monkeypatch.context() as patch:
        patch.setattr("django.core.mail.EmailMultiAlternatives.send", down)
        jobs.run_pending()
        queued.refresh_from_db()
        assert (queued.state, queued.attempts) == ("queued", 1)
        assert "no route" in queued.error
        for run in jobs.JobRun.objects.filter(state="queued"):
            run.attempts = 6
            run.due_at = run.created_at
            run.save()
        jobs.run_pending()
    queued.refresh_from_db()
    assert queued.state == "failed"

    commands.perform(queued, "send_again", cast.ctx(jonas))
    jobs.run_pending()
    queued.refresh_from_db()
    assert (queued.state, len(outbox.outbox)) == ("sent", 1)


def test_a_key_queues_once_and_a_wrong_address_is_refused(cast, jonas):
    ctx = cast.ctx(jonas)
    words = {"title": "Reminder"}
    assert mail.queue(jonas, "news", ctx, context=words, key="reminder-7")
    assert mail.queue(jonas, "news", ctx, context=words, key="reminder-7") is None
    with pytest.raises(ValidationError):
        mail.queue("not an address", "news", ctx, context=words)
    assert mail.queue(cast.person("no_mail"), "news", ctx, context=words) is None


def test_the_file_sender_writes_one_file_a_mail(cast, jonas, settings, tmp_path):
    settings.EMAIL_BACKEND, settings.EMAIL_FILE_PATH = "mainspring.kernel.mail.FileBackend", tmp_path / "mail"
    queued = queue(cast, jonas)
    jobs.run_pending()
    OutgoingMail.objects.update(state="queued")  # the worker died after sending, before noting it
    mail.deliver(queued.pk)
    files = list((tmp_path / "mail").iterdir())
    assert len(files) == 1
    assert "Subject: Van <A>" in files[0].read_text()


def test_two_workers_send_a_mail_once(committed_cast):
    user = committed_cast.person("jonas")
    user.email = "jonas@example.com"
    user.save()
    queued = queue(committed_cast, user)

    def deliver(_n):
        try:
            return mail.deliver(queued.pk)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(deliver, range(4))) == [False, False, False, True]
