import os

os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'helpdesk.settings')
os.environ.setdefault('DJANGO_CONFIGURATION', 'Production')

import configurations  # noqa: E402

configurations.setup()

from celery import Celery  # noqa: E402

app = Celery('helpdesk')
app.config_from_object('django.conf:settings', namespace='CELERY')
app.autodiscover_tasks()
