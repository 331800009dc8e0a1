"""The demo company: a maker and distributor of bicycles whose months are lived through the product's own verbs."""
