"""What people who keep items and bills of material find on their home."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from mainspring.kernel import access, database, formats, home
from mainspring.modules.items.models import Item

from .models import Bom

SHOWN_MAX = 200

home.watch(
    "engineering/boms",
    {"state": "released", "valid_to": "next_30_days"},
    ngettext_lazy("%(count)d bill of material ends soon", "%(count)d bills of material end soon", "count"),
    _("Valid for thirty days at most. Make the next revision before it ends."),
    verb="change",
    icon="binary-tree",
    tone="amber",
    due="valid_to",
)
home.watch(
    "engineering/routings",
    {"state": "released", "valid_to": "next_30_days"},
    ngettext_lazy("%(count)d routing ends soon", "%(count)d routings end soon", "count"),
    _("Valid for thirty days at most. Make the next revision before it ends."),
    verb="change",
    icon="route",
    tone="amber",
    due="valid_to",
)


home.watch(
    "engineering/boms",
    {"state": "draft"},
    ngettext_lazy(
        "%(count)d draft version of a bill of material", "%(count)d draft versions of bills of material", "count"
    ),
    _("Nobody makes anything from a draft. Release it when it is right."),
    verb="release",
    icon="binary-tree",
)
home.watch(
    "engineering/engineering-changes",
    {"state": "draft"},
    ngettext_lazy("%(count)d engineering change to carry out", "%(count)d engineering changes to carry out", "count"),
    _("Look at the bills it changes, leave out what is to stay, and change all at once."),
    verb="carry_out",
    icon="git-compare",
    due="effective_on",
)


@home.exceptions.fill
def made_without_bill(ctx):
    """Made items that nobody has said how to make."""
    if not access.can(ctx, Bom, "change") or not access.can(ctx, Item, "view"):
        return []
    missing = database.rows(
        """
        SELECT i.id FROM items_item i
        WHERE i.active AND i.make_or_buy = 'make' AND NOT EXISTS (
            SELECT FROM engineering_bom b WHERE b.item_id = i.id AND b.active
              AND (b.valid_from IS NULL OR b.valid_from <= %(today)s)
              AND (b.valid_to IS NULL OR b.valid_to > %(today)s))
        ORDER BY i.code LIMIT %(most)s""",
        today=ctx.business_date,
        most=SHOWN_MAX,
    )
    return home.listed(
        "items/items",
        [row["id"] for row in missing],
        ngettext_lazy(
            "%(count)d made item without a bill of material", "%(count)d made items without a bill of material", "count"
        ),
        _("Nothing valid today says what they are made of, so no order of them can be planned in full."),
        icon="binary-tree",
        tone="red",
    )


@home.numbers.fill
def kept(ctx):
    """How many items and bills of material there are to keep."""
    if not access.can(ctx, Bom, "create") or not access.can(ctx, Item, "create"):
        return []
    items = access.rows(ctx, Item).filter(active=True)
    return [
        home.Number(
            _("Active items"),
            formats.number(items.count()),
            href="/items/items/?active=true",
            note=_("made, bought and services"),
            order=60,
        ),
        home.Number(
            _("Valid bills of material"),
            formats.number(access.rows(ctx, Bom).filter(active=True).count()),
            href="/engineering/boms/?state=released",
            note=_("active, of all revisions"),
            order=62,
        ),
    ]
