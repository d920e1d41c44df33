from django.apps import AppConfig


class InspectionConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "inspection"

    def ready(self):
        # warm: the line must not wait for the first lens
        from . import detector  # noqa: F401
