from django.apps import AppConfig


class ClassifyConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "classify"
