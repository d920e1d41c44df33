from django.apps import AppConfig


class GaugeConfig(AppConfig):
    name = "gauge"
