"""A build that failed: what is behind the general words that pip and the host end it with."""

from wherry.explain.ledger import Record
from wherry.explain.story.scene import Scene

# Packages that only say that they are not to be installed.
_STUBS = {"tensorflow-gpu": "tensorflow-gpu-removed", "sklearn": "sklearn-dummy-package"}
_OF_SOURCES = (
    "sdist-build-python-too-new", "sdist-needs-old-setuptools", "build-tools-missing",
    "psycopg2-needs-pg-config", "build-out-of-memory", "sklearn-dummy-package", "disk-full",
    "tensorflow-gpu-removed", "python-version-eol", "tf-no-wheel-for-python", "env-var-missing",
    "pins-not-installable", "package-not-found", "package-needs-newer-python",
    "package-index-unreachable", "windows-only-pin", "private-dependency-unreachable",
)  # fmt: skip


def settle(scene: Scene) -> None:
    """Name what no signature named."""
    _source_builds(scene)
    _killed(scene)
    _stand_in(scene)


def _source_builds(scene: Scene) -> None:
    """A package's source did not build: the error in between says why, or nothing does."""
    failed = scene.ledger.first("~sdist-failed")
    package = "" if failed is None else failed.values.get("package", "")
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
    if failed is None:
        return
    stub = _STUBS.get(package.lower().replace("_", "-"))
    if stub is not None:
        scene.drop("sdist-build-python-too-new", "sdist-needs-old-setuptools", stub)
        scene.add(stub, failed, values={})
        return
    if scene.draft(*_OF_SOURCES):
        return
    draft = scene.add(
        "sdist-build-python-too-new",
        _decisive(scene, failed),
        values={"pin": package} if package else {},
        alternatives=("build-tools-missing", "sdist-needs-old-setuptools"),
        settled_by="the lines above it: the package's own error, a compiler's or a header's name, "
        "or setuptools's",
        sure=False,
    )
    if sdist is not None:
        draft.values.setdefault("pin", _sdist(sdist, failed.number))


def _decisive(scene: Scene, failed: Record) -> Record:
    del scene
    return failed


def _sdist(record: Record, before: int) -> str:
    told = [values for number, values in record.seen if number <= before]
    if not told:
        return ""
    return f"{told[-1].get('package', '')}=={told[-1].get('version', '')}"


def _killed(scene: Scene) -> None:
    """A bare "Killed" in a build is the kernel's, for memory."""
    for record in scene.ledger.of("~killed"):
        if record.event.building and not scene.draft("build-out-of-memory"):
            scene.add("build-out-of-memory", record)
    killed = scene.ledger.first("exit-137")
    if killed is not None and killed.event.building and not scene.draft("build-out-of-memory"):
        scene.add("build-out-of-memory", killed)


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
