from django.apps import AppConfig


class DetectorConfig(AppConfig):
    default_auto_field = 'django.db.models.BigAutoField'
    name = 'detector'
    model = None

    def ready(self):
        from pathlib import Path

        import tensorflow as tf

        DetectorConfig.model = tf.keras.models.load_model(
            Path(__file__).resolve().parent / 'lesion.h5'
        )
