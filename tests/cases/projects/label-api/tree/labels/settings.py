"""Settings of a small API: no database, no sessions, no pages."""

import os
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent

SECRET_KEY = os.environ.get("SECRET_KEY") or os.urandom(24).hex()  # nothing is signed
DEBUG = False
# Cloud Run's own address ends so; the load balancer's is given.
ALLOWED_HOSTS = [".run.app", *os.environ.get("EXTRA_HOSTS", "").split()]

INSTALLED_APPS = ["api"]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.common.CommonMiddleware",
]
ROOT_URLCONF = "labels.urls"
WSGI_APPLICATION = "labels.wsgi.application"
DATABASES = {}
TEMPLATES = []
USE_TZ = True
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
