"""What a linter cannot see: foreign keys given as strings obey the layers, and every table has an owner."""

import configparser
from pathlib import Path

from django.apps import AppConfig, apps
from django.conf import settings

ROOT = Path(__file__).resolve().parents[2]
FRAMEWORK = {
    "auth",
    "contenttypes",
    "sessions",
    "account",
    "mfa",
    "socialaccount",
    "usersessions",
    "axes",
    "procrastinate",
    "messages",
    "admin",
    "sites",
}


def layers() -> dict[str, int]:
    """Module -> height, from the same list the import linter reads."""
    config = configparser.ConfigParser()
    config.read(ROOT / ".importlinter")
    lines = config["importlinter:contract:modules"]["layers"].strip().split("\n")
    return {name.strip(" ()"): height for height, line in enumerate(reversed(lines)) for name in line.split("|")}


def own_models():
    return [m for m in apps.get_models() if m.__module__.startswith("mainspring.")]


def test_every_module_has_its_place_in_the_layers():
    modules = {m.__module__.split(".")[2] for m in own_models() if m.__module__.startswith("mainspring.modules.")}
    assert modules <= layers().keys()


def test_relations_of_modules_point_down():
    height, wrong = layers(), []
    for model in own_models():
        for field in model._meta.get_fields():
            if not field.is_relation or field.auto_created or field.related_model is None:
                continue
            source, target = model._meta.app_label, field.related_model._meta.app_label
            if source == target or target not in height:
                continue
            if source not in height or height[target] >= height[source]:
                wrong.append(f"{model.__name__}.{field.name} -> {target}")
    assert not wrong


def test_every_table_has_an_owner():
    installed = {AppConfig.create(name).label for name in settings.INSTALLED_APPS}
    strangers = {
        m._meta.label
        for m in apps.get_models()
        if m._meta.app_label in installed - FRAMEWORK
        and not m.__module__.startswith(("mainspring", "mainspring_fleet"))
    }
    assert not strangers


def test_every_model_says_in_one_sentence_what_it_is():
    silent = [
        m._meta.label
        for m in own_models()
        if not m._meta.auto_created and (not m.__doc__ or m.__doc__.startswith(m.__name__ + "("))
    ]
    assert not silent
