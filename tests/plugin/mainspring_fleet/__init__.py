"""Vehicles of the company and their inspections. Shows that a package adds a module without a change of the core."""
