"""Finite scheduling: job shops, flexible job shops and industrial plans with calendars, people, tools and change-overs.

Importing this package is cheap; Numba and OR-Tools are loaded by the module that solves.
"""
