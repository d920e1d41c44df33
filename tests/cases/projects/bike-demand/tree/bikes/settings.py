"""One endpoint; everything else is off."""

import os
import pathlib

BASE_DIR = pathlib.Path(__file__).resolve().parents[1]
SECRET_KEY = os.environ["SECRET_KEY"]
ALLOWED_HOSTS = os.environ.get("ALLOWED_HOSTS", "bike-demand-6f2-ew.a.run.app").split(",")
INSTALLED_APPS = ["forecast"]
ROOT_URLCONF = "bikes.urls"
MIDDLEWARE = ["django.middleware.common.CommonMiddleware"]
USE_TZ = True
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "INFO"},
}
