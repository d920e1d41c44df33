from django.apps import AppConfig


class TransectsConfig(AppConfig):
    name = "transects"
    default_auto_field = "django.db.models.BigAutoField"
