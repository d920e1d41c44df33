from django.apps import AppConfig
from django.conf import settings
import joblib


class ForecastConfig(AppConfig):
    name = "forecast"
    regressor = None

    def ready(self):
        # 1 KB: read in a millisecond, and a broken file stops the deploy instead of the first visitor
        ForecastConfig.regressor = joblib.load(settings.BASE_DIR / "forecast" / "ridge.joblib")
