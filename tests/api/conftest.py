"""The test shop joins once the test database is made; people and tokens for the calls."""

import json
import sys
from datetime import date
from pathlib import Path

import pytest
from django.apps import AppConfig, apps

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """The test database, and in it the tables of the shop."""
    import shop
    from django.db import connection

    from mainspring.kernel import database

    config = AppConfig("shop", shop)
    config.apps = apps
    apps.app_configs["shop"] = config
    config.import_models()
    apps.clear_cache()
    import shop.resources

    with django_db_blocker.unblock():
        there = connection.introspection.table_names()
        with connection.schema_editor() as editor:
            for model in config.get_models():
                if model._meta.db_table not in there:
                    editor.create_model(model)
        database.install()


@pytest.fixture
def company(db):
    from mainspring.kernel.models import Company, Currency

    euro, _made = Currency.objects.get_or_create(code="EUR", defaults={"name": "Euro"})
    return Company.objects.create(code="ACME", name="Acme", base_currency=euro)


@pytest.fixture
def person(company):
    """Make a person with the role `grants`: {entity: (verbs, scope, fields)}; none: an administrator."""
    from mainspring.kernel.models import Membership, Role, RoleGrant, User

    def make(name, grants=None, *, portal=False, **values):
        user = User.objects.create(username=name, is_superuser=grants is None, default_company=company, **values)
        if grants:
            role = Role.objects.create(code=f"test-{name}", name=name, portal=portal)
            for entity, (verbs, scope, fields) in grants.items():
                RoleGrant.objects.create(role=role, entity=entity, verbs=verbs.split(), scope=scope, fields=fields)
            Membership.objects.create(user=user, role=role, company=company)
        return user

    return make


@pytest.fixture
def admin(person):
    return person("admin")


@pytest.fixture
def ctx(admin, company):
    from mainspring.kernel.context import Context

    return Context(user=admin, business_date=date(2026, 3, 2), company_id=company.pk, source="python")


class Api:
    """Calls with a token; answers carry `.data`."""

    def __init__(self, user, **token):
        from django.test import Client

        from mainspring.kernel import tokens

        self.token, self.text = tokens.issue(user, "test", **token)
        self.client = Client(headers={"Authorization": f"Bearer {self.text}"})

    def __call__(self, method, path, body=None, **headers):
        headers = {k.replace("_", "-"): v for k, v in headers.items()}
        sent = (
            {}
            if body is None
            else {
                "data": body if isinstance(body, str | bytes) else json.dumps(body, default=str),
                "content_type": "application/json",
            }
        )
        answer = getattr(self.client, method)(f"/api/v1/{path}", headers=headers, **sent)
        answer.data = json.loads(answer.content) if answer.content and "json" in answer["Content-Type"] else None
        return answer


@pytest.fixture
def api(admin):
    return Api(admin)


@pytest.fixture
def api_for():
    return Api


@pytest.fixture
def pump(ctx):
    from shop.models import ShopItem

    from mainspring.kernel import commands

    return commands.create(ShopItem, ctx, code="P-40", name="Pump", price="12.50")
