from .base import *  # noqa: F401,F403
from .base import BASE_DIR

DEBUG = True
SECRET_KEY = 'local'
ALLOWED_HOSTS = ['localhost', '127.0.0.1']
DATABASES = {'default': {'ENGINE': 'django.db.backends.sqlite3', 'NAME': BASE_DIR / 'local.sqlite3'}}
MEDIA_ROOT = BASE_DIR / 'media'
MEDIA_URL = '/media/'
CELERY_TASK_ALWAYS_EAGER = True
