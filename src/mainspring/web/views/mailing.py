"""A record sent by mail, from its page."""

from django import forms as django_forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods

from mainspring.kernel import mailing, printing, sharing
from mainspring.kernel.ids import uuid7
from mainspring.kernel.models import Attachment
from mainspring.web import addresses, forms
from mainspring.web.views import base


@require_http_methods(["GET", "POST"])
@base.of_record
def send(request, res, record):
    """GET: the dialog with what is proposed. POST: queue the mail."""
    if not mailing.may_send(record, request.ctx):
        raise Http404
    form = _form(request, record)
    if request.method == "POST":
        sent = {name: request.POST.get(name, "") for name in ("to", "subject", "text", "language")}
        layout = request.POST.get("layout", "") if "printed" in request.POST else None
        try:
            mailing.send(
                record, base.with_key(request), **sent, layout=layout, attachments=request.POST.getlist("files")
            )
            text = _("The mail to %(to)s is on its way.") % {"to": sent["to"]}
            return base.done(text=text, topics=("record", f"record:{record.pk}"))
        except ValidationError as error:
            form.show_errors(error)
    return render(
        request,
        "web/dialog.html",
        {
            "title": _("Send by mail: %(record)s") % {"record": record},
            "form": form,
            "url": addresses.of_resource(res, record.pk, "mail"),
            "submit": _("Send mail"),
            "hidden": [("idempotency_key", request.POST.get("idempotency_key") or str(uuid7()))],
        },
        status=422 if form.errors else 200,
    )


def _form(request, record) -> forms.RecordForm:
    """Recipient, language, subject, words, and what goes along."""
    start = mailing.proposal(record, request.ctx)
    form = forms.RecordForm(request.POST if request.method == "POST" else None)
    known = [(address, f"{name} <{address}>" if name else address) for address, name, _language in start["known"]]
    form.fields["to"] = django_forms.CharField(
        label=pgettext("e-mail", "To"),
        initial=start["to"],
        help_text=_("Several addresses are divided by commas."),
        widget=Addresses(known),
    )
    form.fields["language"] = django_forms.ChoiceField(
        label=_("Language of the printed form"), choices=settings.LANGUAGES, initial=start["language"]
    )
    form.fields["subject"] = django_forms.CharField(label=_("Subject"), initial=start["subject"])
    form.fields["text"] = django_forms.CharField(
        label=_("Text"), initial=start["text"], widget=django_forms.Textarea(attrs={"rows": 7})
    )
    form.fields["printed"] = django_forms.BooleanField(label=_("Attach the printed form"), initial=True, required=False)
    layouts = [(name, str(one.label) or _("Usual")) for name, one in printing.layouts_of(type(record)).items()]
    if len(layouts) > 1:
        form.fields["layout"] = django_forms.ChoiceField(label=_("Layout"), choices=layouts)
    about = Attachment.about(record)
    files = Attachment.objects.filter(
        sharing.readable(request.ctx), entity=about["entity"], record_id=about["record_id"], field=""
    )
    if files:
        form.fields["files"] = django_forms.MultipleChoiceField(
            label=_("Files"),
            choices=[(str(f.pk), f.name) for f in files],
            widget=django_forms.CheckboxSelectMultiple,
            required=False,
        )
    for field in form.fields.values():
        field.kind = "text"
    return form


class Addresses(django_forms.TextInput):
    """Addresses, with the people a record concerns as proposals."""

    template_name = "web/parts/addresses.html"

    def __init__(self, known):
        super().__init__(attrs={"autocomplete": "off"})
        self.known = known

    def get_context(self, name, value, attrs):
        return super().get_context(name, value, attrs | {"list": "known-addresses"}) | {"known": self.known}
