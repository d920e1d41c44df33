from django.apps import AppConfig


class DepthConfig(AppConfig):
    default_auto_field = 'django.db.models.BigAutoField'
    name = 'depth'
