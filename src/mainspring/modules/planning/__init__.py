"""The plan that is always current: what to make and buy, when, for whom, and what needs a planner."""
