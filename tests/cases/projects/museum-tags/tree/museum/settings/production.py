import os

import dj_database_url

from .base import *  # noqa: F403

DEBUG = False
SECRET_KEY = os.environ["DJANGO_SECRET_KEY"]
ALLOWED_HOSTS = [".herokuapp.com", "tags.museum-am-platz.example"]

DATABASES = {"default": dj_database_url.config(env="DATABASE_URL", conn_max_age=300, ssl_require=True)}

# gunicorn on Heroku trusts the router (FORWARDED_ALLOW_IPS=*), so request.is_secure() is right without more
SECURE_SSL_REDIRECT = True
SECURE_HSTS_SECONDS = 3600
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
