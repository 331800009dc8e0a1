"""The generic pages, by what a person does on them."""
