from django.apps import AppConfig


class ToneConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "tone"
