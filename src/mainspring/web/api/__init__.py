"""The REST interface: every resource under /api/v1/<module>/<resources>/, with the rules of pages and no others."""
