"""Names that a newer release no longer has: imports and attributes that were once right."""

import re
from typing import Final

from wherry.signatures.conditions import building, imported_by
from wherry.signatures.events import Event, Frame
from wherry.signatures.module_names import GONE_STDLIB, NEW_IN_NUMPY, NEW_NUMPY_MODULES
from wherry.signatures.signature import Verdict, sees, values_of

_TF1_TEXT: Final = """
get_default_graph Session placeholder ConfigProto GPUOptions reset_default_graph
InteractiveSession global_variables_initializer get_variable variable_scope app flags
logging contrib train.Saver gfile GraphDef log set_random_seed to_float to_int32
truncated_normal random_normal assign layers global_variables trainable_variables
all_variables read_file mul initialize_all_variables local_variables_initializer Print sub
sparse_placeholder get_session select pack unpack AUTO_REUSE random_uniform losses
FixedLenFeature parse_single_example neg get_collection GraphKeys
assert_variables_initialized div py_func metrics is_nan matrix_inverse diag ceil lin_space
extract_image_patches estimator
"""
_TF1: Final = frozenset(_TF1_TEXT.split())
_GONE_FROM_PROTOBUF: Final = frozenset(("_message", "service", "service_reflection", "pyext"))
_DJANGO: Final = re.compile(r"django\.(?!core\.exceptions)[\w.]+")
_MOVED_ON: Final = {
    "jinja2": "jinja2",
    "itsdangerous": "itsdangerous",
    "markupsafe": "markupsafe",
    "werkzeug": "Werkzeug",
    "flask": "Flask",
    "flask.helpers": "Flask",
    "flask.json": "Flask",
    "flask._compat": "Flask",
    "importlib_metadata": "importlib-metadata",
    "pydantic": "pydantic",
    "typing_extensions": "typing_extensions",
    "jwt": "PyJWT",
    "httpx": "httpx",
    "urllib3": "urllib3",
    "huggingface_hub": "huggingface-hub",
    "pyparsing": "pyparsing",
    "marshmallow": "marshmallow",
    "langchain": "langchain",
    "sqlalchemy": "SQLAlchemy",
    "redis": "redis",
    "kombu": "kombu",
    "asgiref": "asgiref",
    "attr": "attrs",
    "six": "six",
    "ml_dtypes": "ml_dtypes",
    "rest_framework": "djangorestframework",
    "celery": "celery",
}


def _cannot_import(event: Event, found: re.Match[str]) -> Verdict | None:
    name, module = found["name"], (found["module"] or "").strip("'\"")
    return (
        _of_models(event, name, module)
        or _of_python_and_django(event, name, module)
        or _of_others(event, name, module)
    )


def _of_models(event: Event, name: str, module: str) -> Verdict | None:
    asker = imported_by(event)
    if "partially initialized module" in event.text:
        return _circular(event, module)
    shadowed = _shadowed(event, module)
    if shadowed is not None:
        return shadowed
    if module.startswith("google.protobuf"):
        gone = name in _GONE_FROM_PROTOBUF or module.startswith("google.protobuf.pyext")
        return Verdict("protobuf-too-new" if gone else "protobuf-too-old", {"name": name})
    if module.startswith("tensorflow"):
        return _of_tensorflow(asker, name, module)
    if module.startswith("keras"):
        if "/keras/" in asker:
            return Verdict("keras-standalone-mismatch", {"name": name})
        return Verdict("moved-keras-import", {"name": name, "where_module": module})
    if module.startswith("scipy"):
        return Verdict("removed-scipy-api", {"name": name})
    if module.startswith("numpy"):
        return _of_numpy(module, name)
    if name == "DjangoWhiteNoise":
        return Verdict("whitenoise-old-import", {})
    return None


def _of_numpy(module: str, name: str) -> Verdict:
    """Names come and go: what asks for one that came later wants a newer NumPy."""
    if name in NEW_IN_NUMPY or f"{module}.".startswith(NEW_NUMPY_MODULES):
        return Verdict("numpy-api-too-old", {"name": f"{module}.{name}"})
    return Verdict("removed-numpy-alias", {"name": f"{module.replace('numpy', 'np')}.{name}"})


def _of_tensorflow(asker: str, name: str, module: str) -> Verdict:
    if re.search(r"/(?:keras|tf_keras|keras_\w+)/", asker) or name == "dtensor":
        return Verdict("keras-standalone-mismatch", {"name": name})
    if "/tensorflow/" in asker:
        return Verdict("tf-install-broken", {"name": name})
    if module.startswith("tensorflow.python"):
        return Verdict("tf-private-api", {"module": module, "name": name})
    if module.startswith("tensorflow.keras"):
        return Verdict("moved-keras-import", {"name": name, "where_module": module})
    return Verdict("tf1-api-removed", {"name": f"{module}.{name}"})


def _shadowed(event: Event, module: str) -> Verdict | None:
    """A library asked for a module, and got a file of the project's that is called so."""
    found = re.search(r"\((/[^()]+)\)\s*$", event.text)
    top = module.partition(".")[0]
    if found is None or not event.frames or not event.frames[-1].library:
        return None
    own = not Frame(found[1], 0, "", "", 0).library
    if own and found[1].endswith((f"/{top}.py", f"/{top}/__init__.py")):
        return Verdict("module-shadowed", {"module": top, "file": f"{top}.py"})
    return None


def _circular(event: Event, module: str) -> Verdict | None:
    """A file called as the package is found in its place; else the project imports in a circle."""
    path = re.search(r"\(most likely due to a circular import\) \(([^)]+)\)", event.text)
    top = module.partition(".")[0]
    if path and re.search(rf"/{re.escape(top)}\.py$", path[1]) and "site-packages" not in path[1]:
        own = {frame.path for frame in event.frames if not frame.library}
        if top in ("tensorflow", "keras", "numpy", "django", "cv2", "flask", "torch", "openai"):
            return Verdict("module-shadowed", {"module": top, "file": f"{top}.py"})
        if not own - {path[1]}:
            return Verdict("module-shadowed", {"module": top, "file": f"{top}.py"})
    return None


def _of_python_and_django(event: Event, name: str, module: str) -> Verdict | None:
    asker = imported_by(event)
    if module == "collections" or module.partition(".")[0] in GONE_STDLIB:
        if "/django/" in asker:
            return Verdict("django-too-old-for-python", {"module": module})
        return Verdict("removed-stdlib-module", {"module": f"{module}.{name}"})
    if module in ("inspect", "fractions", "asyncio", "typing", "gettext", "cgi", "base64", "math"):
        if "/django/" in asker:
            return Verdict("django-too-old-for-python", {"module": module})
        return Verdict("removed-stdlib-module", {"module": f"{module}.{name}"})
    if _DJANGO.match(module):
        return Verdict("removed-django-api", {"name": name})
    if name == "url_quote" and module.startswith("werkzeug"):
        return Verdict("flask-werkzeug-mismatch", {})
    if module.startswith("werkzeug") and "/flask" in asker:
        return Verdict("flask-werkzeug-mismatch", {"name": name})
    return None


def _of_others(event: Event, name: str, module: str) -> Verdict | None:
    asker = imported_by(event)
    top = module.partition(".")[0]
    package = _MOVED_ON.get(module) or _MOVED_ON.get(top)
    if package is not None:
        return Verdict("unpinned-transitive-breaks", {"package": package, "name": name})
    if top in ("sklearn", "pandas", "skimage") and any(
        "pickle" in frame.path or "joblib" in frame.path for frame in event.frames
    ):
        return Verdict("pickle-version-mismatch", {"package": top})
    if asker and "site-packages/" in asker and top and top not in asker:
        return Verdict("unpinned-transitive-breaks", {"package": top, "name": name})
    return None


def _no_attribute(event: Event, found: re.Match[str]) -> Verdict | None:
    module, name = found["module"], found["name"]
    if "partially initialized" in event.text:
        return _circular_attribute(event, module)
    if building(event):
        return None
    if module.startswith(("tensorflow", "keras")):
        return _tf_attribute(event, module, name)
    if module.startswith("numpy"):
        return _of_numpy(module, name)
    if module.startswith("scipy"):
        return Verdict("removed-scipy-api", {"name": f"{module}.{name}"})
    if module in (
        "collections",
        "inspect",
        "asyncio",
        "time",
        "fractions",
        "gettext",
        "cgi",
        "imp",
    ):
        cause = "django-too-old-for-python" if _in_django(event) else "removed-stdlib-module"
        return Verdict(cause, {"module": f"{module}.{name}"})
    if module.startswith("PIL.") or module == "PIL":
        return Verdict("unpinned-transitive-breaks", {"package": "Pillow", "name": name})
    if module.startswith("django"):
        return Verdict("removed-django-api", {"name": f"{module}.{name}"})
    return None


def _circular_attribute(event: Event, module: str) -> Verdict | None:
    top = module.partition(".")[0]
    if any(frame.path.endswith(f"/{top}.py") and not frame.library for frame in event.frames) or (
        top in ("tensorflow", "keras", "numpy", "cv2", "torch", "pandas", "flask", "django")
        and not any(f"/{top}/" in frame.path for frame in event.frames)
    ):
        return Verdict("module-shadowed", {"module": top, "file": f"{top}.py"})
    return None


def _in_django(event: Event) -> bool:
    return "/django/" in (event.frames[-1].path if event.frames else "")


def _tf_attribute(event: Event, module: str, name: str) -> Verdict | None:
    inside = event.frames[-1].path if event.frames else ""
    if "__internal__" in module or "/keras/" in inside:
        return Verdict("keras-standalone-mismatch", {"name": name})
    if name in ("__version__", "keras", "compat", "constant", "nn", "lite") and module == (
        "tensorflow"
    ):
        return Verdict("tf-install-broken", {"name": name})
    if module.startswith("keras"):
        if name in ("get_session", "set_session", "clear_session_"):
            return Verdict("keras-standalone-mismatch", {"name": name})
        return Verdict("moved-keras-import", {"name": name, "where_module": module})
    if name in _TF1 or module.startswith(("tensorflow.compat.v1", "tensorflow._api.v1")):
        return Verdict("tf1-api-removed", {"name": f"tf.{name}"})
    if "python" in module:
        return Verdict("tf-private-api", {"module": module, "name": name})
    return Verdict("tf1-api-removed", {"name": f"{module}.{name}"})


def _numpy_alias(event: Event, found: re.Match[str]) -> Verdict:
    del event
    if found["name"] in NEW_IN_NUMPY:
        return Verdict("numpy-api-too-old", values_of(found))
    return Verdict("removed-numpy-alias", values_of(found))


SIGNATURES = (
    *sees(
        "unpinned-transitive-breaks",
        r"(?P<package>Numba) needs NumPy [\d.]+ or less",
        (
            r"(?P<package>[\w.-]+)(?:[<>=!~]=?[\w.]+,?)+ is required for a normal functioning of "
            r"this module, but found"
        ),
        r"'super' object has no attribute '(?P<name>__sklearn_tags__)'",
        r"Client\.__init__\(\) got an unexpected keyword argument '(?P<name>proxies)'",
        r"'EntryPoints' object has no attribute '(?P<name>get)'",
        r"module 'lib' has no attribute '(?P<name>X509_V_FLAG_\w+)'",
        r"has no attribute '(?P<name>OpenSSL_add_all_algorithms|SSL_ST_INIT)'",
    ),
    *sees(
        "module-shadowed",
        r"consider renaming '(?P<file>[^']+)' (?:since it has the same name as|if it has the same)",
    ),
    *sees(
        "removed-numpy-alias numpy-api-too-old",
        r"`(?P<name>np\.\w+)` was removed in the NumPy 2\.0 release",
        r"`(?P<name>np\.\w+)` was a deprecated alias for the builtin",
        r"module 'numpy' has no attribute '(?P<name>\w+)'",
        judge=_numpy_alias,
        types="AttributeError",
    ),
    *sees(
        "removed-django-api protobuf-too-old protobuf-too-new numpy-api-too-old "
        "keras-standalone-mismatch tf-private-api "
        "tf1-api-removed tf-install-broken moved-keras-import removed-scipy-api "
        "removed-numpy-alias whitenoise-old-import module-shadowed removed-stdlib-module "
        "django-too-old-for-python flask-werkzeug-mismatch unpinned-transitive-breaks "
        "pickle-version-mismatch",
        (
            r"cannot import name '?(?P<name>\w+)'?(?: from (?:partially initialized module "
            r")?(?P<module>'?[\w.]+'?))?"
        ),
        types="ImportError",
        judge=_cannot_import,
    ),
    *sees(
        "removed-stdlib-module django-too-old-for-python removed-scipy-api removed-numpy-alias "
        "tf1-api-removed tf-private-api tf-install-broken keras-standalone-mismatch "
        "numpy-api-too-old moved-keras-import module-shadowed unpinned-transitive-breaks "
        "removed-django-api",
        r"module '(?P<module>[\w.]+)' has no attribute '(?P<name>\w+)'",
        types="AttributeError",
        judge=_no_attribute,
    ),
    *sees(
        "keras-standalone-mismatch",
        r"Keras requires TensorFlow 2\.2 or higher",
        (
            r"Your currently installed version of Keras is Keras 3, but this is not yet supported "
            r"in Transformers"
        ),
        r"keras\.src.{0,60}requires TensorFlow",
        r"requires `keras` \d\.\d+ or .{1,60} installed version",
    ),
    *sees(
        "tf1-api-removed",
        r"tf\.(?P<name>placeholder|gradients|function)\(\) is not compatible with eager execution",
        r"The Session graph is empty",
        (
            r"module 'tensorflow' has no attribute '(?P<name>contrib|Session|placeholder|"
            r"get_default_graph)'"
        ),
        (
            r"'(?:Sequential|Functional|Model)' object has no attribute '(?P<name>predict_classes|"
            r"predict_proba|_make_predict_function|_get_distribution_strategy|fit_generator|"
            r"predict_generator|evaluate_generator|_make_train_function)'"
        ),
        r"tf\.gradients is not supported when eager execution is enabled",
    ),
    *sees(
        "removed-django-api",
        r"Passing a 3-tuple to include\(\) is not supported",
        r"view must be a callable or a list/tuple in the case of include\(\)",
        r"__init__\(\) missing 1 required positional argument: 'on_delete'",
        r"'(?P<name>[\w.]+)' is not a registered tag library",
        r"WSGIRequest' object has no attribute '(?P<name>is_ajax)'",
        r"`?get_response`? must be provided\.?.{0,20}MiddlewareMixin",
    ),
    *sees(
        "django-too-old-for-python",
        r"'super' object has no attribute 'dicts'",
        r"Generator expression must be parenthesized.{0,200}django/contrib/admin",
        r"'super' object has no attribute 'dicts' and no __dict__",
    ),
    *sees(
        "django-too-old-for-python",
        r"Generator expression must be parenthesized",
        when=lambda event: any("/django/" in frame.path for frame in event.frames),
    ),
    *sees(
        "flask-werkzeug-mismatch",
        r"module 'werkzeug' has no attribute '__version__'",
        r"cannot import name 'url_(?:quote|decode|encode|unquote)' from 'werkzeug\.urls'",
    ),
)
