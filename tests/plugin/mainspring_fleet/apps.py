from django.apps import AppConfig


class FleetConfig(AppConfig):
    name = "mainspring_fleet"
    label = "fleet"
    verbose_name = "Fleet"
