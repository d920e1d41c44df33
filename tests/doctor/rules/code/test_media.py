"""Uploads that pages show, with DEBUG off."""

from pathlib import Path

import pytest

from tests.doctor.rules.code.asking import Files, names, settings

MEDIA = "media-not-served"
URLS = (
    "from django.conf import settings\nfrom django.conf.urls.static import static\n"
    "from django.urls import path\nfrom shop import models, views\n"
    "urlpatterns = [path('', views.index)]\n"
    "urlpatterns += static(settings.MEDIA_URL, document_root=settings.MEDIA_ROOT)\n"
)
MODELS = (
    "from django.db import models\nclass Photo(models.Model):\n"
    "    image = models.ImageField(upload_to='photos')\n"
)
PAGE = "<p>\n<img src='{{ photo.image.url }}'>\n"
SITE: Files = {
    **settings("MEDIA_URL = '/media/'", "MEDIA_ROOT = BASE_DIR / 'media'"),
    "mysite/urls.py": URLS,
    "shop/models.py": MODELS,
    "shop/templates/shop/photo.html": PAGE,
}
BUCKET = "STORAGES = {'default': {'BACKEND': 'storages.backends.s3.S3Storage'}}"


def test_the_helper_adds_no_route(tmp_path: Path) -> None:
    assert MEDIA in names(tmp_path, SITE)


@pytest.mark.parametrize(
    "files",
    [
        {"shop/templates/shop/photo.html": "<img src='{{ photo.address }}'>"},
        {"shop/models.py": MODELS.replace("ImageField", "CharField")},
        {
            "mysite/urls.py": URLS.replace(
                "urlpatterns +=", "from django.views.static import serve\n_ ="
            )
        },
        settings("MEDIA_URL = '/media/'", "DEBUG = True"),
        settings("MEDIA_URL = '/media/'", "DEBUG = os.environ.get('DEBUG', '1') == '1'"),
        settings("MEDIA_URL = 'https://cdn.example.org/media/'"),
        settings("MEDIA_URL = '/media/'", BUCKET),
    ],
)
def test_silent(tmp_path: Path, files: Files) -> None:
    assert MEDIA not in names(tmp_path, {**SITE, **files})
