"""Follow-ups on the timeline of their lead, deal or customer: words, voice notes and pictures in one entry (CRM-07)."""

from collections import defaultdict

from mainspring.kernel import access, moved, notifications, sharing, timeline
from mainspring.kernel.models import Attachment

from .cadencing import MODELS
from .models import Activity

ICONS = {
    "call": "phone",
    "mail": "mail",
    "visit": "map-pin",
    "meeting": "users",
    "message": "message",
    "other": "message-2",
}


@timeline.more.fill
def follow_ups(ctx, record, before, limit):
    """What was said, in the stead of the verb that noted it; a customer's timeline tells of its deals' talks too."""
    name = next((name for name, model in MODELS.items() if isinstance(record, model)), None)
    if name is None or not access.can(ctx, Activity, "view"):
        return None
    rows = access.rows(ctx, Activity).filter(**{f"{name}__in": moved.keys_of(record)}, automatic=False)
    rows = rows.filter(at__lt=before) if before is not None else rows
    found = list(rows.select_related("user").order_by("-at", "-pk")[: limit + 1])
    files = _files(ctx, found)
    return [_entry(one, files[one.pk]) for one in found], ("log",)


def _entry(one: Activity, files: list[dict]) -> timeline.Entry:
    return timeline.Entry(
        f"follow-up-{one.pk}",
        "verb",
        one.at,
        str(one.user or ""),
        str(one.get_method_display()),
        one.content,
        href=notifications.page_of("crm.activity", one.pk),
        icon=ICONS.get(one.method, "message-2"),
        files=files,
    )


def _files(ctx, written: list[Activity]) -> dict[int, list[dict]]:
    """Voice notes and pictures by follow-up."""
    found = defaultdict(list)
    keys = [str(one.pk) for one in written]
    rows = Attachment.objects.filter(sharing.readable(ctx), entity="crm.activity", record_id__in=keys, field="")
    for file in rows.order_by("pk") if keys else ():
        kind = file.content_type.partition("/")[0]
        found[int(file.record_id)].append({"name": file.name, "href": f"/files/{file.pk}/", "kind": kind})
    return found
