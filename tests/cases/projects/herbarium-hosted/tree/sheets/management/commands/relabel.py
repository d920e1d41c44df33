from django.core.management.base import BaseCommand

from sheets.classifier import name_plant
from sheets.models import Sheet


class Command(BaseCommand):
    help = "Name every sheet once more, after a new model (dokku run herbarium python manage.py relabel)"

    def handle(self, *args, **options):
        for sheet in Sheet.objects.iterator():
            with sheet.picture.open("rb") as picture:
                sheet.species = name_plant(picture)
            sheet.save(update_fields=["species"])
