from django.apps import AppConfig


class FishConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "fish"
