"""Planning problems read from plain files: one file a subject of `mainspring solve`."""
