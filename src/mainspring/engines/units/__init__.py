"""Units of measure: exact factors, one conversion, whole packages."""
