"""What a module's name tells by itself: whose it is, and since when it is gone."""

from typing import Final

_GONE_STDLIB_TEXT: Final = """
distutils imp cgi cgitb imghdr sndhdr asyncore asynchat smtpd pipes telnetlib crypt audioop
aifc chunk sunau uu xdrlib nntplib lib2to3 msilib nis ossaudiodev spwd mailcap formatter
parser symbol macpath dummy_threading binhex
"""
GONE_STDLIB: Final = frozenset(_GONE_STDLIB_TEXT.split())
# Python has them unless it was built without the libraries that they need; no index does.
_BUILT_TEXT: Final = """
_ctypes _sqlite3 _bz2 _lzma _ssl _hashlib _uuid _zoneinfo _curses _tkinter tkinter readline
encodings ensurepip
"""
BUILT_WITH_PYTHON: Final = frozenset(_BUILT_TEXT.split())
# With the release that brought them; an older Python has none of them.
LATER_STDLIB: Final = {
    "importlib.resources": "3.7",
    "dataclasses": "3.7",
    "importlib.metadata": "3.8",
    "zoneinfo": "3.9",
    "graphlib": "3.9",
    "tomllib": "3.11",
    "asyncio.taskgroups": "3.11",
    "annotationlib": "3.14",
    "compression.zstd": "3.14",
    "string.templatelib": "3.14",
}
_PYTHON_2_TEXT: Final = """
urllib2 urlparse ConfigParser Queue StringIO cStringIO cPickle Tkinter httplib commands
HTMLParser SocketServer BaseHTTPServer __builtin__ sets
"""
PYTHON_2: Final = frozenset(_PYTHON_2_TEXT.split())
DRIVERS: Final = {
    "psycopg2": "psycopg2-binary",
    "psycopg": "psycopg[binary]",
    "MySQLdb": "mysqlclient",
    "pymysql": "PyMySQL",
    "cx_Oracle": "cx_Oracle",
    "oracledb": "oracledb",
    "pyodbc": "pyodbc",
    "mssql": "mssql-django",
    "djongo": "djongo",
}
PACKAGES: Final = {
    "cv2": "opencv-python-headless",
    "PIL": "Pillow",
    "sklearn": "scikit-learn",
    "skimage": "scikit-image",
    "yaml": "PyYAML",
    "bs4": "beautifulsoup4",
    "dotenv": "python-dotenv",
    "decouple": "python-decouple",
    "environ": "django-environ",
    "corsheaders": "django-cors-headers",
    "rest_framework": "djangorestframework",
    "rest_framework_simplejwt": "djangorestframework-simplejwt",
    "crispy_forms": "django-crispy-forms",
    "crispy_bootstrap5": "crispy-bootstrap5",
    "crispy_bootstrap4": "crispy-bootstrap4",
    "storages": "django-storages",
    "whitenoise": "whitenoise",
    "dj_database_url": "dj-database-url",
    "django_heroku": "django-heroku",
    "django_filters": "django-filter",
    "debug_toolbar": "django-debug-toolbar",
    "django_extensions": "django-extensions",
    "widget_tweaks": "django-widget-tweaks",
    "import_export": "django-import-export",
    "cloudinary_storage": "django-cloudinary-storage",
    "ckeditor": "django-ckeditor",
    "allauth": "django-allauth",
    "jwt": "PyJWT",
    "jose": "python-jose",
    "Crypto": "pycryptodome",
    "dateutil": "python-dateutil",
    "magic": "python-magic",
    "fitz": "PyMuPDF",
    "docx": "python-docx",
    "pkg_resources": "setuptools",
    "attr": "attrs",
    "serial": "pyserial",
    "git": "GitPython",
    "MySQLdb": "mysqlclient",
    "psycopg2": "psycopg2-binary",
    "tensorflow_hub": "tensorflow-hub",
    "tf_keras": "tf-keras",
    "tflite_runtime": "ai-edge-litert",
    "google.cloud": "google-cloud-storage",
    "googleapiclient": "google-api-python-client",
    "paho": "paho-mqtt",
    "telegram": "python-telegram-bot",
    "discord": "discord.py",
}
"""The package that provides a module, where its name is another one."""

MOVED_KERAS: Final = (
    "keras.utils.np_utils",
    "keras.utils.vis_utils",
    "keras.utils.generic_utils",
    "keras.utils.training_utils",
    "keras.utils.conv_utils",
    "keras.utils.layer_utils",
    "keras.utils.data_utils",
    "keras.preprocessing.text",
    "keras.preprocessing.image",
    "keras.preprocessing.sequence",
    "keras.layers.",
    "keras.engine",
    "keras.backend.tensorflow_backend",
    "keras.backend.",
    "keras.optimizers.",
    "keras.legacy",
    "keras.wrappers",
    "keras.applications.",
    "keras.objectives",
    "keras.api",
    "keras.src",
    "keras.saving",
    "keras.initializers",
    "keras.datasets",
    "keras.regularizers",
    "keras.layers.merge",
    "keras.callbacks",
    "keras_applications",
    "keras_preprocessing",
    "keras.mixed_precision",
)
OLD_PICKLES: Final = (
    "sklearn.ensemble.forest",
    "sklearn.ensemble.gradient_boosting",
    "sklearn.ensemble.weight_boosting",
    "sklearn.ensemble.bagging",
    "sklearn.tree.tree",
    "sklearn.svm.classes",
    "sklearn.linear_model.base",
    "sklearn.linear_model.logistic",
    "sklearn.linear_model.stochastic_gradient",
    "sklearn.linear_model.ridge",
    "sklearn.linear_model.coordinate_descent",
    "sklearn.neighbors.classification",
    "sklearn.neighbors.base",
    "sklearn.neighbors.regression",
    "sklearn.neighbors.kd_tree",
    "sklearn.neighbors._dist_metrics",
    "sklearn.metrics._dist_metrics",
    "sklearn.preprocessing.label",
    "sklearn.preprocessing.data",
    "sklearn.preprocessing.imputation",
    "sklearn.neural_network.multilayer_perceptron",
    "sklearn.cluster.k_means_",
    "sklearn.decomposition.pca",
    "sklearn.ensemble._gb_losses",
    "sklearn.ensemble._hist_gradient_boosting.loss",
    "sklearn._loss._loss",
    "sklearn.utils._typedefs",
    "numpy._core",
    "numpy.random._mt19937",
    "pandas.core.indexes.numeric",
    "pandas.core.index",
    "pandas.core.internals.managers",
    "pandas._libs.internals",
)
"""Modules that only a pickle asks for, since the package moved or renamed them."""


def belongs(module: str, names: tuple[str, ...]) -> bool:
    """Whether it is one of these modules, or in one of them."""
    return any(
        module == name.rstrip(".") or module.startswith(name.rstrip(".") + ".") for name in names
    )


# What later releases of NumPy brought; what asks for it does not find it in earlier ones.
NEW_IN_NUMPY: Final = frozenset(
    (
        "dtypes", "exceptions", "typing", "broadcast_shapes", "_CopyMode", "from_dlpack",
        "StringDType", "strings", "trapezoid", "unstack", "astype", "isdtype", "concat",
        "matrix_transpose", "vecdot", "bitwise_count", "unique_values", "permute_dims", "pow",
        "__array_namespace_info__", "_core", "matvec", "vecmat", "NumpyVersion",
    )
)  # fmt: skip
NEW_NUMPY_MODULES: Final = (
    "numpy.typing.", "numpy._typing.", "numpy.exceptions.", "numpy.dtypes.", "numpy._core.",
    "numpy.strings.", "numpy.lib.array_utils.",
)  # fmt: skip
GONE_FROM_PROTOBUF: Final = (
    "google.protobuf.pyext", "google.protobuf.service", "google.protobuf.service_reflection",
)  # fmt: skip
