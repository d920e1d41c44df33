"""The project's modules, by path and by the name that they are imported under."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from wherry.findings import Skipped
from wherry.project.code.source import Source
from wherry.project.contents import Contents

_TESTS: Final = re.compile(
    r"(^|/)(tests?|testing)/|(^|/)(tests?|test_[^/]*|[^/]*_tests?|conftest)\.py$"
)
_PATH_INSERTED: Final = re.compile(
    r"sys\.path\.(?:append|insert)\([^\n]{0,160}?[\"']([\w./-]{1,60})[\"']"
)


@dataclass(frozen=True, eq=False)
class Sources:
    """The project's Python files.

    Attributes:
        roots: The folders that imports count from, the likeliest first.
    """

    contents: Contents
    roots: tuple[str, ...]
    paths: frozenset[str]

    @cached_property
    def _read(self) -> dict[str, Source | None]:
        return {}

    @cached_property
    def folders(self) -> frozenset[str]:
        """Every folder with a Python file somewhere in it."""
        found: set[str] = {""}
        for path in self.paths:
            folder = path.rpartition("/")[0]
            while folder not in found:
                found.add(folder)
                folder = folder.rpartition("/")[0]
        return frozenset(found)

    @cached_property
    def all(self) -> tuple[Source, ...]:
        """All of them, in the order of their paths."""
        found = (self.get(path) for path in sorted(self.paths))
        return tuple(source for source in found if source is not None)

    @cached_property
    def skipped(self) -> tuple[Skipped, ...]:
        """Those whose syntax is wrong; asking parses all."""
        return tuple(
            Skipped(source.path, f"line {source.problem.line}: {source.problem.message}")
            for source in self.all
            if source.problem is not None
        )

    def get(self, path: str) -> Source | None:
        """Return a file by its path; None where there is none, or it is not text."""
        if path not in self._read:
            text = self.contents.text(path) if path in self.paths else None
            self._read[path] = (
                None
                if text is None
                else Source(
                    path,
                    self.name_of(path),
                    path.rpartition("/")[2] == "__init__.py",
                    text.content,
                    self.is_local,
                )
            )
        return self._read[path]

    def name_of(self, path: str) -> str:
        """Return the dotted name that a file is imported under."""
        for root in self.roots:
            if not root or path.startswith(f"{root}/"):
                inner = path[len(root) + 1 :] if root else path
                return inner.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        return path.removesuffix(".py").replace("/", ".")

    def path_of(self, module: str) -> str | None:
        """Return the file of a dotted name; None where the project has no such module."""
        if module not in self._paths:
            self._paths[module] = self._find_path(module)
        return self._paths[module]

    @cached_property
    def _paths(self) -> dict[str, str | None]:
        return {}

    @cached_property
    def _meant(self) -> dict[str, str | None]:
        return {}

    def _find_path(self, module: str) -> str | None:
        if module.partition(".")[0] not in self._tops:
            return None
        inner = module.replace(".", "/")
        for root in self.roots:
            stem = f"{root}/{inner}" if root else inner
            for path in (f"{stem}/__init__.py", f"{stem}.py"):
                if path in self.paths:
                    return path
        return None

    def meant(self, module: str) -> str | None:
        """Return the file that a name means on a disk that does not mind capitals.

        Only inside packages of the project, since ``import Flask`` may be another one's.
        """
        if module not in self._meant:
            self._meant[module] = self._find_meant(module)
        return self._meant[module]

    def _find_meant(self, module: str) -> str | None:
        root, _, inner = module.partition(".")
        if not inner or self.path_of(module) is not None or root not in self.folders:
            return self.path_of(module)
        stem = module.replace(".", "/").lower()
        for root in self.roots:
            for ending in (".py", "/__init__.py"):
                path = self._small.get(f"{root}/{stem}{ending}".lower().lstrip("/"))
                if path is not None:
                    return path
        return None

    @cached_property
    def _tops(self) -> frozenset[str]:
        """The first parts that a module's name can have here: most names are other packages'."""
        found: set[str] = set()
        for root in self.roots:
            start = len(root) + 1 if root else 0
            for path in self.paths:
                if not root or path.startswith(f"{root}/"):
                    found.add(path[start:].partition("/")[0].removesuffix(".py"))
        return frozenset(found)

    @cached_property
    def _small(self) -> dict[str, str]:
        return {path.lower(): path for path in self.paths}

    def module(self, name: str) -> Source | None:
        """Return a module by its dotted name."""
        path = self.meant(name) if name else None
        return None if path is None else self.get(path)

    def locate(self, name: str) -> tuple[Source, str] | None:
        """Return the module that a full name leads into, and what is left of the name."""
        module, rest = name, ""
        while module:
            source = self.module(module)
            if source is not None:
                return source, rest
            module, _, last = module.rpartition(".")
            rest = f"{last}.{rest}" if rest else last
        return None

    def is_local(self, module: str) -> bool:
        """Whether the project has a module or a folder of modules of that name."""
        if not module or (not module.isascii() and not module.isidentifier()):
            return False
        if self.path_of(module) is not None:
            return True
        inner = module.replace(".", "/")
        return any((f"{root}/{inner}" if root else inner) in self.folders for root in self.roots)

    def is_test(self, path: str) -> bool:
        """Whether a file holds tests, going by its name."""
        return _TESTS.search(path) is not None


def gather(contents: Contents) -> Sources:
    """Return the project's Python files, none of them parsed yet."""
    base = contents.app or contents.base
    paths = frozenset(entry.path for entry in contents.files.sources if not entry.symlink)
    return Sources(contents, tuple(_roots(contents, base, paths)), paths)


def _roots(contents: Contents, base: str, paths: Iterable[str]) -> Mapping[str, None]:
    """Return the folders that imports count from, as an ordered set."""
    found: dict[str, None] = {}
    manages = sorted(
        (path for path in paths if path.rpartition("/")[2] == "manage.py"),
        key=lambda path: (path.count("/"), path),
    )
    found[base] = None
    for path in manages:
        found[path.rpartition("/")[0]] = None
    found[contents.base] = None
    for path in manages[:1]:
        for name in ("manage.py", *_near_settings(paths)):
            found |= dict.fromkeys(_inserted(contents, path, name))
    for root in list(found):
        source = f"{root}/src" if root else "src"
        if any(path.startswith(f"{source}/") for path in paths) and (
            f"{source}/__init__.py" not in paths
        ):
            found[source] = None
    found[""] = None
    # The deepest first: backend/shop/models.py is shop.models where manage.py is in backend.
    return dict.fromkeys(sorted(found, key=lambda root: -root.count("/") - bool(root)))


def _near_settings(paths: Iterable[str]) -> list[str]:
    return sorted(
        path for path in paths if path.rpartition("/")[2] in ("wsgi.py", "settings.py", "base.py")
    )[:6]


def _inserted(contents: Contents, manage: str, path: str) -> list[str]:
    """Return the folders that a file puts on Python's path itself, where they can be found."""
    text = contents.text(manage if path == "manage.py" else path)
    if text is None or "sys.path" not in text.content:
        return []
    folder = manage.rpartition("/")[0]
    found = []
    for match in _PATH_INSERTED.finditer(text.content):
        inner = match[1].strip("./")
        candidate = f"{folder}/{inner}" if folder else inner
        if inner and contents.files.has_folder(candidate):
            found.append(candidate)
    return found
