"""ModuleNotFoundError: whose module it is, and who asked for it, decide between a dozen causes."""

import re
from typing import Final

from wherry.signatures.conditions import imported_by
from wherry.signatures.events import Event
from wherry.signatures.module_names import (
    BUILT_WITH_PYTHON,
    DRIVERS,
    GONE_FROM_PROTOBUF,
    GONE_STDLIB,
    LATER_STDLIB,
    MOVED_KERAS,
    NEW_NUMPY_MODULES,
    OLD_PICKLES,
    PACKAGES,
    PYTHON_2,
    belongs,
)
from wherry.signatures.signature import Verdict, sees

_PICKLES: Final = (
    "pickle.py", "joblib/", "dill/", "cloudpickle", "numpy_pickle", "npyio.py",
    "torch/serialization.py",
)  # fmt: skip
# scikit-learn's compiled modules, which a pickle names without their package.
_WITHOUT_PACKAGE: Final = frozenset(("_loss", "_sgd_fast", "_gradient_boosting", "_splitter"))
# Several packages share these names, so that one may be there and its neighbour not.
_NAMESPACES: Final = frozenset(
    ("google", "azure", "zope", "backports", "opentelemetry", "sphinxcontrib", "ruamel",
     "mpl_toolkits", "paste", "jaraco", "flaskext", "oslo", "snowflake", "nvidia")
)  # fmt: skip
_SERVERS: Final = ("gunicorn", "uvicorn", "daphne", "hypercorn", "waitress", "granian")
_WSGI: Final = re.compile(r"(?:^|\.)(?:wsgi|asgi)(?:\.|$)")


def _missing(event: Event, found: re.Match[str]) -> Verdict | None:
    module = found["module"]
    if module in BUILT_WITH_PYTHON:
        return None
    if module in LATER_STDLIB:
        return Verdict(
            "syntax-needs-newer-python",
            {"construct": f"`import {module}`, which Python has since {LATER_STDLIB[module]},"},
            ("dependency-not-in-requirements",),
            "the host's Python: a package of that kind fills the gap of an older one",
            sure=False,
        )
    return _by_name(event, module) or _by_asker(event, module) or _project_or_package(event, module)


def _odd(event: Event, found: re.Match[str]) -> Verdict | None:
    """No module is called so: a variable kept its quotes or blanks, or a path was given."""
    module = found["module"].replace("\\", "").strip(" '\"")
    asker = imported_by(event)
    if asker.endswith("django/conf/__init__.py"):
        return Verdict("settings-module-not-found", {"module": module})
    return Verdict("wsgi-module-not-found", {"module": module}) if _is_server(asker) else None


def _by_name(event: Event, module: str) -> Verdict | None:
    """Return what the name alone tells."""
    top = module.partition(".")[0]
    if f"'{top}' is not a package" in event.text and "/django/conf/" not in imported_by(event):
        return Verdict("module-shadowed", {"module": top, "file": f"{top}.py"})
    if belongs(module, ("tensorflow", "tensorflow_core")) and "." in module:
        return _of_tensorflow(event, module)
    if module == "whitenoise.django":
        return Verdict("whitenoise-old-import", {})
    if module in _WITHOUT_PACKAGE and _unpickling(event):
        return Verdict("pickle-version-mismatch", {"package": "scikit-learn"})
    if belongs(module, OLD_PICKLES) and (_unpickling(event) or not event.frames):
        return Verdict("pickle-version-mismatch", {"package": top})
    if belongs(module, ("sklearn.externals",)):
        cause = "pickle-version-mismatch" if _unpickling(event) else "unpinned-transitive-breaks"
        return Verdict(cause, {"package": "scikit-learn"})
    if belongs(module, MOVED_KERAS) and _deserializing(event):
        return Verdict("keras-version-mismatch", {"name": module})
    if belongs(module, MOVED_KERAS):
        return Verdict("moved-keras-import", {"name": module})
    return _of_compiled(module) or _of_python(event, module, top)


def _of_compiled(module: str) -> Verdict | None:
    """Parts of numpy and protobuf that came later, or are gone."""
    if f"{module}.".startswith(NEW_NUMPY_MODULES):
        return Verdict("numpy-api-too-old", {"name": module})
    if belongs(module, GONE_FROM_PROTOBUF):
        return Verdict("protobuf-too-new", {"name": module})
    if module.startswith("google.protobuf."):
        return Verdict("protobuf-too-old", {"name": module})
    return None


def _of_tensorflow(event: Event, module: str) -> Verdict:
    if belongs(module, ("tensorflow.contrib", "tensorflow.examples", "tensorflow.models")):
        return Verdict("tf1-api-removed", {"name": module})
    if belongs(module, ("tensorflow.python",)):
        return _private(event, module)
    asker = imported_by(event)
    # TensorFlow's own files would miss one another; others ask for what Keras moved or dropped.
    if belongs(module, ("tensorflow.keras",)) and asker and "/tensorflow/" not in asker:
        return Verdict("moved-keras-import", {"name": module})
    return Verdict("tf-install-broken", {"module": module})


def _deserializing(event: Event) -> bool:
    return any(
        "serializ" in frame.path or "serializ" in frame.function or "load_model" in frame.function
        for frame in event.frames
    )


def _private(event: Event, module: str) -> Verdict:
    """TensorFlow's own files that miss one another are broken; the project's imports are wrong."""
    asker = imported_by(event)
    if "/tensorflow/" in asker or "/tensorflow_core/" in asker:
        return Verdict("tf-install-broken", {"module": module})
    if re.search(r"/(?:keras|tf_keras)/", asker):
        return Verdict("keras-standalone-mismatch", {"module": module})
    return Verdict("tf-private-api", {"module": module})


def _of_python(event: Event, module: str, top: str) -> Verdict | None:
    asker = imported_by(event)
    if top == "pkg_resources":
        if "/gunicorn/" in asker:
            return Verdict("gunicorn20-no-pkg-resources", {})
        return Verdict("dependency-not-in-requirements", {"module": top, "package": "setuptools"})
    if top in GONE_STDLIB:
        if "/django/" in asker:
            return Verdict("django-too-old-for-python", {"module": top})
        return Verdict("removed-stdlib-module", {"module": top})
    if top in PYTHON_2:
        return Verdict("removed-stdlib-module", {"module": top})
    if belongs(module, ("django.utils.six", "django.core.urlresolvers", "django.utils.importlib")):
        return Verdict("removed-django-api", {"name": module})
    if belongs(module, ("django.contrib.staticfiles.templatetags", "django.conf.urls.defaults")):
        return Verdict("removed-django-api", {"name": module})
    if belongs(module, ("scipy.misc", "scipy.ndimage.filters", "scipy.signal.windows")):
        return Verdict("removed-scipy-api", {"name": module})
    if belongs(module, ("werkzeug.contrib", "flask.ext", "markupsafe", "itsdangerous")) and (
        "." in module
    ):
        return Verdict("unpinned-transitive-breaks", {"package": top})
    return None


def _by_asker(event: Event, module: str) -> Verdict | None:
    """Return what the file tells that asked for it."""
    asker = imported_by(event)
    top = module.partition(".")[0]
    if _is_server(asker):
        if _is_worker_class(event, asker):
            return Verdict("dependency-not-in-requirements", _provided(top))
        return Verdict("wsgi-module-not-found", {"module": module})
    if asker.endswith("django/conf/__init__.py") or _settings_like(event, module):
        return Verdict("settings-module-not-found", {"module": module})
    if (
        "/django/db/backends/" in asker
        or "/django/db/utils.py" in asker
        or (top in ("psycopg2", "psycopg", "MySQLdb") and "site-packages" in asker)
    ):
        driver = DRIVERS.get(top, top)
        return Verdict("db-driver-missing", {"driver": driver, "module": module})
    if _unpickling(event):
        if top in PACKAGES or top in ("sklearn", "xgboost", "lightgbm", "pandas", "numpy"):
            return Verdict("dependency-not-in-requirements", _provided(top))
        return Verdict(
            "pickle-refers-to-main",
            {"name": module, "module": module},
            ("dependency-not-in-requirements",),
            "whether the module is a package that can be installed, or a script of whoever saved "
            "the pickle",
        )
    return None


def _is_server(asker: str) -> bool:
    return asker.endswith("/flask/cli.py") or any(f"/{server}/" in asker for server in _SERVERS)


def _is_worker_class(event: Event, asker: str) -> bool:
    """Whether gunicorn was looking for the class of its workers, and not for the app."""
    return "/gunicorn/workers/" in asker or any(
        frame.function == "load_class" and "/gunicorn/" in frame.path for frame in event.frames
    )


def _settings_like(event: Event, module: str) -> bool:
    """Whether it is the settings module that Django was about to import."""
    parts = module.split(".")
    named = any(part in ("settings", "config") for part in parts[1:])
    conf = any("django/conf/__init__.py" in frame.path for frame in event.frames)
    return named and (conf or not event.frames) and parts[0] != "django"


def _unpickling(event: Event) -> bool:
    return any(part in frame.path for frame in event.frames for part in _PICKLES) or any(
        re.search(r"\b(?:pickle|joblib|dill)\.loads?\(", frame.code) for frame in event.frames
    )


def _provided(top: str) -> dict[str, str]:
    return {"module": top, "package": PACKAGES.get(top, top)}


def _project_or_package(event: Event, module: str) -> Verdict:
    """The rest: a package that nobody installed, or a part of the project that is not there."""
    top, _, below = module.partition(".")
    own = _own_packages(event)
    if _WSGI.search(module) and not event.frames:
        return Verdict("wsgi-module-not-found", {"module": module})
    if top in own:
        if below and re.search(r"[A-Z]", below.partition(".")[0]):
            return Verdict("import-case-mismatch", {"name": module})
        return Verdict(
            "import-case-mismatch",
            {"name": module},
            ("dependency-not-in-requirements", "project-not-at-root"),
            f"`git ls-files '*{module.rpartition('.')[2]}*'`: other capitals, or not in git at all",
            sure=False,
        )
    asker = imported_by(event)
    if below and "-packages/" in asker and top not in _NAMESPACES and f"/{top}/" not in asker:
        return Verdict(
            "unpinned-transitive-breaks",
            {"package": PACKAGES.get(top, top), "name": module},
            ("dependency-not-in-requirements",),
            f"`pip show {PACKAGES.get(top, top)}`: a release that no longer has this part of it",
            sure=False,
        )
    if below and top in PACKAGES:
        return Verdict(
            "dependency-not-in-requirements",
            {"module": module, "package": PACKAGES[top]},
        )
    return Verdict("dependency-not-in-requirements", _provided(top))


def _own_packages(event: Event) -> set[str]:
    """Return the names of the packages that the project's frames lie in."""
    names: set[str] = set()
    for frame in event.frames:
        if not frame.library:
            path = frame.path.removesuffix(".py").strip("/").split("/")
            names.update(path[-3:-1])
    return names - {"app", "src", "code", "home", "workspace", "opt", "project", "tmp", "usr"}


SIGNATURES = (
    *sees(
        "dependency-not-in-requirements",
        r"Could not import (?P<module>PIL)\.Image",
        r"`(?:load_model|save_model|HDF5\S*)` requires (?P<module>h5py)",
        r"requires `?(?P<module>[Aa]ccelerate)",
        r"You need to have (?P<module>\w+) (?:or \w+ )?installed to",
        r"(?P<module>\w+) not found, please install it",
        r"[Pp]lease install '(?P<module>[\w-]+)'",
        r"Missing optional dependency '(?P<module>[\w.-]+)'",
        (
            r"The '(?P<module>[\w.-]+?)(?:[<>=!~][^']*)?' distribution was not found and is "
            r"required by"
        ),
        (
            r"requires the (?P<module>[\w-]+) (?:library|package) but it was not found in your "
            r"environment"
        ),
        r"Form data requires \"(?P<module>[\w-]+)\" to be installed",
        r"The \"(?P<module>\w+)\" module must be installed to use",
        r"(?P<module>[\w-]+) is not installed, run `pip install",
        r"the (?P<module>\w+) library is required to use this function",
        r"At least one of TensorFlow 2\.0 or (?P<module>PyTorch) should be installed",
        r"(?P<module>gevent|eventlet) worker requires \w+ [\d.]+ or higher",
        r"\(fields\.E210\) Cannot use ImageField because (?P<module>Pillow) is not installed",
        r"Missing (?P<module>\w+) library \(pip install",
        r"Could not find backend '[\w.]+': No module named '(?P<module>\w+)",
        r"Could not load (?P<module>Boto3)'s S3 bindings",
        r"'(?P<module>cryptography)' package is required for",
    ),
    *sees(
        "whitenoise-old-import",
        r"Your WhiteNoise configuration is incompatible with WhiteNoise v4\.0",
    ),
    # A Python without a part of itself: what it was built with is wrong, or where it looks.
    *sees(
        "~told-failure",
        *(rf"No module named '?{module}'?$" for module in sorted(BUILT_WITH_PYTHON)),
        types="ModuleNotFoundError ImportError",
    ),
    *sees(
        "dependency-not-in-requirements wsgi-module-not-found settings-module-not-found "
        "db-driver-missing gunicorn20-no-pkg-resources removed-stdlib-module tf1-api-removed "
        "django-too-old-for-python tf-private-api tf-install-broken moved-keras-import "
        "whitenoise-old-import module-shadowed pickle-version-mismatch removed-django-api "
        "keras-standalone-mismatch removed-scipy-api import-case-mismatch pickle-refers-to-main "
        "unpinned-transitive-breaks numpy-api-too-old protobuf-too-new protobuf-too-old "
        "syntax-needs-newer-python",
        r"No module named '?(?P<module>[\w.]+)'?",
        types="ModuleNotFoundError ImportError",
        judge=_missing,
    ),
    *sees(
        "settings-module-not-found wsgi-module-not-found",
        r"No module named (?P<module>\S.{0,100})",
        types="ModuleNotFoundError ImportError",
        judge=_odd,
    ),
    *sees(
        "dependency-not-in-requirements",
        r"pip3? install (?:-U |--upgrade )?['\"`]?(?P<module>[A-Za-z][\w.-]*)",
        types="ImportError ModuleNotFoundError",
        when=lambda event: bool(event.frames),
    ),
)
