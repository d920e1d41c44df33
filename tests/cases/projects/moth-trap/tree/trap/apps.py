from django.apps import AppConfig


class TrapConfig(AppConfig):
    default_auto_field = 'django.db.models.BigAutoField'
    name = 'trap'
