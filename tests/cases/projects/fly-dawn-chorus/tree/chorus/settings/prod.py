from .base import *  # noqa: F403
from .base import env

DEBUG = False
SECRET_KEY = env.str('SECRET_KEY')  # fly secrets set SECRET_KEY=...

FLY_HOST = env.str('FLY_APP_NAME', default='dawn-chorus') + '.fly.dev'
ALLOWED_HOSTS = [FLY_HOST, 'dawnchorus.example.org']
CSRF_TRUSTED_ORIGINS = [f'https://{host}' for host in ALLOWED_HOSTS]

SECURE_PROXY_SSL_HEADER = ('HTTP_X_FORWARDED_PROTO', 'https')
SECURE_SSL_REDIRECT = True
SECURE_HSTS_SECONDS = 3600
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True

STORAGES = {
    'default': {'BACKEND': 'django.core.files.storage.FileSystemStorage'},
    'staticfiles': {'BACKEND': 'whitenoise.storage.CompressedManifestStaticFilesStorage'},
}
