"""Tax, payment terms and exchange differences of a document."""
