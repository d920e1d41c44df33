from django.apps import AppConfig


class BricksConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "bricks"
