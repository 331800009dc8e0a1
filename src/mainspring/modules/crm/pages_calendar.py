"""The secret calendar address: what programs read there, and the page where its owner makes and withdraws it."""

import hashlib

import segno
from django import forms
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, HttpResponseNotModified
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mainspring.kernel import access, commands, errors, rates
from mainspring.web.views import base

from . import feeding
from .models import Before, CalendarFeed, FollowUpTask, ReminderHabit

READS_PER_MINUTE = 30
"""Of one address; and three times as many of wrong ones from one machine."""


@require_safe
def calendar(request, text):
    """The calendar of an address: 304 when nothing changed, 404 for a wrong one, 429 when asked too often."""
    feed = feeding.resolve(text)
    machine = f"ics:{request.META.get('REMOTE_ADDR', '')}"
    allowed = rates.take(f"ics:{feed.pk}", READS_PER_MINUTE) if feed else rates.take(machine, READS_PER_MINUTE * 3)
    if not allowed.allowed:
        return HttpResponse(status=429, headers={"Retry-After": str(int(allowed.wait) + 1)})
    if feed is None:
        raise Http404
    content = feeding.calendar_of(feed.user)
    headers = {
        "ETag": f'"{hashlib.sha256(content).hexdigest()[:32]}"',
        "Cache-Control": "private, no-cache",
        "Referrer-Policy": "no-referrer",
        "X-Robots-Tag": "noindex",
    }
    if headers["ETag"] in request.headers.get("If-None-Match", "").replace("W/", "").split(", "):
        return HttpResponseNotModified(headers=headers)
    return HttpResponse(
        content,
        content_type="text/calendar; charset=utf-8",
        headers=headers | {"Content-Disposition": 'inline; filename="follow-ups.ics"'},
    )


class HabitForm(forms.Form):
    """How one wants to be reminded."""

    before_minutes = forms.TypedChoiceField(label=gettext_lazy("Remind me"), coerce=int, choices=Before.choices)
    day_starts_at = forms.TimeField(
        label=gettext_lazy("Tasks without a time are due at"), widget=forms.TimeInput(attrs={"type": "time"})
    )
    quiet_from = forms.TimeField(
        label=gettext_lazy("Quiet from"), required=False, widget=forms.TimeInput(attrs={"type": "time"})
    )
    quiet_until = forms.TimeField(
        label=gettext_lazy("Quiet until"), required=False, widget=forms.TimeInput(attrs={"type": "time"})
    )
    by_mail = forms.BooleanField(label=gettext_lazy("Also by e-mail"), required=False)


@require_http_methods(["GET", "POST"])
@base.signed_in
def page(request):
    """How I am reminded, and my calendar address; a new address is shown once, in the answer that made it."""
    if not access.can(request.ctx, FollowUpTask, "view"):
        raise Http404
    habit = ReminderHabit.objects.filter(user=request.user).first() or ReminderHabit(user=request.user)
    first = {name: getattr(habit, name) for name in HabitForm.base_fields}
    form, made, status = HabitForm(initial=first), "", 200
    if request.method == "POST" and request.POST.get("what") == "address":
        made = feeding.address(feeding.issue(request.ctx)[1])
    elif request.method == "POST":
        form = HabitForm(request.POST)
        if _save(request.ctx, habit, form):
            return redirect("/crm/reminders/")
        status = 422
    answer = render(request, "crm/reminders.html", _context(request, form, made), status=status)
    answer["Cache-Control"] = "no-store"
    return answer


def _save(ctx, habit: ReminderHabit, form: HabitForm) -> bool:
    if not form.is_valid():
        return False
    try:
        if habit.pk:
            commands.change(habit, ctx, **form.cleaned_data)
        else:
            commands.create(ReminderHabit, ctx, user=ctx.user, **form.cleaned_data)
    except ValidationError as error:
        for name, messages in errors.by_field(error).items():
            form.add_error(name if name in form.fields else None, messages)
        return False
    return True


def _context(request, form, made: str) -> dict:
    feed = CalendarFeed.objects.filter(user=request.user, revoked_at=None).first()
    return {
        "page": {
            "title": _("Reminders and calendar"),
            "subtitle": _("When you are reminded of follow-ups, and where your calendar finds them."),
            "trail": [{"label": _("My day"), "href": "/crm/my-day/"}],
        },
        "form": form,
        "made": made,
        "subscribe": made.replace("https://", "webcal://").replace("http://", "webcal://"),
        "picture": segno.make(made, error="m").svg_data_uri(scale=4, border=2) if made else "",
        "feed": feed,
        "prefix": feed.prefix if feed else "",
        "since": date_format(feed.created_at, "SHORT_DATE_FORMAT") if feed else "",
        "read": date_format(feed.last_read_at, "SHORT_DATETIME_FORMAT") if feed and feed.last_read_at else "",
        "zone": request.user.time_zone,
    }


@require_POST
@base.signed_in
def withdraw(request):
    """One's own address stops working at once."""
    feed = CalendarFeed.objects.filter(user=request.user, revoked_at=None).first()
    if feed is None:
        raise Http404
    commands.perform(feed, "revoke", request.ctx)
    return base.done(redirect="/crm/reminders/", text=_("The address no longer works."))


urlpatterns = [
    path("calendar/<str:text>.ics", calendar, name="calendar-feed"),
    path("reminders/", page, name="reminders"),
    path("reminders/withdraw/", withdraw, name="reminders-withdraw"),
]
