"""Mails read without trust: the words a person wrote, and nothing a sender could break."""

from email.message import EmailMessage

import pytest

from mainspring.modules.crm import letters

HEAD = b"From: Ona <Ona@Acme.LT>\r\nTo: sales@alfa.lt\r\nSubject: Pumps\r\nMessage-ID: <1@acme.lt>\r\n"


def test_a_plain_mail():
    found = letters.read(HEAD + b"Date: Mon, 2 Mar 2026 10:00:00 +0200\r\n\r\nHow much?\r\n-- \r\nOna, Acme")
    assert (found.message_id, found.sender, found.sender_name) == ("<1@acme.lt>", "ona@acme.lt", "Ona")
    assert (found.subject, found.text, found.at.hour) == ("Pumps", "How much?", 10)
    assert not found.automatic


@pytest.mark.parametrize(
    "quotation",
    [
        "On Mon, 2 Mar 2026 at 10:00, Alfa <a@alfa.lt> wrote:\n> Dear Ona\n> we offer",
        "2026-03-02 10:00, Alfa rašė:\n> Laba diena",
        "2026-03-02, pr, 10:00 Alfa <a@alfa.lt> rašė:\n> Laba diena",
        "在 2026年3月2日，Alfa <a@alfa.lt> 写道：\n> 您好",
        "-----Original Message-----\nFrom: Alfa\nSent: Monday",
        "------ 原始邮件 ------\n发件人: Alfa",
        "From: Alfa <a@alfa.lt>\nSent: Monday\nTo: Ona\nSubject: Offer\n\nDear Ona",
        "Nuo: Alfa\nIšsiųsta: 2026 m.\nKam: Ona\nTema: Pasiūlymas\n\nLaba diena",
        "发件人: Alfa\n发送时间: 2026年3月2日\n收件人: Ona\n主题: 报价\n\n您好",
        "On Mon, 2 Mar 2026 at 10:00, Alfa of the very long name in Vilnius\n<a@alfa.lt> wrote:\n> Dear",
        "________________________________\nFrom: Alfa",
    ],
)
def test_what_is_quoted_is_cut(quotation):
    assert letters.unquoted(f"We take two.\n\nOna\n\n{quotation}\n") == "We take two.\n\nOna"


@pytest.mark.parametrize(
    "own", ["From: the station it is near.", "He said on the phone that they wrote: no.", "Kaina: 5\nKiekis: 2"]
)
def test_own_words_that_look_like_a_quotation_stay(own):
    assert letters.unquoted(own) == own


def test_an_answer_between_quoted_lines_is_kept():
    assert letters.unquoted("> How many?\nTwo.\n> When?\nMonday.") == "Two.\nMonday."
    assert letters.unquoted("> only quoted") == "> only quoted"


def test_html_becomes_its_words_without_scripts_and_quotation():
    html = (
        "<html><head><title>x</title><style>p{}</style></head><body><p>We take&nbsp;<b>two</b>.</p><script>evil()"
        "</script><p>Ona<br>Acme</p><blockquote>Dear Ona<blockquote>older</blockquote></blockquote>"
        '<div class="gmail_quote">On Monday <div>inside</div> wrote</div></body></html>'
    )
    assert letters.text_of(html) == "We take two.\n\nOna\nAcme"


def test_files_come_with_names_that_lead_nowhere():
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "a@b.lt", "Files"
    mail.set_content("See the drawing.")
    mail.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="../../etc/drawing.pdf")
    found = letters.read(mail.as_bytes())
    assert found.text == "See the drawing."
    assert found.files == [(".._.._etc_drawing.pdf", b"%PDF")]


@pytest.mark.parametrize(
    "header",
    [
        "Auto-Submitted: auto-replied", "Auto-Submitted: auto-generated; x=1", "Precedence: bulk", "X-Autoreply: yes",
        "List-Id: <news.example.com>", "Return-Path: <>", "X-Auto-Response-Suppress: All",
    ],
)  # fmt: skip
def test_programs_are_recognised(header):
    assert letters.read(HEAD + header.encode() + b"\r\n\r\nI am away.").automatic


@pytest.mark.parametrize("sender", ["MAILER-DAEMON@x.lt", "postmaster@x.lt", "no-reply@x.lt", "noreply+7@x.lt"])
def test_senders_nobody_reads_are_recognised(sender):
    assert letters.read(f"From: {sender}\r\n\r\nx".encode()).automatic == "bounce"


def test_a_person_who_says_so_is_no_program():
    assert not letters.read(HEAD + b"Auto-Submitted: no\r\n\r\nHello").automatic


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"\x00\xff\xfe", b"From: \xff\xfe <\xff@x>\r\n\r\n\xff", b"From: a@b\r\nFrom: c@d.lt\r\n\r\nx",
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\n", b"From: =?utf-8?b?!!!?= <a@b.lt>\r\n\r\n",
        b"Content-Type: text/plain; charset=no-such\r\n\r\nhello", b"Date: the day after\r\n\r\n",
        b"Date: Mon, 99 Mar 99999 10:00:00 +9999\r\n\r\n", b"Subject: " + b"x" * 100_000 + b"\r\n\r\n",
        b"Content-Transfer-Encoding: base64\r\n\r\n%%%", b"From: " + b"<" * 5000 + b"\r\n\r\n",
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\n" + b"--x\r\nContent-Type: multipart/mixed\r\n\r\n" * 500,
        b"Content-Type: text/html\r\n\r\n" + b"<div><blockquote>" * 20_000,
        b"Content-Disposition: attachment; filename*=utf-8''%00%ff\r\n\r\nx",
    ],
)  # fmt: skip
def test_nothing_a_sender_writes_breaks_it(raw):
    found = letters.read(raw)
    assert "\x00" not in found.text + found.subject + found.sender_name
    assert "\n" not in found.subject + found.sender + found.sender_name
    assert len(found.subject) <= 250


def test_a_folded_subject_with_line_breaks_is_one_line():
    assert letters.read(b"Subject: =?utf-8?q?Hello=0D=0ABcc:_all?=\r\n\r\n").subject == "Hello Bcc: all"
