"""pip, uv, Poetry and Pipenv: why a requirement cannot be had."""

import pytest

from tests.signatures.reading import first_causes, possible_causes, read, trace

NO_MATCH = (
    "ERROR: Could not find a version that satisfies the requirement {pin} (from versions: "
    "{versions})\nERROR: No matching distribution found for {pin}\n"
)
OF_314 = "2.22.0rc0"
OF_312 = "2.16.0rc0, 2.16.1, 2.16.2, 2.17.0rc0, 2.17.0, 2.17.1, 2.18.0rc0"
OF_36 = "0.12.1, 1.0.0, 1.15.5, 2.0.0, 2.4.0, 2.6.0rc0, 2.6.2"
OF_OLD_PIP = "1.13.1, 1.13.2, 1.14.0, 2.0.0a0, 2.0.0b0, 2.0.0b1"


@pytest.mark.parametrize(
    ("pin", "versions", "cause"),
    [
        ("tensorflow==2.15.1", OF_312, "tf-no-wheel-for-python"),
        ("tensorflow==2.4.1", OF_314, "tf-no-wheel-for-python"),
        ("tensorflow-cpu==2.10.0", OF_312, "tf-no-wheel-for-python"),
        ("tensorflow==2.3.0", "none", "tf-no-wheel-for-python"),
        ("tensorflow==2.11.0", OF_36, "tf-no-wheel-for-python"),
        ("tensorflow<2.12,>=2.9", OF_312, "tf-no-wheel-for-python"),
        ("tensorflow==2.1.0", OF_OLD_PIP, "pip-too-old-for-wheel"),
        ("tensorflow-macos==2.9.2", "none", "tf-no-wheel-for-platform"),
        ("tensorflow-intel==2.11.0", "none", "windows-only-pin"),
        ("pywin32==304", "none", "windows-only-pin"),
        ("pypiwin32==223", "none", "windows-only-pin"),
        ("tflite-runtime", "none", "tflite-runtime-abandoned"),
        ("tflite-runtime==2.14.0", "none", "tflite-runtime-abandoned"),
        ("cv2", "none", "package-not-found"),
        ("pkg-resources==0.0.0", "none", "package-not-found"),
        ("pkg_resources==0.0.0", "none", "package-not-found"),
        ("djnago", "none", "package-not-found"),
        ("scipy==1.4.1", "1.9.2, 1.9.3, 1.10.0, 1.11.1", "pins-not-installable"),
        ("numpy==1.19.5", "1.26.0, 1.26.4, 2.0.0, 2.1.0", "pins-not-installable"),
        ("torch==1.7.1+cpu", "2.5.0, 2.5.1, 2.6.0", "pins-not-installable"),
        ("pandas==2.2.0", "1.0.0, 1.1.5, 1.3.5", "package-needs-newer-python"),
        ("numpy==1.26.0", "1.3.0, 1.21.5, 1.21.6", "package-needs-newer-python"),
    ],
)
def test_the_list_of_versions_settles_it(pin: str, versions: str, cause: str) -> None:
    assert first_causes(NO_MATCH.format(pin=pin, versions=versions)) == [cause]


def test_what_pip_ignored_tells_which_python_is_wanted() -> None:
    ignored = (
        "ERROR: Ignored the following versions that require a different python version: "
        "1.6.2 Requires-Python >=3.7,<3.10; 1.6.3 Requires-Python >=3.7,<3.10; "
        "1.7.0 Requires-Python >=3.7,<3.10\n"
    )
    text = ignored + NO_MATCH.format(pin="scipy==1.6.3", versions="1.9.2, 1.9.3, 1.10.0")
    assert first_causes(text) == ["pins-not-installable"]
    ignored = (
        "ERROR: Ignored the following versions that require a different python version: "
        "2.1.0 Requires-Python >=3.9; 2.2.0 Requires-Python >=3.9\n"
    )
    text = ignored + NO_MATCH.format(pin="pandas==2.2.0", versions="1.5.3, 2.0.0, 2.0.3")
    assert first_causes(text) == ["package-needs-newer-python"]


def test_an_empty_list_on_alpine_is_the_platform() -> None:
    text = "fetch https://dl-cdn.alpinelinux.org/alpine/v3.18/main/x86_64/APKINDEX.tar.gz\n"
    text += NO_MATCH.format(pin="tensorflow==2.12.0", versions="none")
    assert first_causes(text) == ["tf-no-wheel-for-platform"]


def test_two_pins_are_two_findings() -> None:
    text = NO_MATCH.format(pin="pywin32==304", versions="none")
    text += NO_MATCH.format(pin="tensorflow==2.4.1", versions=OF_314)
    assert first_causes(text) == ["windows-only-pin", "tf-no-wheel-for-python"]


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        (
            "ERROR: Invalid requirement: 'a\\x00b\\x00s\\x00l\\x00-\\x00p\\x00y\\x00'",
            "requirements-utf16",
        ),
        (
            "ERROR: Invalid requirement: '��a\\x00b\\x00s\\x00' (from line 1 of requirements.txt)",
            "requirements-utf16",
        ),
        (
            "error: Couldn't parse requirement in `requirements.txt` at position 22",
            "requirements-syntax",
        ),
        (
            (
                "ERROR: Invalid requirement: 'django=4.2' (from line 3 of requirements.txt)\n"
                "Hint: = is not a valid operator. Did you mean == ?"
            ),
            "requirements-syntax",
        ),
        ("ERROR: Invalid requirement: 'pip install django'", "requirements-syntax"),
        (
            (
                "Processing "
                "/home/conda/feedstock_root/build_artifacts/certifi_1655906961/work/certifi\n"
                "ERROR: Could not install packages due to an OSError: [Errno 2] No such file or "
                "directory: "
                "'/home/conda/feedstock_root/build_artifacts/certifi_1655906961/work/certifi'"
            ),
            "conda-file-pin",
        ),
        (
            (
                "Processing /tmp/build/80754af9/asgiref_1605055780383/work\n"
                "ERROR: Could not install packages due to an EnvironmentError: [Errno 2] No such "
                "file "
                "or "
                "directory: '/tmp/build/80754af9/asgiref_1605055780383/work'"
            ),
            "conda-file-pin",
        ),
        ("Processing /C:/ci/certifi_1624364369321/work", "conda-file-pin"),
        (
            (
                "ERROR: Could not open requirements file: [Errno 2] No such file or directory: "
                "'requirements/base.txt'"
            ),
            "requirements-include-missing",
        ),
        (
            (
                "ERROR: Could not open requirements file: [Errno 2] No such file or directory: "
                "'requirements.txt'"
            ),
            "no-package-manager-file",
        ),
        (
            "fatal: could not read Username for 'https://github.com': terminal prompts disabled",
            "private-dependency-unreachable",
        ),
        (
            (
                "ERROR: tensorflow-2.4.0-cp38-cp38-manylinux2010_x86_64.whl is not a supported "
                "wheel "
                "on "
                "this platform."
            ),
            "wheel-platform-mismatch",
        ),
        (
            (
                "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE. If you "
                "have "
                "updated the package versions, please update the hashes."
            ),
            "requirements-hash-mismatch",
        ),
        (
            (
                "ERROR: Cannot install -r requirements.txt (line 4) and numpy==1.26.4 because "
                "these "
                "package versions have conflicting dependencies.\n\nThe conflict is caused by:\n"
                "    The user requested numpy==1.26.4\n    tensorflow 2.12.0 depends on "
                "numpy<1.24\n\n"
                "ERROR: ResolutionImpossible: for help visit https://pip.pypa.io/en/latest/"
            ),
            "resolution-impossible",
        ),
        (
            (
                "  x No solution found when resolving dependencies:\n  ╰─> Because "
                "tensorflow==2.12.0 "
                "depends on numpy<1.24"
            ),
            "resolution-impossible",
        ),
        (
            (
                "Because app depends on tensorflow (2.4.1) which requires Python <3.9, version "
                "solving "
                "failed."
            ),
            "resolution-impossible",
        ),
        (
            "ERROR: Package 'contourpy' requires a different Python: 3.8.18 not in '>=3.9'",
            "package-needs-newer-python",
        ),
        (
            "ERROR: Package 'networkx' requires a different Python: 3.12.1 not in '>=3.8,<3.12'",
            "pins-not-installable",
        ),
        (
            (
                "WARNING: Ignoring version 4.4.2 of celery since it has invalid metadata:\n"
                "Requested celery==4.4.2 from https://files.pythonhosted.org/ has invalid "
                "metadata: "
                "Expected matching RIGHT_PARENTHESIS\nPlease use pip<24.1 if you need to use this "
                "version.\n"
                "ERROR: Could not find a version that satisfies the requirement celery==4.4.2 "
                "(from "
                "versions: 0.1.2, 4.4.7, 5.0.0)"
            ),
            "invalid-metadata",
        ),
        (
            (
                "The 'sklearn' PyPI package is deprecated, use 'scikit-learn'\n"
                "error: metadata-generation-failed"
            ),
            "sklearn-dummy-package",
        ),
        (
            'The "tensorflow-gpu" package has been removed!\nerror: metadata-generation-failed',
            "tensorflow-gpu-removed",
        ),
        (
            "error: The lockfile at `uv.lock` needs to be updated, but `--locked` was provided.",
            "lockfile-out-of-date",
        ),
        (
            (
                "Your Pipfile.lock (a1b2c3) is out of date.  Expected: (d4e5f6).\n"
                "ERROR:: Aborting deploy"
            ),
            "lockfile-out-of-date",
        ),
        (
            (
                "Collecting django\n  WARNING: Retrying (Retry(total=0, connect=None)) after "
                "connection "
                "broken by 'NewConnectionError(...)': /simple/django/\nERROR: Could not find a "
                "version "
                "that satisfies the requirement django (from versions: none)"
            ),
            "package-index-unreachable",
        ),
    ],
)
def test_what_pip_says_plainly(text: str, cause: str) -> None:
    assert first_causes(text) == [cause]


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        (
            (
                "Error: pg_config executable not found.\n\npg_config is required to build psycopg2 "
                "from "
                "source.\nerror: metadata-generation-failed"
            ),
            "psycopg2-needs-pg-config",
        ),
        (
            (
                "Collecting numpy==1.19.5\n  Downloading numpy-1.19.5.zip (7.3 MB)\n"
                "  Preparing metadata (pyproject.toml): finished with status 'error'\n"
                "      AttributeError: module 'pkgutil' has no attribute 'ImpImporter'. Did you "
                "mean: "
                "'zipimporter'?\nerror: metadata-generation-failed"
            ),
            "sdist-build-python-too-new",
        ),
        (
            "Collecting pandas==1.0.3\n  Getting requirements to build wheel: finished with status "
            "'error'\n"
            + trace(
                "/build/pip-install-x/pandas/setup.py:<module>",
                error="ModuleNotFoundError: No module named 'distutils'",
            ),
            "sdist-build-python-too-new",
        ),
        (
            (
                "Collecting anyjson==0.3.3\n  error in anyjson setup command: use_2to3 is "
                "invalid.\n"
                "error: metadata-generation-failed"
            ),
            "sdist-needs-old-setuptools",
        ),
        (
            (
                "Collecting pyyaml==5.4.1\n      AttributeError: cython_sources\n"
                "error: subprocess-exited-with-error"
            ),
            "sdist-needs-old-setuptools",
        ),
        (
            (
                "Building wheels for collected packages: mysqlclient\n"
                "      Exception: Can not find valid pkg-config name.\n"
                "ERROR: Failed building wheel for mysqlclient"
            ),
            "build-tools-missing",
        ),
        (
            (
                "Building wheel for uwsgi (setup.py): started\n"
                "      error: command 'gcc' failed: No such file or directory\n"
                "  ERROR: Failed building wheel for uwsgi"
            ),
            "build-tools-missing",
        ),
        (
            "Collecting tensorflow\n  Downloading tensorflow-2.15.0.whl (475.2 MB)\nKilled",
            "build-out-of-memory",
        ),
        (
            (
                "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on "
                "device"
            ),
            "disk-full",
        ),
    ],
)
def test_a_source_that_does_not_build(text: str, cause: str) -> None:
    assert first_causes(text) == [cause]


def test_a_failure_without_a_word_names_what_fits() -> None:
    text = (
        "Collecting foo==1.0\n  Downloading foo-1.0.tar.gz (1.2 MB)\n"
        "error: metadata-generation-failed"
    )
    assert possible_causes(text) >= {"sdist-build-python-too-new", "build-tools-missing"}


@pytest.mark.parametrize(
    "text",
    [
        (
            "Collecting tensorflow==2.15.1\n  Downloading "
            "tensorflow-2.15.1-cp311-cp311-manylinux.whl\n"
            "Successfully installed tensorflow-2.15.1"
        ),
        (
            "ERROR: pip's dependency resolver does not currently take into account all the "
            "packages "
            "that are installed.\ngoogle-auth 2.0 requires cachetools<5, but you have cachetools "
            "5.0 "
            "which is incompatible.\nSuccessfully installed cachetools-5.0"
        ),
        "WARNING: You are using pip version 21.0; however, version 24.0 is available.",
        "DEPRECATION: Building 'x' using the legacy setup.py bdist_wheel mechanism",
        "  Preparing metadata (pyproject.toml): finished with status 'done'",
        "Requirement already satisfied: pip in ./venv/lib (24.0)",
        "Resolved 32 packages in 1.2s\nInstalled 32 packages in 80ms",
        (
            "-----> Python app detected\n-----> Using Python 3.12 specified in .python-version\n"
            "-----> Installing Python 3.12.14\n-----> Saving cache"
        ),
    ],
)
def test_a_build_that_works_is_silent(text: str) -> None:
    assert first_causes(text) == []


@pytest.mark.parametrize("module", ["tomllib", "zoneinfo", "importlib.metadata"])
def test_what_a_later_python_brings_is_no_package(module: str) -> None:
    log = trace("/app/main.py:<module>:import x", error=f"ImportError: No module named '{module}'")
    assert first_causes(log) == ["syntax-needs-newer-python"]


@pytest.mark.parametrize("module", ["_ctypes", "_sqlite3", "tkinter", "encodings"])
def test_a_part_of_python_that_was_not_built_is_quoted(module: str) -> None:
    error = f"ModuleNotFoundError: No module named '{module}'"
    explanation = read(trace("/app/main.py:<module>:import x", error=error))
    assert not explanation.first
    assert error in explanation.outside[0].quotes


def test_the_package_that_should_fill_the_gap_is_what_is_missing() -> None:
    own = "/app/conf.py:<module>:import tomllib"
    first = trace(own, error="ModuleNotFoundError: No module named 'tomllib'")
    second = trace(own, error="ModuleNotFoundError: No module named 'tomli'")
    between = "\nDuring handling of the above exception, another exception occurred:\n\n"
    finding = read(first + between + second).first[0]
    assert finding.cause.name == "dependency-not-in-requirements"
    assert finding.values["module"] == "tomli"
