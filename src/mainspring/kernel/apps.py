"""Start-up of the kernel: every module's rooms are found by name, nothing is registered centrally."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.module_loading import autodiscover_modules

ROOMS = (
    "resources",
    "commands",
    "handlers",
    "home",
    "prints",
    "jobs",
    "reports",
    "preferences",
    "roles",
    "checks",
    "guards",
    "defaults",
)


class KernelConfig(AppConfig):
    name = "mainspring.kernel"
    label = "kernel"

    def ready(self):
        from . import database, defaults, indexes, remembered, roles

        autodiscover_modules(*ROOMS)
        remembered.follow_links()
        indexes.declare_for_lists()
        post_migrate.connect(database.install_after_migrate, sender=self, dispatch_uid="kernel.database")
        post_migrate.connect(roles.sync_after_migrate, sender=self, dispatch_uid="kernel.roles")
        post_migrate.connect(defaults.add_after_migrate, sender=self, dispatch_uid="kernel.defaults")
