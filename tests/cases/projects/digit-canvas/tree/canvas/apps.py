from django.apps import AppConfig


class CanvasConfig(AppConfig):
    default_auto_field = 'django.db.models.BigAutoField'
    name = 'canvas'
