from .base import *  # noqa: F403
from .base import INSTALLED_APPS, env

DEBUG = True
SECRET_KEY = env(
    "DJANGO_SECRET_KEY",
    default="dummy0only0for0a0developers0machine0000000000000000000000000000",
)
ALLOWED_HOSTS = ["localhost", "0.0.0.0", "127.0.0.1"]  # noqa: S104
INSTALLED_APPS = ["whitenoise.runserver_nostatic", *INSTALLED_APPS]
EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
