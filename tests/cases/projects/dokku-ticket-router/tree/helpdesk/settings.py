from pathlib import Path

import dj_database_url
from configurations import Configuration, values


class Common(Configuration):
    BASE_DIR = Path(__file__).resolve().parent.parent

    SECRET_KEY = values.SecretValue()
    DEBUG = False
    ALLOWED_HOSTS = []

    INSTALLED_APPS = [
        'django.contrib.admin',
        'django.contrib.auth',
        'django.contrib.contenttypes',
        'django.contrib.sessions',
        'django.contrib.messages',
        'django.contrib.staticfiles',
        'tickets.apps.TicketsConfig',
    ]

    MIDDLEWARE = [
        'django.middleware.security.SecurityMiddleware',
        'whitenoise.middleware.WhiteNoiseMiddleware',
        'django.contrib.sessions.middleware.SessionMiddleware',
        'django.middleware.common.CommonMiddleware',
        'django.middleware.csrf.CsrfViewMiddleware',
        'django.contrib.auth.middleware.AuthenticationMiddleware',
        'django.contrib.messages.middleware.MessageMiddleware',
        'django.middleware.clickjacking.XFrameOptionsMiddleware',
    ]

    ROOT_URLCONF = 'helpdesk.urls'
    WSGI_APPLICATION = 'helpdesk.wsgi.application'
    TEMPLATES = [
        {
            'BACKEND': 'django.template.backends.django.DjangoTemplates',
            'DIRS': [],
            'APP_DIRS': True,
            'OPTIONS': {
                'context_processors': [
                    'django.template.context_processors.request',
                    'django.contrib.auth.context_processors.auth',
                    'django.contrib.messages.context_processors.messages',
                ],
            },
        },
    ]

    DATABASES = {'default': dj_database_url.config(default='sqlite:///helpdesk.sqlite3', conn_max_age=600)}

    CELERY_BROKER_URL = values.Value('redis://localhost:6379/0', environ_name='REDIS_URL', environ_prefix=None)
    CELERY_TASK_IGNORE_RESULT = True

    LANGUAGE_CODE = 'en-us'
    TIME_ZONE = 'America/Toronto'
    USE_TZ = True
    STATIC_URL = '/static/'
    STATIC_ROOT = BASE_DIR / 'staticfiles'
    DEFAULT_AUTO_FIELD = 'django.db.models.BigAutoField'


class Dev(Common):
    DEBUG = True
    SECRET_KEY = 'dev'
    ALLOWED_HOSTS = ['*']
    CELERY_TASK_ALWAYS_EAGER = True


class Production(Common):
    ALLOWED_HOSTS = ['tickets.example.org']
    CSRF_TRUSTED_ORIGINS = ['https://tickets.example.org']
    SECURE_PROXY_SSL_HEADER = ('HTTP_X_FORWARDED_PROTO', 'https')
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    STORAGES = {
        'default': {'BACKEND': 'django.core.files.storage.FileSystemStorage'},
        'staticfiles': {'BACKEND': 'whitenoise.storage.CompressedStaticFilesStorage'},
    }

    @classmethod
    def post_setup(cls):
        super().post_setup()
        dsn = values.Value('', environ_name='SENTRY_DSN', environ_prefix=None, late_binding=False)
        if dsn:
            import sentry_sdk

            sentry_sdk.init(dsn=str(dsn))
