"""Where the catalogue's statements come from.

Pages are those that were read for the facts (2026-11-23), or a project's own documentation.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Source:
    """A place to read on, or what was counted where there is no public page.

    Attributes:
        title: What it is.
        url: Empty for what was counted or measured by Wherry's makers.
    """

    title: str
    url: str = ""


def page(title: str, url: str) -> Source:
    """Return a public page."""
    return Source(title, f"https://{url}")


LOGS: Final = Source("189 published failure logs, 58 of them from Heroku, read on 2026-11-23")
PROJECTS: Final = Source("47 public projects meant for Heroku or a host like it, read 2026-11-23")
MEASURED: Final = Source("Measured by Wherry's makers on a 2-core x86-64 machine, 2026-11-23")

_DEVCENTER = "devcenter.heroku.com/articles/"
_BUILDPACK = "github.com/heroku/heroku-buildpack-python/blob/v351/"
_DJANGO = "docs.djangoproject.com/en/5.2/"

HEROKU_ERRORS: Final = page("Heroku error codes", _DEVCENTER + "error-codes")
HEROKU_DYNOS: Final = page("Heroku dyno types", _DEVCENTER + "dyno-types")
HEROKU_MEMORY: Final = page("Heroku dyno memory behavior", _DEVCENTER + "dyno-memory-behavior")
HEROKU_PROCESSES: Final = page(
    "Heroku dyno scaling and process limits", _DEVCENTER + "dyno-scaling-and-process-limits"
)
HEROKU_LIMITS: Final = page("Heroku limits", _DEVCENTER + "limits")
HEROKU_ROUTING: Final = page("Heroku HTTP routing", _DEVCENTER + "http-routing")
HEROKU_TIMEOUT: Final = page("Heroku request timeout", _DEVCENTER + "request-timeout")
HEROKU_RESTARTS: Final = page("Heroku dyno restarts", _DEVCENTER + "dyno-restarts")
HEROKU_STARTUP: Final = page("Heroku dyno startup behavior", _DEVCENTER + "dyno-startup-behavior")
HEROKU_RELEASE: Final = page("Heroku release phase", _DEVCENTER + "release-phase")
HEROKU_SLUG: Final = page("Heroku slug compiler", _DEVCENTER + "slug-compiler")
HEROKU_ISOLATION: Final = page("Heroku dyno isolation", _DEVCENTER + "dyno-isolation")
HEROKU_GENERATIONS: Final = page("Heroku platform generations", _DEVCENTER + "generations")
HEROKU_BUILDPACKS: Final = page("Heroku buildpacks", _DEVCENTER + "buildpacks")
HEROKU_SLEEP: Final = page("App sleeping on Heroku", "heroku.com/blog/app_sleeping_on_heroku")
HEROKU_BIG_SLUGS: Final = page(
    "Bigger slugs and greater build timeout flexibility (2026-03-19)",
    "www.heroku.com/blog/bigger-slugs-and-greater-build-timeout-flexibility",
)
HEROKU_STACKS: Final = page("Heroku base images", "github.com/heroku/base-images")
HEROKU_APT: Final = page("Heroku apt buildpack", "github.com/heroku/heroku-buildpack-apt")
HEROKU_NO_SWAP: Final = page(
    "Builds on heroku-24 have no swap (roadmap 307)", "github.com/heroku/roadmap/issues/307"
)
BUILDPACK: Final = page("Heroku Python buildpack v351 (2026-08-18)", _BUILDPACK + "README.md")
BUILDPACK_PYTHON: Final = page(
    "Heroku Python buildpack: lib/python_version.sh", _BUILDPACK + "lib/python_version.sh"
)
BUILDPACK_PACKAGES: Final = page(
    "Heroku Python buildpack: lib/package_manager.sh", _BUILDPACK + "lib/package_manager.sh"
)
BUILDPACK_CHECKS: Final = page(
    "Heroku Python buildpack: lib/checks.sh", _BUILDPACK + "lib/checks.sh"
)
BUILDPACK_PIP: Final = page("Heroku Python buildpack: lib/pip.sh", _BUILDPACK + "lib/pip.sh")
BUILDPACK_WORKERS: Final = page(
    "Heroku Python buildpack: vendor/WEB_CONCURRENCY.sh", _BUILDPACK + "vendor/WEB_CONCURRENCY.sh"
)
CNB: Final = page("Heroku Python Cloud Native Buildpack", "github.com/heroku/buildpacks-python")

DOKKU_CHECKS: Final = page(
    "Dokku: zero downtime deploys", "dokku.com/docs/deployment/zero-downtime-deploys/"
)
DOKKU_NGINX: Final = page("Dokku: nginx proxy", "dokku.com/docs/networking/proxies/nginx/")
RENDER_HEALTH: Final = page("Render health checks", "render.com/docs/health-checks")
RENDER_FREE: Final = page("Render free instances", "render.com/docs/free")
RAILWAY_HEALTH: Final = page("Railway healthchecks", "docs.railway.com/reference/healthchecks")
RAILWAY_LIMITS: Final = page(
    "Railway specs and limits", "docs.railway.com/reference/public-networking"
)
FLY_TROUBLE: Final = page("Fly.io troubleshooting", "fly.io/docs/getting-started/troubleshooting/")
FLY_CONFIG: Final = page("Fly.io app configuration", "fly.io/docs/reference/configuration/")
CLOUD_RUN_CONTRACT: Final = page(
    "Cloud Run container runtime contract", "cloud.google.com/run/docs/container-contract"
)
CLOUD_RUN_MEMORY: Final = page(
    "Cloud Run memory limits", "cloud.google.com/run/docs/configuring/services/memory-limits"
)

DJANGO_SETTINGS: Final = page("Django settings", _DJANGO + "ref/settings/")
DJANGO_CHECKLIST: Final = page(
    "Django deployment checklist", _DJANGO + "howto/deployment/checklist/"
)
DJANGO_STATIC: Final = page("Django static files in production", _DJANGO + "howto/static-files/")
DJANGO_STATICFILES: Final = page("Django staticfiles app", _DJANGO + "ref/contrib/staticfiles/")
DJANGO_SECURITY: Final = page("Security in Django", _DJANGO + "topics/security/")
DJANGO_DATABASES: Final = page("Django databases", _DJANGO + "ref/databases/")
DJANGO_MIGRATIONS: Final = page("Django migrations", _DJANGO + "topics/migrations/")
DJANGO_WSGI: Final = page("Django with WSGI", _DJANGO + "howto/deployment/wsgi/")
DJANGO_APPS: Final = page("Django applications", _DJANGO + "ref/applications/")
DJANGO_PYTHONS: Final = page(
    "Which Python versions Django supports", _DJANGO + "faq/install/#faq-python-version-support"
)
DJANGO_REMOVED: Final = page("Django deprecation timeline", _DJANGO + "internals/deprecation/")
DJANGO_FILES: Final = page("Django file uploads", _DJANGO + "topics/http/file-uploads/")
WHITENOISE: Final = page(
    "WhiteNoise with Django", "whitenoise.readthedocs.io/en/stable/django.html"
)
WHITENOISE_CHANGES: Final = page(
    "WhiteNoise changes (4.0)", "whitenoise.readthedocs.io/en/stable/changelog.html"
)
GUNICORN: Final = page("Gunicorn settings", "docs.gunicorn.org/en/stable/settings.html")
GUNICORN_DESIGN: Final = page("Gunicorn design", "docs.gunicorn.org/en/stable/design.html")

PIP: Final = page(
    "pip: dependency resolution", "pip.pypa.io/en/stable/topics/dependency-resolution/"
)
PIP_REQUIREMENTS: Final = page(
    "pip: requirements file format", "pip.pypa.io/en/stable/reference/requirements-file-format/"
)
PIP_CHANGES: Final = page("pip changes", "pip.pypa.io/en/stable/news/")
SETUPTOOLS: Final = page("setuptools: history", "setuptools.pypa.io/en/latest/history.html")
MANYLINUX: Final = page("manylinux wheel tags", "github.com/pypa/manylinux")
UV_LOCK: Final = page("uv: locking and syncing", "docs.astral.sh/uv/concepts/projects/sync/")
PSYCOPG: Final = page("psycopg2 installation", "www.psycopg.org/docs/install.html")
OPENCV: Final = page("opencv-python", "github.com/opencv/opencv-python")
PYTHON_REMOVED: Final = page("What's new in Python 3.13", "docs.python.org/3/whatsnew/3.13.html")
PYTHON_312: Final = page("What's new in Python 3.12", "docs.python.org/3/whatsnew/3.12.html")
NUMPY_2: Final = page(
    "NumPy 2.0 migration guide", "numpy.org/doc/stable/numpy_2_0_migration_guide.html"
)
NUMPY_ERRORS: Final = page(
    "NumPy: troubleshooting import errors",
    "numpy.org/doc/stable/user/troubleshooting-importerror.html",
)
NUMPY_124: Final = page(
    "NumPy 1.24 release notes", "numpy.org/doc/stable/release/1.24.0-notes.html"
)
SCIPY: Final = page("SciPy release notes", "docs.scipy.org/doc/scipy/release.html")
PROTOBUF: Final = page(
    "Protocol Buffers: Python updates of May 2022", "protobuf.dev/news/2022-05-06/"
)
GITHUB_LARGE: Final = page(
    "GitHub: about large files",
    "docs.github.com/en/repositories/working-with-files/managing-large-files/"
    "about-large-files-on-github",
)
GITHUB_LFS: Final = page(
    "GitHub: billing for Git LFS",
    "docs.github.com/en/billing/concepts/product-billing/git-lfs",
)
GIT_LFS: Final = page("Git LFS specification", "github.com/git-lfs/git-lfs/blob/main/docs/spec.md")

TF_INSTALL: Final = page("TensorFlow: install with pip", "www.tensorflow.org/install/pip")
TF_TABLE: Final = Source("TensorFlow's wheels and their requirements, package index, 2026-11-23")
CUDA_TABLE: Final = Source(
    "What the wheels of tensorflow and onnxruntime-gpu say of the CUDA and cuDNN that they were "
    "built against, package index, 2026-11-25"
)
CUDA_COMPATIBILITY: Final = page(
    "NVIDIA: minor version compatibility",
    "docs.nvidia.com/deploy/cuda-compatibility/minor-version-compatibility.html",
)
TF_MIGRATE: Final = page("TensorFlow: migrate from 1.x", "www.tensorflow.org/guide/migrate")
TF_SAVED_MODEL: Final = page("TensorFlow: SavedModel", "www.tensorflow.org/guide/saved_model")
KERAS_SAVING: Final = page(
    "Keras: whole model saving and loading",
    "keras.io/api/models/model_saving_apis/model_saving_and_loading/",
)
KERAS_3: Final = page(
    "Keras: migrating Keras 2 code to Keras 3", "keras.io/guides/migrating_to_keras_3/"
)
KERAS_CUSTOM: Final = page(
    "Keras: saving and serializing", "keras.io/guides/serialization_and_saving/"
)
TORCH_LOAD: Final = page("PyTorch: torch.load", "pytorch.org/docs/stable/generated/torch.load.html")
STATIC_TLS: Final = page(
    "OpenCV: cannot allocate memory in static TLS block", "github.com/opencv/opencv/issues/14884"
)
KERAS_APPLICATIONS: Final = page("Keras applications", "keras.io/api/applications/")
H5PY: Final = page("h5py: what's new in 3.0", "docs.h5py.org/en/stable/whatsnew/3.0.html")
LITERT: Final = page("LiteRT", "ai.google.dev/edge/litert")
SKLEARN: Final = page(
    "scikit-learn: model persistence", "scikit-learn.org/stable/model_persistence.html"
)
SKLEARN_PACKAGE: Final = page(
    "The sklearn package on the index", "github.com/scikit-learn/sklearn-pypi-package"
)
PICKLE: Final = page("Python: pickle", "docs.python.org/3/library/pickle.html")
NLTK: Final = page("NLTK data", "www.nltk.org/data.html")
FLASK_2: Final = page("Werkzeug 3.0 changes", "werkzeug.palletsprojects.com/en/stable/changes/")
MOD_WSGI: Final = page(
    "mod_wsgi: application issues",
    "modwsgi.readthedocs.io/en/master/user-guides/application-issues.html",
)
TWELVE_FACTOR: Final = page("The twelve-factor app", "12factor.net")
POSTGRES: Final = page("Heroku Postgres", _DEVCENTER + "heroku-postgresql")
HEROKU_REDIS: Final = page(
    "Connecting to Heroku Key-Value Store", _DEVCENTER + "connecting-heroku-redis"
)
TF_AVX: Final = page("TensorFlow issue 17411: AVX", "github.com/tensorflow/tensorflow/issues/17411")
TF_THREADS: Final = page(
    "TensorFlow issue 41532: pthread_create", "github.com/tensorflow/tensorflow/issues/41532"
)
