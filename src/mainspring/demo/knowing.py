"""What the demo company knows about its customers once its days were lived: as the nightly job works it out."""

from mainspring.kernel import preferences
from mainspring.kernel.models import Company
from mainspring.modules.analytics import commands as analytics

FEW = {"analytics.together_min": 2, "analytics.confidence_min_pct": "20", "analytics.lift_min": "0.5"}
"""With a few dozen orders two customers are many."""


def live(context, size: str) -> None:
    for company in Company.objects.order_by("pk"):
        ctx = context().in_company(company.pk)
        if size == "S":
            preferences.save(ctx, FEW)
        analytics.recalculate(ctx)
