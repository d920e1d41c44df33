"""The dependency sets: some that the coefficients are fitted on, others that test them.

No package that weighs anything stands in both.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class DependencySet:
    """What an app requires.

    Attributes:
        python: The Python that it is installed into.
        levels: Whether gzip -1 and -9 are tried on it, too.
    """

    name: str
    python: str
    requirements: tuple[str, ...]
    levels: bool = False


FITTED: Final = (
    DependencySet(
        "flask", "3.13", ("flask", "gunicorn", "sqlalchemy", "psycopg2-binary", "celery")
    ),
    DependencySet("tables", "3.12", ("pandas", "openpyxl", "pyarrow", "sqlalchemy")),
    DependencySet("charts", "3.11", ("matplotlib", "plotly", "bokeh", "altair"), levels=True),
    DependencySet("cloud", "3.13", ("boto3", "google-cloud-storage", "azure-storage-blob")),
    DependencySet("boosting", "3.10", ("lightgbm", "statsmodels", "xgboost-cpu")),
    DependencySet("language", "3.12", ("spacy", "nltk", "gensim")),
    DependencySet("jax", "3.13", ("jax", "jaxlib")),
    DependencySet("images", "3.12", ("scikit-image", "imageio", "shapely"), levels=True),
    DependencySet("tensorflow-cpu 2.13", "3.10", ("tensorflow-cpu==2.13.1",)),
    DependencySet(
        "interfaces",
        "3.11",
        ("fastapi[standard]", "pydantic", "cryptography", "grpcio"),
        levels=True,
    ),
    DependencySet("languages", "3.12", ("sphinx", "wtforms", "flask-admin", "humanize", "babel")),
)
TESTED: Final = (
    DependencySet(
        "plain Django", "3.13", ("django==5.2.*", "gunicorn", "whitenoise", "dj-database-url")
    ),
    DependencySet(
        "Django and its usual company",
        "3.12",
        ("django", "gunicorn", "djangorestframework", "pillow", "django-cors-headers", "requests"),
    ),
    DependencySet("tensorflow 2.15", "3.11", ("django==4.2.*", "gunicorn", "tensorflow==2.15.1")),
    DependencySet("tensorflow-cpu 2.20", "3.13", ("django", "gunicorn", "tensorflow-cpu==2.20.0")),
    DependencySet(
        "tensorflow-cpu 2.10",
        "3.10",
        ("django==4.2.*", "gunicorn", "tensorflow-cpu==2.10.1", "numpy<2"),
    ),
    DependencySet("tensorflow 2.21", "3.12", ("django", "gunicorn", "tensorflow==2.21.0")),
    DependencySet(
        "OpenCV", "3.12", ("django", "gunicorn", "opencv-python-headless", "pillow", "numpy")
    ),
    DependencySet(
        "PyTorch for processors", "3.11", ("django==5.2.*", "gunicorn", "torch==2.13.0+cpu")
    ),
    DependencySet("LiteRT", "3.13", ("django", "gunicorn", "ai-edge-litert", "pillow")),
    DependencySet("ONNX Runtime", "3.12", ("django", "gunicorn", "onnxruntime")),
    DependencySet(
        "scikit-learn", "3.13", ("django", "gunicorn", "scikit-learn", "joblib", "pillow")
    ),
    DependencySet("transformers", "3.12", ("django", "gunicorn", "transformers", "tokenizers")),
)
