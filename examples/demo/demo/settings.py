"""Settings for a laptop and for Heroku; what differs comes from config vars."""

import os
from pathlib import Path

from django.core.management.utils import get_random_secret_key

BASE_DIR = Path(__file__).resolve().parent.parent
ON_HEROKU = "DYNO" in os.environ

# This site has no sessions and signs nothing, so any key does. Yours needs one that stays.
SECRET_KEY = os.environ.get("SECRET_KEY") or get_random_secret_key()
ALLOWED_HOSTS = os.environ.get("ALLOWED_HOSTS", ".herokuapp.com,localhost,127.0.0.1,[::1]").split(
    ","
)
SECURE_SSL_REDIRECT = ON_HEROKU
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

INSTALLED_APPS = ["django.contrib.staticfiles", "wherry.django", "demo", "digits", "notes"]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "demo.urls"
WSGI_APPLICATION = "demo.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
    },
]
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"

MODELS = BASE_DIR / "models"
WHERRY = {
    "MODELS": {
        # A path is enough: this one is asked over HTTP with the 784 numbers of each image.
        "digits": MODELS / "digits",
        # The same model for whoever has a picture: what is sent goes through PREPROCESS first.
        "digit-pictures": {
            "PATH": MODELS / "digits",
            "PREPROCESS": "digits.pictures.to_inputs",
            "POSTPROCESS": "digits.pictures.from_outputs",
        },
        # Basic Pitch, asked from a view with samples of sound. NOTES_MODEL may name another
        # folder: scripts/demo --tensorflow has the same model as a SavedModel there.
        "notes": {
            "PATH": MODELS / os.environ.get("NOTES_MODEL", "notes"),
            "PREPROCESS": "notes.audio.to_windows",
            "POSTPROCESS": "notes.audio.from_windows",
            "MAX_BATCH_SIZE": 2,
        },
    },
}
# The endpoints are public on purpose: this is a demo. Yours: set API_KEYS or PERMISSION.
SILENCED_SYSTEM_CHECKS = ["wherry.W002"]
