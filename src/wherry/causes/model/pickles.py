"""Pickles, which depend on the code that wrote them."""

from typing import Final

from wherry.causes import sources
from wherry.causes.cause import Cause, Check, Severity, edit

CAUSES: Final = (
    Cause(
        code="WH524",
        name="pickle-version-mismatch",
        title="A pickle was written by another release of {package|scikit-learn}",
        severity=Severity.ERROR,
        why="A pickle stores a class's insides, and they change: scikit-learn promises nothing "
        "across releases, pandas and numpy moved modules, and a newer Python's protocol is "
        "unknown to an older one.",
        looks_like=(
            (
                "InconsistentVersionWarning: Trying to unpickle estimator "
                "DecisionTreeClassifier from version 0.24.2 when using version "
                "1.5.0."
            ),
            "ModuleNotFoundError: No module named 'sklearn.ensemble.forest'",
            "ModuleNotFoundError: No module named 'numpy._core'",
            "ValueError: unsupported pickle protocol: 5",
            "ValueError: node array from the pickle has an incompatible dtype:",
        ),
        remedies=(
            edit(
                "Pin the release that wrote it.",
                "{requirements|requirements.txt}",
                "{pin|scikit-learn==1.5.2}",
            ),
            edit(
                "Or train again with the release that is installed.",
                "train.py",
                'joblib.dump(model, "{model|model.joblib}")',
            ),
            edit(
                "Or export it to a format that lasts.",
                "train.py",
                "onnx = skl2onnx.to_onnx(model, samples[:1])",
                needs="skl2onnx where you train, wherry[onnx] where you serve",
                pythons="3.12-3.14",
            ),
        ),
        check=Check(
            "What wrote it, without opening it:",
            ("python -m pickletools {model|model.pkl} | grep -i version",),
        ),
        sources=(sources.SKLEARN, sources.PICKLE),
        related=("pickle-refers-to-main", "untrusted-file-unpickled", "sklearn-dummy-package"),
    ),
    Cause(
        code="WH525",
        name="pickle-refers-to-main",
        title="A pickle refers to {name|a name} in the script that wrote it",
        severity=Severity.ERROR,
        why="Functions and classes are pickled by name. What was defined in a notebook or a script "
        "that was run directly is called __main__.it, and under gunicorn __main__ is gunicorn.",
        looks_like=(
            (
                "AttributeError: Can't get attribute 'tokenize' on <module "
                "'__main__' from '/app/.heroku/python/bin/gunicorn'>"
            ),
        ),
        remedies=(
            edit(
                "Put it into a module that both import, and write the pickle again.",
                "train.py",
                "from {module|features} import {name|tokenize}",
            ),
        ),
        check=Check(
            "What it refers to, without opening it:",
            ("python -m pickletools {model|model.pkl} | grep __main__",),
        ),
        sources=(sources.PICKLE,),
        related=("pickle-version-mismatch",),
    ),
)
