"""Single-item lot sizing: when to order how much, exact after Wagner and Whitin, and by the trade's heuristics."""
