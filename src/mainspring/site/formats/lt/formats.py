"""Numbers in Lithuanian: digits in threes, set apart by a space that does not break (1 234,56)."""

DECIMAL_SEPARATOR = ","
THOUSAND_SEPARATOR = "\u00a0"
NUMBER_GROUPING = 3
