"""Printed forms."""
def pdf(record, ctx, layout=""): return b""
