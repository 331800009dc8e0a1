"""What changes leads, customers in pools, deals and the record of follow-ups."""

from . import (  # noqa: F401 - they register what they do
    admitting,
    allocating,
    cadencing,
    dealing,
    feeding,
    following,
    handing,
    keeping,
    leading,
    merging,
    opening,
    pipeline,
    receiving,
    recycling,
    reminding,
    scoring,
    subjects,
    targeting,
    tasks,
    telling,
)
from .expecting import agreed, ordered, replan
from .leading import recycle

__all__ = ["agreed", "feeding", "handing", "ordered", "recycle", "recycling", "reminding", "replan", "tasks"]
"""`tasks.open_for(record, ctx, why=…, due_on=…)` asks for a follow-up from any module above (CRM-22)."""
