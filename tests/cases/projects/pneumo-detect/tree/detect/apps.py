from django.apps import AppConfig


class DetectConfig(AppConfig):
    default_auto_field = 'django.db.models.BigAutoField'
    name = 'detect'
