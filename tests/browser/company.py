"""Prepare the company of the browser tests in an empty data folder: a few days of the demo, everybody in English.

python tests/browser/company.py     (with MAINSPRING_DATA naming the folder)
"""

import os
from dataclasses import replace
from pathlib import Path

DAYS = 5
READERS = {"reader_en": "en", "reader_lt": "lt", "reader_zh": "zh-hans"}
"""People who hold every role, for the tests that visit all pages."""


def fill() -> None:
    from mainspring.demo import loading
    from mainspring.kernel.models import Membership, Role, Site, Territory, User
    from mainspring.modules.organization import demo_data
    from mainspring.site.commands import migrate

    migrate.migrate(verbosity=0)
    loading.EXTENTS["S"] = replace(loading.EXTENTS["S"], last_days=DAYS)
    loading.load("S", out=lambda text: None)
    User.objects.exclude(username__endswith="_cn").update(language="en")
    company = Membership.objects.filter(user__username="accountant").get().company
    for name, language in READERS.items():
        person = User(username=name, first_name="Ona", last_name="Li", language=language, email=f"{name}@example.com",
                      default_company=company)  # fmt: skip
        person.set_password(demo_data.PASSWORD)
        person.save()
        for role in Role.objects.filter(portal=False).exclude(code__in=("auditor", "integrator")):
            one = Membership.objects.create(user=person, role=role, company=company)
            one.sites.set(Site.objects.filter(company=company))
            one.territories.set(Territory.objects.all())


def main() -> None:
    """Fill the folder and leave `company.made` in it, empty or with what went wrong."""
    from mainspring.site import cli

    made = Path(os.environ["MAINSPRING_DATA"]) / "company.made"
    try:
        with cli.database():
            cli.set_up_django()
            fill()
    except BaseException as error:
        made.write_text(repr(error))
        raise
    made.write_text("")


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mainspring.site.settings")
    main()
