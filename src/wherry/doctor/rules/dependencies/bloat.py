"""A list that holds a whole laptop: tools for writing code, and frameworks that nothing imports."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from wherry.dependencies import standard_library
from wherry.dependencies.requirement import RequirementLine
from wherry.dependencies.tensorflow_table import NAMES as TENSORFLOW
from wherry.doctor.rule import Context, Rule, found
from wherry.doctor.rules.dependencies.situation import lines, where
from wherry.findings import Evidence, Finding, How

# Notebooks, editors, linters, test tools and conda itself: what a web process never imports.
_TOOLS: Final = frozenset(
    (
        *("jupyter", "jupyter-client", "jupyter-console", "jupyter-core", "jupyterlab"),
        *("jupyterlab-server", "jupyterlab-pygments", "jupyterlab-widgets", "jupyter-server"),
        *("notebook", "nbclient", "nbconvert", "nbformat", "nbclassic", "ipykernel", "ipython"),
        *("ipywidgets", "widgetsnbextension", "qtconsole", "qtpy", "spyder", "spyder-kernels"),
        *("anaconda-client", "anaconda-navigator", "anaconda-project", "conda", "conda-build"),
        *("conda-package-handling", "navigator-updater", "menuinst", "black", "pylint", "flake8"),
        *("autopep8", "pycodestyle", "pyflakes", "isort", "mypy", "pytest", "pytest-cov", "tox"),
        *("pyinstaller", "pyinstaller-hooks-contrib", "pywinpty", "terminado", "send2trash"),
        *("prometheus-client", "pandocfilters", "mistune", "jedi", "parso", "rope", "yapf"),
        *("astroid", "pyls-spyder", "python-lsp-server", "ipython-genutils", "backcall"),
        *("matplotlib-inline", "pickleshare", "prompt-toolkit", "debugpy", "entrypoints"),
    )
)
_MANY: Final = 8
# A pickle may hold a model of any framework.
UNPICKLERS: Final = frozenset(("pickle", "joblib", "dill", "cloudpickle"))
# Frameworks of hundreds of megabytes, with the modules that they provide.
_FRAMEWORKS: Final[Mapping[str, tuple[str, ...]]] = {
    **dict.fromkeys(TENSORFLOW, ("tensorflow", "tensorboard")),
    **dict.fromkeys(("torch", "torchvision"), ("torch", "torchvision", "torchaudio")),
    **dict.fromkeys(("jax", "jaxlib"), ("jax", "jaxlib", "flax")),
    **{name: (name,) for name in ("mxnet", "pyspark", "paddlepaddle", "torchaudio")},
}
# What runs models: without one of them in the code, the code that is to come may want the other.
_RUNTIMES: Final = frozenset(
    ("tflite_runtime", "ai_edge_litert", "onnxruntime", "tensorflow", "torch", "jax", "mxnet")
)
# What works without any other, and hands nothing to them behind the code's back: as Keras and
# transformers do, and everything that may unpickle a model of theirs.
_STAND_ALONE: Final = frozenset(
    (
        *("django", "rest_framework", "corsheaders", "whitenoise", "crispy_forms", "environ"),
        *("decouple", "dotenv", "dj_database_url", "django_heroku", "storages", "import_export"),
        *("psycopg2", "psycopg", "MySQLdb", "redis", "celery", "channels", "boto3", "stripe"),
        *("flask", "flask_cors", "werkzeug", "jinja2", "fastapi", "uvicorn", "pydantic"),
        *("requests", "httpx", "bs4", "lxml", "yaml", "dateutil", "pytz", "tqdm", "gunicorn"),
        *("numpy", "scipy", "pandas", "PIL", "cv2", "skimage", "imageio", "soundfile", "librosa"),
        *("matplotlib", "seaborn", "plotly", "nltk", "markdown", "openpyxl", "sklearn", "pytest"),
        *("torchvision", "torchaudio", "pyspark", "paddle"),
        *_RUNTIMES,
    )
)


def _check(context: Context) -> Iterator[Finding]:
    if context.project.requirements.lock is not None:
        return
    tools = _tools(context)
    unused = _unused_frameworks(context)
    named = [line for line in lines(context) if line in unused or line in tools]
    if not unused and len(tools) < _MANY:
        return
    told = [
        Evidence("requirements", float(len(lines(context))), How.READ),
        Evidence("of them tools for writing code", float(len(tools)), How.READ),
    ]
    if unused:
        names = ", ".join(line.name for line in unused)
        told.append(Evidence("frameworks that no file imports", names, How.READ))
    yield found(
        "pip-freeze-bloat",
        *(where(line) for line in named),
        values={"count": str(len(named)), "requirements": named[0].file},
        evidence=tuple(item for item in told if item.value),
    )


def _tools(context: Context) -> list[RequirementLine]:
    imported = {item.root.lower() for item in context.project.code.imports}
    return [
        line
        for line in lines(context)
        if line.key in _TOOLS and line.key.replace("-", "_") not in imported
    ]


def _unused_frameworks(context: Context) -> list[RequirementLine]:
    """Return the frameworks that no file imports, where another one does the work."""
    code = context.project.code
    roots = {item.root for item in code.imports if not item.local}
    outside = {root for root in roots if root not in standard_library.MODULES}
    if code.skipped or not outside <= _STAND_ALONE or roots & UNPICKLERS:
        return []
    if not roots & _RUNTIMES:
        return []
    candidates = [line for line in lines(context) if line.key in _FRAMEWORKS]
    if any(line.key == "wherry" for line in lines(context)):
        return []  # it takes the library out of TensorFlow's wheel and imports nothing of it
    unused = [line for line in candidates if not roots.intersection(_FRAMEWORKS[line.key])]
    return [line for line in unused if not names_module(context, _FRAMEWORKS[line.key])]


def names_module(context: Context, modules: Iterable[str]) -> bool:
    """Whether the code names a module in some other way: ``import_module("torch")``."""
    texts = [context.project.text(source.path) for source in context.project.code.sources.all]
    return any(module in text.content for text in texts if text for module in modules)


RULE: Final = Rule("pip-freeze-bloat", ("pip-freeze-bloat",), _check)
