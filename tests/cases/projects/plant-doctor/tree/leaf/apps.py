from django.apps import AppConfig


class LeafConfig(AppConfig):
    name = 'leaf'
