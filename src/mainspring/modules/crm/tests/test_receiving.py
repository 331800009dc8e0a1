"""Mail fetched from a mailbox on a real socket: follow-ups of those we know, leads of those we do not (CRM-07)."""

from datetime import date
from email.message import EmailMessage

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from mainspring.kernel import commands, errors, jobs, secrets
from mainspring.kernel.models import Attachment, AuditEntry, Notification, OutgoingMail
from mainspring.modules.crm import receiving
from mainspring.modules.crm.models import Activity, FollowUpTask, IncomingMail, Lead, Mailbox, Opportunity
from mainspring.modules.parties.models import Contact, Party

from . import mail_server


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setattr(receiving, "TIMEOUT_SECONDS", 3)
    box = mail_server.Box()
    with mail_server.running(box) as port:
        box.port = port
        yield box


@pytest.fixture
def mailbox(regions, server):
    return commands.create(
        Mailbox, regions.system, name="Sales", address="sales@alfa.lt", host="127.0.0.1", port=server.port,
        security="none", user_name="sales", password='se"cret', territory=regions.jiangsu,
    )  # fmt: skip


@pytest.fixture
def customer(regions):
    regions.mei = regions.person("mei", "sales_rep", regions.east)
    party = commands.create(
        Party, regions.system, code="ACME", name="Acme", is_customer=True, owner=regions.mei, country="LT",
        territory=regions.east, currency=regions.eur,
    )  # fmt: skip
    commands.create(Contact, regions.system, party=party, given_name="Ona", family_name="O", email="ona@acme.lt")
    return party


def written(sender="Jonas <jonas@new.lt>", text="How much is a pump?", *, subject="Pumps", number="", **headers):
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, "sales@alfa.lt", subject
    mail["Message-ID"] = f"<{number or abs(hash((sender, text, subject)))}@{'x.lt'}>"
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    return mail


def fates():
    return list(IncomingMail.objects.order_by("pk").values_list("fate", flat=True))


# -- what becomes of a mail -------------------------------------------------------------------------------------------


def test_a_strangers_mail_becomes_a_lead_in_its_pool_with_its_files(regions, server, mailbox):
    mail = written()
    mail.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="need.pdf")
    mail.add_attachment(b"MZ", maintype="application", subtype="octet-stream", filename="virus.exe")
    server.put(mail.as_bytes())
    assert receiving.fetch(mailbox) == 1
    lead = Lead.objects.get()
    assert (lead.name, lead.contact_name, lead.email) == ("new.lt", "Jonas", "jonas@new.lt")
    assert (lead.pool, lead.country, lead.state) == (regions.east_pool, "LT", "open")
    assert lead.note == "Pumps\nHow much is a pump?"
    assert [f.name for f in Attachment.objects.filter(record_id=str(lead.pk))] == ["need.pdf"]
    assert receiving.fetch(mailbox) == 0  # marked as read


def test_a_contacts_mail_becomes_a_follow_up_and_its_owner_is_told(regions, server, mailbox, customer):
    server.put(written("ona@acme.lt", "We take two.\n\nOn Monday 2 March 2026, Alfa wrote:\n> offer").as_bytes())
    receiving.fetch(mailbox)
    made = Activity.objects.get()
    assert (made.party, made.method, made.user) == (customer, "mail", regions.mei)
    assert FollowUpTask.objects.get().owner == regions.mei
    assert made.content == "Wrote “Pumps”\nWe take two."
    assert Notification.objects.filter(user=regions.mei).count() == 1
    assert not Lead.objects.exists()


def test_the_customers_one_open_deal_gets_it_and_an_answer_goes_where_it_belongs(regions, server, mailbox, customer):
    deal = commands.create(Opportunity, regions.system, name="Pumps", party=customer)
    server.put(written("ona@acme.lt", "About the deal").as_bytes())
    receiving.fetch(mailbox)
    assert Activity.objects.get().opportunity == deal
    commands.create(Opportunity, regions.system, name="Pipes", party=customer)
    server.put(written("ona@acme.lt", "About anything").as_bytes())
    receiving.fetch(mailbox)
    assert Activity.objects.latest("pk").opportunity is None  # two deals: the customer gets it
    sent = OutgoingMail.objects.create(
        to="x@acme.lt", template="record", subject="Offer", text="", html="", company=regions.company,
        **OutgoingMail.about(deal),
    )  # fmt: skip
    answer = written("other@acme.lt", "Yes", In_Reply_To=f"<{sent.message_id}@mainspring>")
    server.put(answer.as_bytes())
    receiving.fetch(mailbox)
    assert Activity.objects.latest("pk").opportunity == deal


def test_a_leads_mail_stays_with_the_lead(regions, server, mailbox):
    server.put(written().as_bytes())
    server.put(written(text="And pipes?").as_bytes())
    server.put(written("Petras <petras@new.lt>", "I work there too").as_bytes())
    receiving.fetch(mailbox)
    lead = Lead.objects.get()
    assert fates() == ["lead", "follow_up", "follow_up"]
    assert lead.activities.count() == 2


def test_people_of_free_mail_are_not_taken_for_one_company(regions, server, mailbox):
    server.put(written("Jonas <j1@gmail.com>").as_bytes())
    server.put(written("Jonas <j2@gmail.com>", "Another").as_bytes())
    receiving.fetch(mailbox)
    assert sorted(Lead.objects.values_list("name", flat=True)) == ["j1@gmail.com", "j2@gmail.com"]


# -- a person sorts ---------------------------------------------------------------------------------------------------


def test_unsorted_mail_is_filed_made_a_lead_or_discarded(regions, server, mailbox, customer):
    commands.change(mailbox, regions.system, unknown="sort")
    for n in range(3):
        mail = written(f"Stranger <s{n}@some{n}.lt>")
        mail.add_attachment(b"x", maintype="text", subtype="plain", filename="a.txt")
        server.put(mail.as_bytes())
    receiving.fetch(Mailbox.objects.get())
    assert fates() == ["waits"] * 3
    first, second, third = IncomingMail.objects.order_by("pk")
    manager = regions.ctx(regions.person("vadovas", "sales_manager", regions.east))
    with pytest.raises(ValidationError, match="one of them"):
        commands.perform(first, "file", manager)
    commands.perform(first, "file", manager, party=customer)
    assert Activity.objects.get().party == customer
    assert Attachment.objects.filter(record_id=str(customer.pk), entity="parties.party").count() == 1
    lead = commands.perform(second, "make_lead", manager, company_name="Some UAB").outcome
    assert (lead.name, lead.email) == ("Some UAB", "s1@some1.lt")
    assert Attachment.objects.filter(record_id=str(lead.pk)).count() == 1
    commands.perform(third, "discard", manager)
    assert fates() == ["follow_up", "lead", "discarded"]
    with pytest.raises(errors.Conflict):
        commands.perform(first, "make_lead", manager, company_name="Again")


def test_what_nobody_can_decide_waits_with_the_reason(regions, server, mailbox, customer):
    other = commands.create(
        Party, regions.system, code="B", name="Beta", is_customer=True, country="LT", currency=regions.eur
    )
    Contact.objects.create(party=other, given_name="Ona", email="ona@acme.lt")
    regions.mei.email = "mei@alfa.lt"
    regions.mei.save()
    server.put(written("ona@acme.lt").as_bytes())
    server.put(written("Mei <MEI@alfa.lt>").as_bytes())
    server.put(b"From: nobody\r\nMessage-ID: <7@x>\r\n\r\nhello")
    receiving.fetch(mailbox)
    assert fates() == ["waits"] * 3
    reasons = list(IncomingMail.objects.order_by("pk").values_list("reason", flat=True))
    assert reasons == [
        "Several customers have this address.", "From a colleague.", "The sender's address cannot be read.",
    ]  # fmt: skip


# -- loops and floods -------------------------------------------------------------------------------------------------


def test_programs_and_our_own_mail_make_nothing(regions, server, mailbox, customer):
    server.put(written("ona@acme.lt", "I am away", Auto_Submitted="auto-replied").as_bytes())
    server.put(written("sales@alfa.lt", "our own").as_bytes())
    server.put(written("MAILER-DAEMON@x.lt", "returned").as_bytes())
    receiving.fetch(mailbox)
    assert fates() == ["ignored"] * 3
    assert not Activity.objects.exists()
    assert not Lead.objects.exists()
    assert not OutgoingMail.objects.exists()


def test_a_flood_of_one_sender_and_of_many_is_kept_to_be_sorted(regions, server, mailbox, monkeypatch):
    monkeypatch.setattr(receiving, "HOURLY_MAX", 3)
    for n in range(6):
        server.put(written(text=f"Bomb {n}").as_bytes())
    receiving.fetch(mailbox)
    assert fates() == ["lead", "follow_up", "follow_up", "waits", "waits", "waits"]
    commands.change(mailbox, regions.system, leads_daily_max=2)
    for n in range(4):
        server.put(written(f"Bot <b@bot{n}.lt>").as_bytes())
    receiving.fetch(Mailbox.objects.get())
    assert Lead.objects.count() == 2
    monkeypatch.setattr(receiving, "MAILS_MAX", 2)
    for n in range(5):
        server.put(written(f"c@c{n}.lt").as_bytes())
    assert [receiving.fetch(mailbox) for _n in range(4)] == [2, 2, 1, 0]


def test_of_a_mail_that_is_too_large_only_the_headings_are_read(regions, server, mailbox, monkeypatch):
    monkeypatch.setattr(receiving, "BYTES_MAX", 1000)
    server.put(written(text="x" * 5000).as_bytes())
    receiving.fetch(mailbox)
    kept = IncomingMail.objects.get()
    assert (kept.fate, kept.text, kept.subject) == ("waits", "", "Pumps")
    assert not any("BODY.PEEK[]" in line for line in server.asked)


# -- once, and safely -------------------------------------------------------------------------------------------------


def test_a_crash_before_marking_costs_nothing(regions, server, mailbox):
    server.put(written().as_bytes())
    server.dies_at = "STORE"
    assert receiving.fetch_all(regions.system) == 0
    box = Mailbox.objects.get()
    assert "abort" in box.problem
    assert Lead.objects.count() == 1
    server.dies_at = ""
    receiving.fetch_all(regions.system)
    box.refresh_from_db()
    assert box.problem == ""
    assert (Lead.objects.count(), IncomingMail.objects.count()) == (1, 1)
    server.put(written().as_bytes())  # the same mail once more, by another way
    receiving.fetch(mailbox)
    assert (Lead.objects.count(), Activity.objects.count()) == (1, 0)


def test_a_mail_without_a_message_id_is_known_by_its_content(regions, server, mailbox):
    for _n in range(2):
        server.put(b"From: a@b.lt\r\nSubject: S\r\n\r\nhello")
    receiving.fetch(mailbox)
    assert IncomingMail.objects.count() == 1


def test_read_mail_is_moved_where_the_mailbox_says(regions, server, mailbox):
    commands.change(mailbox, regions.system, done_folder="Done")
    server.put(written().as_bytes())
    receiving.fetch(Mailbox.objects.get())
    assert (len(server.folders["INBOX"]), len(server.folders["Done"])) == (0, 1)
    commands.change(mailbox, regions.system, done_folder="Nowhere")
    server.put(written(text="second").as_bytes())
    receiving.fetch(Mailbox.objects.get())
    assert len(server.folders["INBOX"]) == 1  # not lost when it cannot be moved


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"password": "wrong"}, "AUTHENTICATIONFAILED"),
        ({"folder": "Nowhere"}, "no folder"),
        ({"host": "127.0.0.1", "port": 9}, "refused"),
        ({"security": "tls"}, "SSL"),
        ({"password": "env:MAINSPRING_PASSWORD_ABSENT"}, "not set"),
    ],
)
def test_what_goes_wrong_stands_on_the_mailbox(regions, server, mailbox, values, problem):
    commands.change(mailbox, regions.system, **values)
    assert receiving.fetch_all(regions.system) == 0
    assert problem.lower() in Mailbox.objects.get().problem.lower()
    assert 'se"cret' not in Mailbox.objects.get().problem


def test_the_button_and_the_schedule_read_it(regions, server, mailbox, monkeypatch):
    server.put(written().as_bytes())
    commands.perform(mailbox, "fetch", regions.system)
    jobs.run_pending()
    assert Lead.objects.count() == 1
    assert Mailbox.objects.get().fetched_at is not None


# -- the password -----------------------------------------------------------------------------------------------------


def test_the_password_lies_encrypted_and_is_never_shown(regions, server, mailbox, monkeypatch):
    stored = Mailbox.objects.get().password
    assert stored.startswith("sealed:")
    assert secrets.unseal(stored) == 'se"cret'
    commands.perform(mailbox, "set_password", regions.system, password="another-one")
    assert secrets.unseal(Mailbox.objects.get().password) == "another-one"
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM kernel_rowhistory WHERE changes::text LIKE '%another-one%'")
        assert cursor.fetchone()[0] == 0
    told = " ".join(str(details) for details in AuditEntry.objects.values_list("details", flat=True))
    assert "another-one" not in told
    assert 'se"cret' not in told
    monkeypatch.setenv("MAINSPRING_PASSWORD_BOX", 'se"cret')
    commands.change(mailbox, regions.system, password="env:MAINSPRING_PASSWORD_BOX")
    assert Mailbox.objects.get().password == "env:MAINSPRING_PASSWORD_BOX"
    server.put(written().as_bytes())
    assert receiving.fetch(Mailbox.objects.get()) == 1


@pytest.mark.parametrize(
    "values",
    [
        {"user_name": "a\r\nA1 DELETE INBOX"}, {"folder": "IN\nBOX"}, {"host": "a b"}, {"host": "u@h"},
        {"password": "a\r\nb"}, {"password": "env:MAINSPRING_SECRET_KEY"}, {"port": 0}, {"port": 70000},
    ],
)  # fmt: skip
def test_what_would_break_out_of_the_protocol_is_refused(regions, mailbox, values):
    with pytest.raises(ValidationError) as refused:
        commands.change(mailbox, regions.system, **values)
    assert "a\r\nb" not in str(refused.value)


def test_the_day_is_the_companys(regions, mailbox):
    assert isinstance(receiving._system(mailbox).business_date, date)
