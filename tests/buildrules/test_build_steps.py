"""collectstatic, NLTK's data, tools, process types and the slug's size: when, and in what words."""

import pytest

from wherry.buildrules import installing, layout, nltk_data, procfile, slug_size, static_files
from wherry.buildrules.refusal import Caution, Refusal
from wherry.causes import catalogue


def test_collectstatic_takes_the_manage_py_nearest_to_the_root() -> None:
    paths = ["b/manage.py", "a/manage.py", "a/b/manage.py", "requirements.txt"]
    plan = static_files.plan(paths, {}, django=True)
    assert plan.manage == "a/manage.py"
    assert plan.line == "$ python a/manage.py collectstatic --noinput"


def test_collectstatic_does_not_run() -> None:
    deep = ["a/b/c/manage.py"]
    assert static_files.plan(deep, {}, django=True).line == (
        "Skipping Django collectstatic since no manage.py file found."
    )
    assert static_files.plan(["manage.py"], {}, django=False).line == ""
    off = static_files.plan(["manage.py"], {"DISABLE_COLLECTSTATIC": "1"}, django=True)
    assert off.manage == ""
    assert off.line.endswith("since the env var DISABLE_COLLECTSTATIC is set.")
    old = static_files.plan([".heroku/collectstatic_disabled", "manage.py"], {}, django=True)
    assert old.manage == ""
    assert old.cautions[0].cause == "collectstatic-disabled"
    fir = static_files.plan(["site/manage.py"], {}, django=True, fir=True)
    assert fir.manage == ""


def test_zero_does_not_disable() -> None:
    plan = static_files.plan(["manage.py"], {"DISABLE_COLLECTSTATIC": "0"}, django=True)
    assert plan.manage == "manage.py"


def test_nltk_names() -> None:
    assert nltk_data.names("punkt\n\n stopwords \n--help\n; rm -rf /\n") == ("punkt", "stopwords")


def test_tools() -> None:
    assert installing.tool_version("pip") == "26.2.1"
    assert installing.setuptools_version((3, 12)) == "70.3.0"
    assert installing.setuptools_version((3, 13)) is None
    line = installing.install_of("poetry").line
    assert line == "Installing dependencies using 'poetry sync --only main'"


@pytest.mark.parametrize(
    ("output", "cause"),
    [
        ("Could not find gdal-config", "system-lib-missing"),
        ("a.c:1: fatal error: sqlite3.h: No such file or directory", "build-tools-missing"),
        ("Please use pip<24.1 if you need to use this version", "invalid-metadata"),
    ],
)
def test_what_the_buildpack_recognises(output: str, cause: str) -> None:
    known = installing.recognised(output)
    assert known is not None
    assert known.cause == cause
    assert catalogue.cause(cause)


def test_what_it_does_not_recognise() -> None:
    assert installing.recognised("ERROR: No matching distribution found for x==9") is None


def test_process_types() -> None:
    text = "# ours\nweb: gunicorn a.wsgi\nrelease:python manage.py migrate\nnonsense\n: x\n"
    found = procfile.process_types(text)
    assert found == {"web": "gunicorn a.wsgi", "release": "python manage.py migrate"}
    assert procfile.lines(found, {}) == ("Procfile declares types -> web, release",)
    assert procfile.lines({}, {"web": "x"}) == (
        "Procfile declares types -> (none)",
        "Default types for buildpack -> web",
    )


def test_slug_sizes() -> None:
    assert slug_size.judge(299_000_000, 1_000_000_000, 300_000_000) is None
    assert slug_size.judge(5_000_000_000, None, None) is None
    large = slug_size.judge(346_400_000, 1_000_000_000, 300_000_000)
    assert isinstance(large, Caution)
    assert large.lines == (
        (
            "Warning: Your slug size (346 MB) exceeds our soft limit (300 MB) which may "
            "affect boot time."
        ),
    )
    refused = slug_size.judge(1_200_000_000, 1_000_000_000, 300_000_000)
    assert isinstance(refused, Refusal)
    assert refused.first_line == "Compiled slug size: 1.2G is too large (max is 1G)."
    old = slug_size.judge(502_500_000, 500_000_000, None)
    assert isinstance(old, Refusal)
    assert old.first_line == "Compiled slug size: 502.5M is too large (max is 500M)."


def test_layout() -> None:
    assert layout.step("Compressing...") == "-----> Compressing..."
    assert layout.indented("Done: 1.0M") == "       Done: 1.0M"
    assert list(layout.marked(("Error: x", "", "y"))) == [
        "",
        " !     Error: x",
        " !",
        " !     y",
        "",
    ]
