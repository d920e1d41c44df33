from django.apps import AppConfig


class DivesConfig(AppConfig):
    name = "dive_log.dives"
