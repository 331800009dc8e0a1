"""From a need to the paid bill: purchase requests, sources, purchase orders, receipts, bill matching and returns."""
