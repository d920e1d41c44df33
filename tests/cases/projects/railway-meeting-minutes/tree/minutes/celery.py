import os

from celery import Celery

os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'minutes.settings')

app = Celery('minutes')
app.config_from_object('django.conf:settings', namespace='CELERY')
app.autodiscover_tasks()
