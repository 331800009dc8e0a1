"""Who tries what: everybody sees the scenarios they own or were shown; promoting asks for the right to each change."""

from mainspring.kernel.roles import grant

from .kinds import KINDS

TRY = " ".join(f"try_{name}" for name in KINDS)
WORK = f"view create change delete export discard reopen {TRY}"
for _code in ("planner", "sales_manager", "manager"):
    grant(_code, "scenarios.scenario", f"{WORK} promote", "own")
    grant(_code, "scenarios.scenariochange", "view delete export", "own")
grant("sales_rep", "scenarios.scenario", "view create change delete discard try_deal", "own")
grant("sales_rep", "scenarios.scenariochange", "view delete", "own")
for _code in ("controller", "buyer", "engineer"):
    grant(_code, "scenarios.scenario", "view", "own")
    grant(_code, "scenarios.scenariochange", "view", "own")
