"""Heavy packages that the list asks for by name, and that no file of the project imports."""

from collections.abc import Iterator, Mapping
from typing import Final

from wherry.dependencies.modules import closure, known_modules
from wherry.dependencies.requirement import RequirementLine
from wherry.doctor.rule import Context, Rule, found
from wherry.doctor.rules.dependencies.bloat import UNPICKLERS, names_module
from wherry.doctor.rules.dependencies.situation import lines, where
from wherry.findings import Confidence, Evidence, Finding, How

# What takes a package where it finds it, though it does not ask for it; UNPICKLERS may need
# anything that models are made of.
_TABLES: Final = ("pandas", "sklearn", "plotly", "seaborn", "altair", "statsmodels", "xgboost")
_CHARTS: Final = ("pandas", "sklearn", "seaborn", "statsmodels", "librosa", "skimage", "networkx")
_MODELS: Final = (*UNPICKLERS, "mlflow", "shap", "lime", "sklearn", "pycaret", "keras", "torch")
_TEXTS: Final = ("textblob", "newspaper", "sumy", "rake_nltk", "sklearn", "transformers")
# Packages of 10 to 100 MB and more with what they bring, which each slug carries.
_HEAVY: Final[Mapping[str, tuple[str, ...]]] = {
    **dict.fromkeys(
        (
            *("opencv-python", "opencv-python-headless", "opencv-contrib-python"),
            "opencv-contrib-python-headless",
        ),
        ("imutils", "albumentations", "mediapipe", "imgaug", "keras", "deepface", "easyocr"),
    ),
    "matplotlib": (*_CHARTS, "wordcloud", "shap", "mlxtend", "lime", "prophet"),
    "seaborn": (),
    "plotly": ("pandas", "dash", "prophet", "cufflinks", "optuna"),
    "bokeh": ("holoviews", "hvplot", "panel", "dask", "pandas"),
    "altair": ("streamlit",),
    "streamlit": (),
    "gradio": (),
    "dash": ("django_plotly_dash",),
    "spacy": ("textacy", "scispacy", "spacy_transformers", "presidio_analyzer", "rasa"),
    "gensim": ("pyLDAvis",),
    "nltk": (*_TEXTS, "pattern", "chatterbot"),
    "xgboost": _MODELS,
    "lightgbm": _MODELS,
    "catboost": _MODELS,
    "scikit-image": (*UNPICKLERS, "lime", "imgaug", "albumentations"),
    "scikit-learn": (*_MODELS, *_TEXTS, "librosa", "imblearn", "lightgbm", "xgboost"),
    "statsmodels": (*UNPICKLERS, "pmdarima", "seaborn", "plotly", "prophet"),
    "scipy": (*_TABLES, *_CHARTS, *_MODELS, "tensorflow", "gensim", "numpy"),
    "pandas": (*_TABLES, *UNPICKLERS, "import_export", "tablib", "rest_pandas", "yfinance"),
    "dask": ("pandas", "xarray"),
    "selenium": ("splinter", "webdriver_manager", "seleniumbase"),
}


def _check(context: Context) -> Iterator[Finding]:
    project = context.project
    if project.requirements.lock is not None or project.code.skipped:
        return
    listed = lines(context)
    if not all(_is_known(line) for line in listed):
        return
    roots = {item.root for item in project.code.imports if not item.local}
    unused = [line for line in listed if _is_unused(line, listed, roots, context)]
    if unused:
        names = ", ".join(line.name for line in unused)
        yield found(
            "requirement-not-imported",
            *(where(line) for line in unused),
            confidence=Confidence.MEDIUM,
            values={"names": names, "requirements": unused[0].file},
            evidence=(Evidence("required, and imported by no Python file", names, How.READ),),
        )


def _is_known(line: RequirementLine) -> bool:
    """Whether it is known what it imports: a stranger may need anything that stands beside it."""
    return bool(known_modules(line.key)) or line.key.startswith(("django-", "types-", "pytest"))


def _is_unused(
    line: RequirementLine,
    listed: tuple[RequirementLine, ...],
    roots: set[str],
    context: Context,
) -> bool:
    takers = _HEAVY.get(line.key)
    modules = known_modules(line.key)
    if takers is None or roots & modules or roots.intersection(takers):
        return False
    if line.key in closure(other.key for other in listed if other.key != line.key):
        return False
    package = None if context.resolution is None else context.resolution.package(line.key)
    if package is not None and package.required_by:
        return False
    return not names_module(context, modules)


RULE: Final = Rule("requirement-not-imported", ("requirement-not-imported",), _check)
