from pathlib import Path

from django.apps import AppConfig


class TicketsConfig(AppConfig):
    name = 'tickets'
    router = None

    def ready(self):
        from tensorflow.keras.models import load_model

        TicketsConfig.router = load_model(Path(__file__).parent / 'nn' / 'router_lstm.h5', compile=False)
