import os

from celery import Celery

os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'quiznight.settings')

app = Celery('quiznight')
app.config_from_object('django.conf:settings', namespace='CELERY')
app.autodiscover_tasks()
