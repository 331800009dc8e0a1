"""Reasons the workshop of the demo gives."""

from mainspring.modules.organization.demo import bulk

from .models import Reason

REASONS = (
    ("DENT", "Dent or scratch", "scrap"),
    ("RUNS", "Runs in the paint", "scrap"),
    ("CRACK", "Crack in the weld", "scrap"),
    ("SIZE", "Wrong size", "scrap"),
    ("RECOAT", "Coat again", "rework"),
    ("REALIGN", "Align again", "rework"),
    ("MATERIAL", "No material", "pause"),
    ("BREAKDOWN", "Machine broken", "pause"),
    ("SETUP", "Waiting for the setter", "pause"),
    ("BREAK", "Break", "pause"),
)


def load(ctx_factory, size: str, rng, out) -> None:
    """Why there is scrap and rework, and why work stands still."""
    bulk(Reason, ctx_factory(), [{"code": code, "name": name, "kind": kind} for code, name, kind in REASONS])
