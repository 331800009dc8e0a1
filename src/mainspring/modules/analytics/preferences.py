"""How customers are judged, by company."""

from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from mainspring.kernel.preferences import Preference

Preference("analytics.window_days", "integer", 365, _("Orders of so many days count"), minimum=30, maximum=3650)
Preference("analytics.new_days", "integer", 90, _("A customer is new for (days)"), minimum=1, maximum=730)
Preference(
    "analytics.abc_by",
    "choice",
    "revenue",
    _("ABC classes by"),
    choices=(("revenue", _("What was ordered")), ("margin", _("Margin"))),
)
Preference("analytics.abc_a_pct", "decimal", Decimal(80), _("A makes the first (%)"), minimum=1, maximum=100)
Preference("analytics.abc_b_pct", "decimal", Decimal(95), _("A and B make the first (%)"), minimum=1, maximum=100)
Preference("analytics.risk_raised_pct", "decimal", Decimal(75), _("Risk is raised from (%)"), minimum=1, maximum=100)
Preference("analytics.risk_high_pct", "decimal", Decimal(90), _("Risk is high from (%)"), minimum=1, maximum=100)
Preference(
    "analytics.together_min", "integer", 4, _("Customers who must have bought both items"), minimum=2, maximum=100000
)
Preference(
    "analytics.confidence_min_pct",
    "decimal",
    Decimal(30),
    _("Share of buyers a suggestion needs (%)"),
    minimum=1,
    maximum=100,
)
Preference("analytics.lift_min", "decimal", Decimal("1.2"), _("Lift a suggestion needs"), minimum=0, maximum=1000)
