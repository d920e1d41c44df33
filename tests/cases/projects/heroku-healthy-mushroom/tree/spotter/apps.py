from django.apps import AppConfig


class SpotterConfig(AppConfig):
    name = "spotter"
