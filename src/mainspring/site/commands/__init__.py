"""One module per command of `mainspring`: `add_arguments(parser)` and `run(options) -> int | None`.

HELP is the line shown by `mainspring --help`. SETUP says what must be ready before `run`:
"nothing", "database" (the server runs) or "django" (the server runs and Django is set up; the default).
"""
