import logging
import time

import requests
from django.core.management.base import BaseCommand
from django.utils.dateparse import parse_datetime

from gauges.models import Level

URL = "https://gauges.example.org/v1/latest.json"
log = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Ask the gauges every ten minutes, for ever."

    def handle(self, *args, **options):
        while True:
            try:
                answer = requests.get(URL, timeout=(5, 20))
                answer.raise_for_status()
                for row in answer.json():
                    Level.objects.update_or_create(
                        gauge=row["gauge"], at=parse_datetime(row["at"]), defaults={"metres": row["metres"]}
                    )
            except requests.RequestException:
                log.exception("The gauges do not answer; next try in ten minutes")
            time.sleep(600)
