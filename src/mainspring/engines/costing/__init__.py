"""Stock valuation as a replay: events in their true order give values, and values give adjustments."""
