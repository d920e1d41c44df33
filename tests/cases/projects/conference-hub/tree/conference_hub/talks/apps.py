from django.apps import AppConfig


class TalksConfig(AppConfig):
    name = "conference_hub.talks"
