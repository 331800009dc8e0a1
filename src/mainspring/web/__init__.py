"""Pages for people and doors for programs: everything HTTP, made from the registry; knows no module."""
