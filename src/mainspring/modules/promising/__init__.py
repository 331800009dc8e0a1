"""The earliest date a quantity can be promised, from free stock, incoming supply and, last, the lead time."""
