"""The schedule of the workshop: every operation on its machine at its minute, moved by hand where people know better."""
