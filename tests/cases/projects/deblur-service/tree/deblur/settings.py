"""Settings: no database, no sessions, an API of one view."""

import os

SECRET_KEY = os.environ["SECRET_KEY"]
DEBUG = False
ALLOWED_HOSTS = [".run.app"]
ROOT_URLCONF = "deblur.urls"
MIDDLEWARE = ["django.middleware.security.SecurityMiddleware", "django.middleware.common.CommonMiddleware"]
INSTALLED_APPS = []
USE_TZ = True
DATA_UPLOAD_MAX_MEMORY_SIZE = 20 * 1024 * 1024
MODEL_BUCKET = os.environ.get("MODEL_BUCKET", "deblur-models-prod")
WORK_DIR = "/tmp/deblur"
