from django.apps import AppConfig


class TidesConfig(AppConfig):
    default_auto_field = 'django.db.models.BigAutoField'
    name = 'tides'
