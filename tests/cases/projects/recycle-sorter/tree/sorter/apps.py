from django.apps import AppConfig


class SorterConfig(AppConfig):
    default_auto_field = 'django.db.models.BigAutoField'
    name = 'sorter'
