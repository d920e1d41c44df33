from django.apps import AppConfig


class YieldsConfig(AppConfig):
    default_auto_field = 'django.db.models.BigAutoField'
    name = 'yields'
