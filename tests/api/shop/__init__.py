"""A small shop, only in the tests: orders with lines, so that the interfaces are tested apart from any module."""
