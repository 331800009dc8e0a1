"""The `mainspring` command: each file of `mainspring.site.commands` is one subcommand."""

import argparse
import importlib
import os
import pkgutil
import sys
from collections.abc import Sequence

from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied, ValidationError

from mainspring.site import commands


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 0 when it worked, 1 when it refused, 2 when it was called wrongly."""
    arguments = sys.argv[1:] if arguments is None else arguments
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mainspring.site.settings")
    if arguments[:1] == ["manage"]:
        return _manage(arguments[1:])
    options = _parser(arguments[:1]).parse_args(arguments)
    try:
        return _run(options.command, options)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # whoever read the output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (ValidationError, PermissionDenied, OSError) as error:
        return _refuse(options.name, error)


def _refuse(name: str, error) -> int:
    for message in _messages(error):
        print(f"mainspring {name}: {message}", file=sys.stderr)
    return 1


def _messages(error) -> list[str]:
    """What was wrong, each with the name of what it is about."""
    if hasattr(error, "error_dict"):
        return [
            text if name == NON_FIELD_ERRORS else f"{name}: {text}"
            for name, texts in error.message_dict.items()
            for text in texts
        ]
    return getattr(error, "messages", None) or [str(error)]


def _parser(asked: Sequence[str] = ()) -> argparse.ArgumentParser:
    """The parser of the command asked for alone, as each imports what it needs; of all where none is named."""
    parser = argparse.ArgumentParser(prog="mainspring", description="Runs a company on one database.")
    chosen = parser.add_subparsers(dest="name", required=True, metavar="COMMAND")
    names = {found.name.rstrip("_"): found.name for found in pkgutil.iter_modules(commands.__path__)}
    for name in sorted(names.keys() & set(asked) or names):
        command = importlib.import_module(f"{commands.__name__}.{names[name]}")
        subparser = chosen.add_parser(name, help=command.HELP, description=command.__doc__)
        command.add_arguments(subparser)
        subparser.set_defaults(command=command)
    chosen.add_parser("manage", help="any Django command, for example: manage dbshell", add_help=False)
    return parser


def _run(command, options) -> int:
    needs = getattr(command, "SETUP", "django")
    if needs == "nothing":
        return command.run(options) or 0
    from mainspring.site import postgres  # its driver takes longer to load than some commands run

    try:
        with database():
            if needs == "django":
                set_up_django()
            return command.run(options) or 0
    except postgres.ServerError as error:
        return _refuse(options.name, error)


def _manage(arguments: list[str]) -> int:
    from django.core.management import execute_from_command_line

    with database():
        execute_from_command_line(["mainspring manage", *arguments])
    return 0


class database:
    """Context: the embedded server runs, unless DATABASE_URL names another."""

    def __enter__(self):
        from mainspring.site import postgres

        self.server = None if os.environ.get("DATABASE_URL") else postgres.Server().start()
        return self

    def __exit__(self, *_):
        if self.server:
            if "django.db" in sys.modules:
                from django.db import connections

                connections.close_all()
            self.server.stop()


def set_up_django() -> None:
    """Load settings and apps."""
    import django

    from mainspring.site import garbage

    django.setup()
    garbage.settle()


if __name__ == "__main__":
    sys.exit(main())
