"""Whole projects with what a fair expert would say about them: read, and laid out in a folder."""

import shutil
import subprocess
import tomllib
import venv
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

FOLDER: Final = Path(__file__).parent

_BOMS: Final[Mapping[str, bytes]] = {
    "utf-8": b"\xef\xbb\xbf",
    "utf-16-le": b"\xff\xfe",
    "utf-16-be": b"\xfe\xff",
}
# git keeps no object for it: what is said to be 300 MB need not be written and hashed.
_NO_OBJECT: Final = "1" * 40


@dataclass(frozen=True, slots=True)
class Expected:
    """One finding that must be reported.

    Attributes:
        cause: Its name in the catalogue.
        severity: What it is on the case's platform.
        file: Where it is seen; "" where no one file shows it.
        text: What must stand in the finding's line or text where several findings of one cause
            are expected in one file: the pin, the setting, the model.
        alternatives: Names that say the same of this fault (``or`` in the file).
    """

    cause: str
    severity: str
    file: str = ""
    text: str = ""
    alternatives: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Make:
    """A file that git would not store faithfully, made when the case is laid out.

    Attributes:
        git: ``add``; ``force`` for a file that is tracked although .gitignore names it; ``not``
            for one that only lies on the developer's disk.
    """

    path: str
    text: str | None = None
    encoding: str = "utf-8"
    bom: bool = False
    newline: str = "\n"
    size_bytes: int | None = None
    begins: bytes = b""
    symlink: str = ""
    executable: bool = False
    git: str = "add"

    @property
    def sparse(self) -> bool:
        """Whether only its size is real."""
        return self.size_bytes is not None


@dataclass(frozen=True, slots=True)
class Boot:
    """What a repaired project is installed, collected and started with.

    Attributes:
        python: What was tried by hand; where the repair pins another one, that one holds.
        app: The folder that holds manage.py; "" is the root.
        host: The Host header of the first request, which must not fail.
    """

    python: str
    wsgi: str
    settings: str = ""
    requirements: str = "requirements.txt"
    app: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)
    request: str = "/"
    host: str = "example.herokuapp.com"


@dataclass(frozen=True, slots=True)
class Case:
    """A project and what is to be found in it.

    Attributes:
        findings: Every error and warning that a fair expert would report, and no other.
        also_acceptable: Names of causes that may be reported or not.
        clean: Whether nothing at or above a warning is expected.
        boot: Set where edits alone repair it.
        environment: What the developer has installed, by package, where that is compared with.
    """

    name: str
    platform: str
    why: str
    seen: str
    findings: tuple[Expected, ...]
    also_acceptable: tuple[str, ...] = ()
    makes: tuple[Make, ...] = ()
    app: str = ""
    git: bool = True
    clean: bool = False
    boot: Boot | None = None
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def tree(self) -> Path:
        """The files that are stored as they are."""
        return FOLDER / self.name / "tree"


def read_cases() -> tuple[Case, ...]:
    """Return all cases, by name."""
    return tuple(read_case(path.parent.name) for path in sorted(FOLDER.glob("*/case.toml")))


def read_case(name: str) -> Case:
    """Return one case."""
    document = tomllib.loads((FOLDER / name / "case.toml").read_text(encoding="utf-8"))
    boot = document.pop("boot", None)
    if bool(boot) != document.pop("fixable", False):
        raise ValueError(f"{name}: [boot] belongs to fixable = true, and the other way round")
    return Case(
        name=name,
        findings=tuple(_expected(entry) for entry in document.pop("findings", ())),
        also_acceptable=tuple(document.pop("also_acceptable", ())),
        makes=tuple(_make(entry) for entry in document.pop("make", ())),
        boot=Boot(**boot) if boot else None,
        **document,
    )


def _expected(entry: Mapping[str, Any]) -> Expected:
    fields = {name: value for name, value in entry.items() if name != "or"}
    return Expected(**fields, alternatives=tuple(entry.get("or", ())))


def _make(entry: Mapping[str, Any]) -> Make:
    fields = dict(entry)
    if "begins_hex" in fields:
        fields["begins"] = bytes.fromhex(fields.pop("begins_hex"))
    return Make(**fields)


def build(case: Case, folder: Path) -> Path:
    """Lay a case out in a folder that does not exist yet, as its repository would be checked out.

    What .gitignore names and nothing forces is on the disk and not tracked. Nothing is committed:
    the index says what is tracked.
    """
    shutil.copytree(case.tree, folder, symlinks=True)
    added = [make for make in case.makes if make.git != "not" and not make.sparse]
    late = [make for make in case.makes if make not in added]
    for make in added:
        _write(folder, make)
    if case.git:
        _git(folder, "init", "--quiet", "--initial-branch=main")
        _git(folder, "add", "--", ".")
        for make in added:
            if make.git == "force":
                _git(folder, "add", "--force", "--", make.path)
    for make in late:
        _write(folder, make)
        if case.git and make.git != "not":
            _git(folder, "update-index", "--add", "--cacheinfo", f"100644,{_NO_OBJECT},{make.path}")
    return folder


def lay_environment(case: Case, folder: Path) -> Path | None:
    """Make the developer's virtual environment, of this Python; None where the case has none."""
    if not case.environment:
        return None
    venv.create(folder, symlinks=True)
    (packages,) = folder.glob("lib/python*/site-packages")
    for name, version in case.environment.items():
        about = packages / f"{name.replace('-', '_')}-{version}.dist-info" / "METADATA"
        about.parent.mkdir()
        about.write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    return folder


def _write(folder: Path, make: Make) -> None:
    path = folder / make.path
    path.parent.mkdir(parents=True, exist_ok=True)
    if make.symlink:
        path.symlink_to(make.symlink)
        return
    if make.size_bytes is not None:
        with path.open("wb") as file:
            file.write(make.begins)
            file.truncate(make.size_bytes)
    else:
        text = (make.text or "").replace("\n", make.newline)
        bom = _BOMS[make.encoding] if make.bom else b""
        path.write_bytes(bom + text.encode(make.encoding))
    if make.executable:
        path.chmod(0o755)


def _git(folder: Path, *arguments: str) -> None:
    # No filters and no line ends of whoever runs this: a pointer stays a pointer.
    quiet = ("-c", "core.autocrlf=false", "-c", "core.safecrlf=false", "-c", "core.excludesFile=")
    subprocess.run(
        ("git", *quiet, *arguments), cwd=folder, check=True, capture_output=True, timeout=60
    )
