from django.apps import AppConfig


class WinesConfig(AppConfig):
    default_auto_field = 'django.db.models.BigAutoField'
    name = 'wines'
