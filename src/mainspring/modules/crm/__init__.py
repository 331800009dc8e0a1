"""Winning customers: leads in pools by region, who holds them, deals on their way, and what was said and agreed."""
