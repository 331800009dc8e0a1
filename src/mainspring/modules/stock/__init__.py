"""Stock: where every item lies, what is reserved, what is on its way, and what it is worth, to the cent."""
