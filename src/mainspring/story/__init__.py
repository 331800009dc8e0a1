"""The first day of business, walked step by step through the product's own verbs: from a lead to the closed books."""
