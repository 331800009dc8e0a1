"""Verbs of these documents."""
