from django.apps import AppConfig


class ScanConfig(AppConfig):
    default_auto_field = 'django.db.models.BigAutoField'
    name = 'scan'
