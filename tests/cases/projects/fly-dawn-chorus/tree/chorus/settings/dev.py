from .base import *  # noqa: F403

DEBUG = True
SECRET_KEY = 'dev-key-for-localhost'
ALLOWED_HOSTS = ['*']
INSTALLED_APPS += ['debug_toolbar']  # noqa: F405
MIDDLEWARE.insert(0, 'debug_toolbar.middleware.DebugToolbarMiddleware')  # noqa: F405
INTERNAL_IPS = ['127.0.0.1']
