from django.apps import AppConfig


class DiagnoseConfig(AppConfig):
    default_auto_field = 'django.db.models.BigAutoField'
    name = 'diagnose'
