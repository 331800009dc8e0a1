"""What changes leads, deals and the record of follow-ups."""

from . import allocating, cadencing, dealing, following, leading, merging, reminding, subjects, tasks, telling  # noqa: F401
from .leading import recycle

__all__ = ["recycle", "reminding", "tasks"]
"""`tasks.open_for(record, ctx, why=…, due_on=…)` asks for a follow-up from any module above (CRM-22)."""
