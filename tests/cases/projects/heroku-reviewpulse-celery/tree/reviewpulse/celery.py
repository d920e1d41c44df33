import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "reviewpulse.settings")

app = Celery("reviewpulse")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
