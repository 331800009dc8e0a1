"""Approvals, told with vehicle inspections: who is asked and why, what decisions do, what makes them void."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.utils import timezone, translation

from mainspring.kernel import access, commands, errors, jobs, workflow
from mainspring.kernel.approvals import people, rules, seats
from mainspring.kernel.models import (
    Absence,
    ApprovalDecision,
    ApprovalRequest,
    ApprovalRule,
    AuditEntry,
    Notification,
    OutgoingMail,
    Role,
)

DAY = date(2026, 3, 2)


def state(record):
    record.refresh_from_db()
    return record.state


def test_what_waits_is_named_in_the_language_of_who_reads_it(office):
    office.rule()
    with translation.override("lt"):
        request = office.submit(office.inspection("150"))
    with translation.override("en"):
        assert seats.title_of(request) == "Submit: inspection"  # it has no number yet, and no party


def test_a_dear_repair_waits_and_the_approval_performs_it_as_who_asked(office):
    office.rule()
    cheap = commands.perform(office.inspection("100"), "submit", office.ctx(office.ona))
    assert cheap.state == "submitted"

    dear = office.inspection("150")
    request = office.submit(dear)
    assert state(dear) == "draft"
    assert dear.number == ""
    assert [r.pk for r in seats.waiting_for(office.ctx(office.rasa))] == [request.pk]
    assert not seats.waiting_for(office.ctx(office.petras)).exists()

    office.decide(request, office.rasa, comment="Go ahead")
    assert state(dear) == "submitted"
    assert dear.number
    assert state(request) == "approved"
    assert request.performed_at
    entry = AuditEntry.objects.get(entity="fleet.inspection", record_id=str(dear.pk), verb="submit")
    assert entry.user == office.ona
    assert AuditEntry.objects.get(pk=entry.parent).verb == "approve"
    assert AuditEntry.objects.get(pk=entry.parent).user == office.rasa


def test_the_route_says_which_rule_which_facts_and_why_each_person(office):
    """U3."""
    office.rule(
        {"who": "manager"},
        {"who": "role", "role": Role.objects.get(code="fleet_manager"), "need": "all"},
        condition='mileage > 1000 and vehicle__plate == "VAN001"',
    )
    commands.perform(office.inspection("150", mileage=10), "submit", office.ctx(office.ona))

    route = office.submit(office.inspection("150", mileage=2000)).route
    assert route["values"] == {"mileage": "2000", "vehicle__plate": "VAN001"}
    assert (Decimal(route["amount_base"]), Decimal(route["limit"])) == (150, 100)
    assert [(s["need"], [(w["name"], w["why"], w["of"]) for w in s["who"]]) for s in route["steps"]] == [
        ("any", [("rasa", "manager", "ona")]),
        ("all", [(n, "role", "Fleet manager") for n in ("petras", "rasa", "jonas", "lina")]),
    ]
    assert people.why_text("manager", "ona") == "manager of ona"


def test_the_limit_is_compared_in_the_base_currency(office, monkeypatch):
    """K09."""
    monkeypatch.setattr(rules, "_currency", lambda *_: "USD")
    monkeypatch.setattr(rules.to_base, "_filled", [lambda amount, currency, company_id, on: amount * Decimal("0.5")])
    office.rule()
    assert commands.perform(office.inspection("190"), "submit", office.ctx(office.ona)).state == "submitted"
    request = office.submit(office.inspection("210"))
    assert (request.amount, request.currency, request.amount_base) == (210, "USD", 105)


def test_nobody_approves_what_they_asked_for_or_made_nor_through_a_delegate(office):
    """K09: no self-approval, also not through delegate."""
    rasa = {"who": "user", "user": office.rasa}
    office.rule(rasa)
    made_by_rasa = office.inspection(user=office.rasa)
    request = office.submit(made_by_rasa, office.rasa)
    assert [s.user for s in seats.open_seats(request)] == [office.petras]  # her manager steps in
    with pytest.raises(PermissionDenied):
        office.decide(request, office.rasa)

    made_by_rasa_asked_by_lina = office.submit(office.inspection(user=office.rasa), office.lina)
    with pytest.raises(ApprovalRequest.DoesNotExist):
        office.decide(made_by_rasa_asked_by_lina, office.rasa)

    office.day = timezone.localdate()
    asked_by_ona = office.submit(office.inspection())
    commands.create(
        Absence,
        office.ctx(office.admin),
        user=office.rasa,
        stand_in=office.ona,
        starts_on=office.day,
        ends_on=office.day + timedelta(days=9),
    )
    with pytest.raises(PermissionDenied):
        office.decide(asked_by_ona, office.ona)
    with pytest.raises(ValidationError, match="may not decide"):
        office.decide(asked_by_ona, office.rasa, "delegate", to=office.ona)
    assert not ApprovalDecision.objects.exists()


def test_a_stand_in_decides_during_the_absence_and_only_then(office):
    office.rule()
    office.day = timezone.localdate()
    first, second = office.submit(office.inspection()), office.submit(office.inspection())
    away = commands.create(
        Absence,
        office.ctx(office.admin),
        user=office.rasa,
        stand_in=office.jonas,
        starts_on=office.day - timedelta(days=1),
        ends_on=office.day + timedelta(days=1),
    )
    assert seats.waiting_for(office.ctx(office.jonas)).count() == 2
    office.decide(first, office.jonas)
    decision = ApprovalDecision.objects.get()
    assert (decision.seat.user, decision.decided_by) == (office.rasa, office.jonas)

    commands.change(away, office.ctx(office.admin), ends_on=office.day)
    assert not seats.waiting_for(office.ctx(office.jonas)).exists()
    with pytest.raises(ApprovalRequest.DoesNotExist):
        office.decide(second, office.jonas)


def test_steps_in_series_ask_one_after_another_and_in_parallel_all_at_once(office):
    steps = ({"who": "manager"}, {"who": "manager", "levels": 2})
    office.rule(*steps)
    inspection = office.inspection()
    request = office.submit(inspection)
    assert not seats.waiting_for(office.ctx(office.petras)).exists()
    with pytest.raises(PermissionDenied):
        office.decide(request, office.petras)
    office.decide(request, office.rasa)
    assert state(inspection) == "draft"
    office.decide(request, office.petras)
    assert state(inspection) == "submitted"

    ApprovalRule.objects.update(order="parallel")
    inspection = office.inspection()
    request = office.submit(inspection)
    office.decide(request, office.petras)
    office.decide(request, office.rasa)
    assert state(inspection) == "submitted"


@pytest.mark.parametrize(("need", "votes", "decisions", "ends"), [
    ("any", 1, ["approve"], "approved"),
    ("any", 1, ["reject"], "refused"),
    ("all", 1, ["approve", "approve", "approve"], "waiting"),
    ("all", 1, ["approve", "reject"], "refused"),
    ("all", 1, ["approve"] * 4, "approved"),
    ("vote", 2, ["approve", "reject"], "waiting"),
    ("vote", 2, ["approve", "reject", "approve"], "approved"),
    ("vote", 2, ["reject", "reject", "reject"], "refused"),
])  # fmt: skip
def test_what_any_all_and_a_vote_mean(office, need, votes, decisions, ends):
    office.rule({"who": "role", "role": Role.objects.get(code="fleet_manager"), "need": need, "votes": votes})
    inspection = office.inspection()
    request = office.submit(inspection)
    for user, verb in zip((office.petras, office.rasa, office.jonas, office.lina), decisions, strict=False):
        office.decide(request, user, verb, comment="because")
    assert state(request) == ends
    assert state(inspection) == ("submitted" if ends == "approved" else "draft")


def test_when_an_approver_leaves_the_others_decide_and_an_empty_step_falls_to_the_next(office):
    """K09: all, any and vote have a defined result when an approver leaves."""
    manager = Role.objects.get(code="fleet_manager")
    office.rule({"who": "role", "role": manager, "need": "all"}, {"who": "user", "user": office.lina})
    inspection = office.inspection()
    request = office.submit(inspection)
    for user in (office.petras, office.rasa, office.jonas):
        office.decide(request, user)
    assert state(request) == "waiting"

    office.lina.set_unusable_password()
    office.lina.save()
    commands.change(office.lina, office.ctx(office.admin), is_active=False)
    jobs.run_pending()
    assert state(request) == "waiting"  # the first step is done; the second, Lina's alone, falls to Ona's manager
    assert [s.user for s in seats.open_seats(request)] == [office.rasa]
    office.decide(request, office.rasa)
    assert state(inspection) == "submitted"


def test_out_of_time_the_next_person_is_asked_and_their_word_is_enough(office):
    """K09: timeout path."""
    office.rule(
        {
            "who": "role",
            "role": Role.objects.get(code="fleet_manager"),
            "need": "all",
            "timeout_hours": 24,
            "escalate_to": office.admin,
        }
    )
    inspection = office.inspection()
    request = office.submit(inspection)
    jobs.defer("kernel.approvals", None)
    jobs.run_pending()
    assert not request.stages.get().escalated

    request.stages.update(due_at=timezone.now() - timedelta(minutes=1))
    for _twice in range(2):
        jobs.defer("kernel.approvals", None)
        jobs.run_pending()
    assert [s.why for s in request.stages.get().seats.filter(user=office.admin)] == ["escalation"]
    office.decide(request, office.admin)
    assert state(inspection) == "submitted"


def test_asking_back_withdrawing_and_deciding_again(office):
    office.rule({"who": "role", "role": Role.objects.get(code="fleet_manager"), "need": "all"})
    inspection = office.inspection()
    request = office.submit(inspection)
    office.decide(request, office.rasa, "return", comment="Which garage?")
    assert state(request) == "returned"
    assert Notification.objects.filter(user=office.ona, title__startswith="Sent back", text="Which garage?").exists()

    again = office.submit(inspection)
    with pytest.raises(PermissionDenied):
        office.decide(again, office.rasa, "recall")
    office.decide(again, office.ona, "recall")
    assert state(again) == "recalled"

    third = office.submit(inspection)
    office.decide(third, office.rasa)
    with pytest.raises(errors.Conflict, match="first decision"):  # K09: recall refused after the first decision
        office.decide(third, office.ona, "recall")
    with pytest.raises(errors.Conflict, match="decided already"):
        office.decide(third, office.rasa, "reject", comment="changed my mind")


def test_a_seat_is_handed_over(office):
    office.rule()
    inspection = office.inspection()
    request = office.submit(inspection)
    office.decide(request, office.rasa, "delegate", to=office.lina)
    with pytest.raises(PermissionDenied):
        office.decide(request, office.rasa)
    office.decide(request, office.lina)
    assert state(inspection) == "submitted"


def test_editing_an_approved_field_voids_the_approval_and_editing_a_note_does_not(office):
    """D07."""
    office.rule()
    inspection = office.inspection()
    request = office.submit(inspection)
    commands.change(inspection, office.ctx(office.ona), note="Called the garage.")
    assert state(request) == "waiting"
    line = inspection.lines.get()
    commands.change(inspection, office.ctx(office.ona), lines=[{"id": line.pk, "price": "151"}])
    assert state(request) == "voided"
    with pytest.raises(errors.Conflict):
        office.decide(request, office.rasa)
    assert state(inspection) == "draft"

    second = office.submit(inspection)
    office.decide(second, office.rasa)
    second.refresh_from_db()
    assert second.state == "approved"
    version = second.snapshot  # D07: printing uses the approved version
    assert version["lines"][0]["price"] == "151.0000"
    assert Decimal(version["header"]["total"]) == 151


def test_a_change_behind_the_back_of_an_approval_is_seen_before_the_verb_is_performed(office):
    office.rule()
    inspection = office.inspection()
    request = office.submit(inspection)
    inspection.lines.update(price="9000")
    office.decide(request, office.rasa)
    assert state(request) == "voided"
    assert state(inspection) == "draft"


def test_what_is_approved_but_refused_by_a_guard_can_be_done_later_without_asking_again(office):
    office.rule(amount_path="", limit=None)
    inspection = office.inspection()
    request = office.submit(inspection)
    lines = [{"id": line.pk} for line in inspection.lines.all()]
    guards = workflow._guards["fleet.inspection", "submit"]

    def closed(inspection, ctx):
        raise ValidationError("The garage is closed today.")

    guards.append(closed)
    try:
        office.decide(request, office.rasa)
    finally:
        guards.remove(closed)
    assert state(request) == "approved"
    assert request.failure == "The garage is closed today."
    assert request.performed_at is None
    assert lines
    assert commands.perform(inspection, "submit", office.ctx(office.ona)).state == "submitted"
    assert state(request) == "approved"
    assert request.performed_at


def test_one_repair_cut_into_pieces_below_the_limit_is_noticed(office):
    """K09: order splitting under the limit detected."""
    office.rule(split_days=7)
    first = commands.perform(office.inspection("95"), "submit", office.ctx(office.ona))
    request = office.submit(office.inspection("95"))
    assert request.route["splitting"] == {"records": [first.number], "total": "190.0000", "days": 7}

    assert commands.perform(office.inspection("95", user=office.jonas), "submit", office.ctx(office.jonas)).number
    other_week = office.ctx(office.ona).on(office.ctx(office.ona).business_date + timedelta(days=8))
    assert commands.perform(office.inspection("95"), "submit", other_week).state == "submitted"


def test_a_rule_that_names_what_is_not_there_is_refused_field_by_field(office):
    with pytest.raises(ValidationError) as refusal:
        office.rule(entity="fleet.plane")
    assert set(refusal.value.message_dict) == {"entity"}
    with pytest.raises(ValidationError) as refusal:
        office.rule(verb="fly", amount_path="altitude", condition="wings > 2")
    assert set(refusal.value.message_dict) == {"verb", "amount_path", "condition"}
    with pytest.raises(ValidationError, match="Name the person or the role"):
        office.rule({"who": "user"})


def test_a_rule_of_another_company_or_department_asks_nobody(office):
    office.rule(company=office.cast.other_company)
    office.rule(name="Sales only", department=office.cast.sales)
    jonas_has_no_department = office.inspection(user=office.jonas)
    assert commands.perform(jonas_has_no_department, "submit", office.ctx(office.jonas)).state == "submitted"
    assert office.submit(office.inspection()).rule.name == "Sales only"  # North belongs to Sales


def test_who_is_asked_is_told_on_the_bell_and_by_mail_in_their_language(office):
    office.rasa.language = "lt"
    office.rasa.save()
    office.rule()
    request = office.submit(office.inspection())
    news = Notification.objects.get(user=office.rasa)
    assert (news.kind, news.href) == ("approval", f"/inbox/approvals/{request.pk}/")
    mail = OutgoingMail.objects.get(user=office.rasa)
    assert (mail.language, mail.state, mail.to) == ("lt", "queued", "rasa@example.com")
    assert "150" in mail.text


def test_requests_are_seen_by_those_concerned_only(office):
    office.rule()
    request = office.submit(office.inspection())
    for user, sees in ((office.ona, True), (office.rasa, True), (office.jonas, False), (office.admin, True)):
        assert access.rows(office.ctx(user), ApprovalRequest).filter(pk=request.pk).exists() is sees


def test_a_second_click_on_submit_raises_no_second_request(office):
    office.rule()
    inspection = office.inspection()
    assert office.submit(inspection) == office.submit(inspection)
    assert ApprovalRequest.objects.count() == 1


# -- with real connections ---------------------------------------------------------------------------------------------


def together(*jobs_):
    def run(job):
        try:
            return job()
        except (ValidationError, PermissionDenied) as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(jobs_)) as pool:
        return list(pool.map(run, jobs_))


def test_a_double_click_is_one_decision(committed_office):
    """K09, D12: two clicks at the same moment make one decision, perform the verb once, and both are answered."""
    office = committed_office
    office.rule()
    inspection = office.inspection()
    request = office.submit(inspection)
    contexts = [office.ctx(office.rasa) for _ in range(5)]
    answers = together(*[lambda c=c: commands.perform(request, "approve", c) for c in contexts])
    assert [type(a) for a in answers] == [ApprovalRequest] * 5
    assert ApprovalDecision.objects.count() == 1
    assert AuditEntry.objects.filter(entity="fleet.inspection", verb="submit").count() == 1
    assert state(inspection) == "submitted"


def test_last_votes_at_once_perform_the_verb_once(committed_office):
    office = committed_office
    office.rule({"who": "role", "role": Role.objects.get(code="fleet_manager"), "need": "vote", "votes": 2})
    inspection = office.inspection()
    request = office.submit(inspection)
    contexts = [office.ctx(u) for u in (office.petras, office.rasa, office.jonas, office.lina)]
    together(*[lambda c=c: commands.perform(request, "approve", c) for c in contexts])
    assert AuditEntry.objects.filter(entity="fleet.inspection", verb="submit").count() == 1
    assert (state(request), state(inspection)) == ("approved", "submitted")


def test_an_edit_and_the_last_approval_at_once_never_perform_what_was_not_approved(committed_office):
    office = committed_office
    office.rule()
    for _round in range(5):
        inspection = office.inspection()
        request = office.submit(inspection)
        edit, approve = office.ctx(office.ona), office.ctx(office.rasa)
        together(
            lambda e=edit, i=inspection: commands.change(i, e, mileage=77),
            lambda a=approve, r=request: commands.perform(r, "approve", a),
        )
        inspection.refresh_from_db()
        if inspection.state == "submitted":
            assert inspection.mileage == 0
        else:
            assert (inspection.mileage, state(request)) == (77, "voided")


def test_two_people_ask_at_once_and_one_request_waits(committed_office):
    office = committed_office
    office.rule()
    inspection = office.inspection()
    contexts = [office.ctx(office.ona) for _ in range(4)]

    def ask(ctx):
        try:
            commands.perform(inspection, "submit", ctx)
        except errors.ApprovalRequired as waiting:
            return waiting.request.pk
        return None

    answers = together(*[lambda c=c: ask(c) for c in contexts])
    assert set(answers) == {ApprovalRequest.objects.get().pk}
