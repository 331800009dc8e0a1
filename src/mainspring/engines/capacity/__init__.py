"""Load against capacity: what orders take of each work center, day by day, and what it has to give."""
