"""English as read in all countries."""
