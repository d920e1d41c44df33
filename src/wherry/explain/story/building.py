"""A build that failed: what is behind the general words that pip and the host end it with."""

from wherry.explain.ledger import Record
from wherry.explain.story.scene import Scene
from wherry.signatures.events import Event

_HOOK_LINES = 25
# Packages that only say that they are not to be installed.
_STUBS = {"tensorflow-gpu": "tensorflow-gpu-removed", "sklearn": "sklearn-dummy-package"}
# Packages that are hardly ever installed without a library of the system's.
_LIBPQ = frozenset(("psycopg2", "psycopg2-binary", "psycopg-c"))
_OF_LIBRARIES_TEXT = """
mysqlclient python-ldap pyaudio pycairo pygraphviz dlib netifaces uwsgi gdal fiona xmlsec pyodbc
cairocffi llama-cpp-python python-snappy pycurl av pymssql m2crypto dbus-python pygobject rasterio
pysqlite3 face-recognition rtree
"""
_OF_LIBRARIES = frozenset(_OF_LIBRARIES_TEXT.split())
_OF_SOURCES = (
    "sdist-build-python-too-new", "sdist-needs-old-setuptools", "build-tools-missing",
    "psycopg2-needs-pg-config", "build-out-of-memory", "sklearn-dummy-package", "disk-full",
    "tensorflow-gpu-removed", "python-version-eol", "tf-no-wheel-for-python", "env-var-missing",
    "pins-not-installable", "package-not-found", "package-needs-newer-python",
    "package-index-unreachable", "windows-only-pin", "private-dependency-unreachable",
    "conda-file-pin", "requirements-include-missing", "wheel-platform-mismatch",
    "requirements-hash-mismatch",
)  # fmt: skip
# What pip, uv and Poetry try again, or do without.
_OVERCOME = frozenset((*_OF_SOURCES, "invalid-metadata", "lockfile-out-of-date",
                       "resolution-impossible")) - {"disk-full", "env-var-missing",
                       "python-version-eol"}  # fmt: skip


def settle(scene: Scene) -> None:
    """Name what no signature named."""
    _recovered(scene)
    _source_builds(scene)
    _killed(scene)
    _without_python(scene)
    _hooks(scene)
    _beside_memory(scene)
    _stand_in(scene)


def _recovered(scene: Scene) -> None:
    """What went wrong on the way to an installation that succeeded is no failure."""
    scene.drafts = [
        draft
        for draft in scene.drafts
        if draft.name not in _OVERCOME or not _went_on(scene, draft.record)
    ]


def _went_on(scene: Scene, record: Record) -> bool:
    return went_on(scene, record.event, record.last)


def went_on(scene: Scene, event: Event, last: int | None = None) -> bool:
    """Whether everything was installed after it, and nothing says that the build failed."""
    installed = scene.ledger.first("~installed")
    if installed is None or installed.last <= (last or event.number):
        return False
    if installed.event.process != event.process:
        return False
    failed = scene.ledger.first("~build-failed")
    return failed is None or failed.last < event.number


def _source_builds(scene: Scene) -> None:
    """A package's source did not build: the error in between says why, or nothing does."""
    failed = scene.ledger.first("~sdist-failed")
    if failed is not None and _went_on(scene, failed):
        return
    package = "" if failed is None else failed.values.get("package", "")
    _pinned(scene, package)
    if failed is None:
        return
    if scene.draft("build-tools-missing"):
        # What a package's build looked for in vain is told once.
        scene.drop("system-lib-missing")
    stub = _STUBS.get(package.lower().replace("_", "-"))
    if stub is not None:
        scene.drop("sdist-build-python-too-new", "sdist-needs-old-setuptools", stub)
        scene.drop("requirements-syntax")
        scene.add(stub, failed, values={})
        return
    # Of the project's own package nothing is known beforehand.
    if not scene.draft(*_OF_SOURCES) and "file:///" not in package:
        _guessed(scene, failed, package)


def _pinned(scene: Scene, package: str) -> None:
    """Say of which package's source an error is."""
    sdist = scene.ledger.first("~sdist")
    for draft in scene.drafts:
        if draft.name.startswith("sdist-") and sdist is not None:
            pin = _sdist(sdist, draft.number)
            if pin:
                draft.values.setdefault("pin", pin)
        elif draft.name == "build-tools-missing" and package:
            draft.values.setdefault("pin", package)
            if package.startswith("psycopg2"):
                draft.alternatives = ("psycopg2-needs-pg-config",)
                draft.settled_by = "psycopg2-binary needs neither a compiler nor headers"


def _guessed(scene: Scene, failed: Record, package: str) -> None:
    """Nothing that is known says why: the likeliest reason, with the others."""
    sdist = scene.ledger.first("~sdist")
    key = package.lower().replace("_", "-").partition("=")[0]
    if key in _LIBPQ:
        name = "psycopg2-needs-pg-config"
    else:
        name = "build-tools-missing" if key in _OF_LIBRARIES else "sdist-build-python-too-new"
    draft = scene.add(
        name,
        failed,
        values={"pin": package} if package else {},
        alternatives=(
            "sdist-build-python-too-new",
            "build-tools-missing",
            "sdist-needs-old-setuptools",
        ),
        settled_by="the lines above it: the package's own error, a compiler's or a header's name, "
        "or setuptools's",
        sure=False,
    )
    if sdist is not None:
        draft.values.setdefault("pin", _sdist(sdist, failed.number))


def _sdist(record: Record, before: int) -> str:
    told = [values for number, values in record.seen if number <= before]
    if not told:
        return ""
    return f"{told[-1].get('package', '')}=={told[-1].get('version', '')}"


def _hooks(scene: Scene) -> None:
    """What a build script does not find is no start command."""
    missing = scene.draft("start-command-not-found")
    if missing is None:
        return
    hook = scene.draft("build-hook-fails")
    if hook is not None and 0 <= hook.number - missing.number <= _HOOK_LINES:
        hook.shows(missing.record, "what it did not find, or may not run")
        scene.drop("start-command-not-found")
        return
    command = scene.ledger.before(missing.number, "~build-command")
    started = scene.ledger.before(missing.number, "~start-command")
    if command is None or (started is not None and started.number > command.number):
        return
    script = command.values.get("command", "").split()[0]
    if script.startswith((".", "/")) and missing.values.get("command", "") == script:
        missing.name, missing.values = "build-hook-fails", {"hook": script}


def _beside_memory(scene: Scene) -> None:
    """A build that runs out of memory or disk ends with the words of whatever was running."""
    draft = scene.draft("build-out-of-memory", "disk-full")
    if draft is not None and not draft.in_request:
        scene.drafts = [
            other
            for other in scene.drafts
            if other.name not in ("another-language", "memory-alloc-failed")
            or abs(other.number - draft.number) > _HOOK_LINES
        ]


def _without_python(scene: Scene) -> None:
    """Another language's buildpack ran, Python's did not, and Python's programs are missing."""
    other = scene.ledger.first("~other-buildpack")
    missing = scene.draft("gunicorn-not-installed", "start-command-not-found")
    if other is None or missing is None or other.number > missing.number:
        return
    if scene.ledger.first("~python-buildpack") or scene.draft("wrong-buildpack"):
        return
    scene.add("wrong-buildpack", other).shows(missing.record, missing.cause.title)
    scene.drop(missing.name)


def _killed(scene: Scene) -> None:
    """A bare "Killed" in a build is the kernel's, for memory."""
    for record in scene.ledger.of("~killed"):
        if _in_build(record) and not scene.draft("build-out-of-memory"):
            scene.add("build-out-of-memory", record)
    killed = scene.ledger.first("exit-137")
    if killed is not None and _in_build(killed) and not scene.draft("build-out-of-memory"):
        scene.add("build-out-of-memory", killed)


def _in_build(record: Record) -> bool:
    return record.event.building or record.event.source == "build"


def _stand_in(scene: Scene) -> None:
    """collectstatic and the release command fail for a reason; they stand in where none is told."""
    for name in ("collectstatic-fails", "release-phase-failed"):
        draft = scene.draft(name)
        if draft is None:
            continue
        other = scene.breaks()
        if other is not None and other.name != name and other.name != "collectstatic-fails":
            scene.drop(name)
            other.shows(draft.record, draft.cause.title)
