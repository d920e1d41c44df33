from django.apps import AppConfig


class ListenConfig(AppConfig):
    default_auto_field = 'django.db.models.BigAutoField'
    name = 'listen'
