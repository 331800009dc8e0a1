"""Puts the product together: settings, addresses, the database server and the command line."""
