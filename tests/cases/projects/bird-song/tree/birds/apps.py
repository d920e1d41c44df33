from django.apps import AppConfig


class BirdsConfig(AppConfig):
    name = "birds"
    verbose_name = "Bird songs"
