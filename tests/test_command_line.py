"""The command line says what was wrong in one line, and never shows its insides."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from mainspring.site import cli
from mainspring.site.commands import export, token


@pytest.fixture
def says(monkeypatch, capsys):
    """Run a command whose work ends in an error; (exit code, what it printed)."""

    def run(error: Exception, *arguments: str) -> tuple[int, str]:
        def fail(command, options):
            raise error

        monkeypatch.setattr(cli, "_run", fail)
        return cli.main(list(arguments)), capsys.readouterr().err

    return run


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (ValidationError({"company": "There is no company “XX”."}), "company: There is no company “XX”."),
        (ValidationError("Nothing to do."), "mainspring check: Nothing to do."),
        (PermissionDenied("You may not do this."), "mainspring check: You may not do this."),
        (FileNotFoundError(2, "No such file or directory", "/nowhere/x"), "/nowhere/x"),
    ],
)
def test_a_refusal_is_one_line_and_the_exit_code_one(says, error, text):
    code, said = says(error, "check")
    assert code == 1
    assert text in said
    assert said.count("\n") == 1


def test_a_token_is_refused_that_nobody_meant(django_user_model, db):
    django_user_model.objects.create(username="ona")
    for wrong, text in (
        (["--days", "-3"], "above zero"),
        (["--allow", "sales.nothing:view"], "is not a record type"),
        (["--allow", "sales.*:"], "needs a list of verbs"),
    ):
        options = cli._parser().parse_args(["token", "ona", *wrong])
        with pytest.raises(ValidationError, match=text):
            token.run(options)


def test_an_export_names_the_column_it_does_not_know(django_user_model, db):
    from mainspring.kernel.models import Company, Currency

    currency = Currency.objects.get_or_create(code="EUR", defaults={"name": "Euro"})[0]
    Company.objects.create(code="A", name="A", base_currency=currency, country="LT")
    django_user_model.objects.create(username="boss", is_superuser=True)
    options = cli._parser().parse_args(["export", "items/items", "--columns", "code,colour"])
    with pytest.raises(ValidationError, match="colour"):
        export.run(options)
    with pytest.raises(ValidationError, match="There is no company"):
        export.run(cli._parser().parse_args(["export", "items/items", "--company", "XX"]))
