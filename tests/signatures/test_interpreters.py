"""Modules that load once in a process, under Apache and elsewhere."""

import pytest

from tests.signatures.reading import first_causes, noise, read, trace

PACKAGES = "/srv/shop/venv/lib/python3.13/site-packages"
BEGIN = "[Wed Oct 07 06:50:04.118592 2026] [wsgi:error] [pid 9:tid 1] [remote 203.0.113.18:53122] "


def apache(text: str) -> str:
    """Return lines as Apache's error log has them."""
    return "".join(f"{BEGIN}{line}\n" for line in text.splitlines())


def imported(module: str, error: str) -> str:
    """Return a traceback of an import that fails inside a package."""
    own = "/srv/shop/shop/wsgi.py:<module>:application = get_wsgi_application()"
    library = f"{PACKAGES}/{module}/__init__.py:<module>:from ._core import ("
    return trace(own, library, error=f"ImportError: {error}")


ONCE = "PyO3 modules may only be initialized once per interpreter process"


@pytest.mark.parametrize(
    ("module", "error"),
    [
        ("tokenizers", "PyO3 modules do not yet support subinterpreters, see https://github.com/x"),
        ("cryptography", ONCE),
        ("bcrypt", ONCE.replace("may", "compiled for CPython 3.8 or older may")),
        ("numpy", "cannot load module more than once per process"),
        ("numpy", "module numpy._core._umath does not support loading in subinterpreters"),
        ("onnxruntime", 'generic_type: type "OrtValue" is already registered!'),
    ],
)
def test_a_module_that_apache_loads_into_a_second_interpreter(module: str, error: str) -> None:
    assert first_causes(apache(imported(module, error))) == ["mod-wsgi-subinterpreter"]


def test_numpys_long_advice_belongs_to_its_error() -> None:
    advice = (
        "\n\nIMPORTANT: PLEASE READ THIS FOR ADVICE ON HOW TO SOLVE THIS ISSUE!\n\nImporting the "
        "numpy C-extensions failed. This error can happen for\nmany reasons.\n\nOriginal error "
        "was: module numpy.core._multiarray_umath does not support loading in subinterpreters"
    )
    assert first_causes(apache(imported("numpy", advice))) == ["mod-wsgi-subinterpreter"]


def test_elsewhere_a_module_that_is_loaded_twice_is_the_projects_own_mistake() -> None:
    log = imported("numpy", "cannot load module more than once per process")
    assert first_causes(log) == ["application-error"]


@pytest.mark.parametrize(
    "log",
    [
        (
            "UserWarning: NumPy was imported from a Python sub-interpreter but NumPy does not "
            "properly support sub-interpreters.\n"
        ),
        'GET /?q="PyO3 modules do not yet support subinterpreters" HTTP/1.1" 200\n',
    ],
)
def test_a_warning_and_a_question_are_silent(log: str) -> None:
    explanation = read(log)
    assert not explanation.first
    assert not explanation.outside
    assert noise(log) == []
