from django.apps import AppConfig


class RecogniseConfig(AppConfig):
    name = 'recognise'
