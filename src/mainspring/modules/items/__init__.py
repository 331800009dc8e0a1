"""What the company buys, makes, keeps and sells: items, their categories, units, sites and standard costs."""
