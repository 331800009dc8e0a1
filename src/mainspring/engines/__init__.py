"""Planning and calculation: pure functions over frozen data; no Django, clock, file or network."""
