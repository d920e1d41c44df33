from django.apps import AppConfig


class SheetsConfig(AppConfig):
    name = "sheets"

    def ready(self):
        from django.db.models.signals import post_save

        from .signals import note_size

        post_save.connect(note_size, sender=self.get_model("Sheet"))
