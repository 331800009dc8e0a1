"""The workshop's schedule: every operation on its machine at its minute, moved by hand where they know better."""
