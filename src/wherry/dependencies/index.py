"""Ask a package index what it has: the standard simple interface, as JSON or as HTML.

Nothing is installed, built or run. The answers are kept for as long as pip keeps them, and what
never changes (a release's metadata) for good.
"""

import hashlib
import html.parser
import os
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urljoin, urlsplit

import orjson
from packaging.utils import canonicalize_name

from wherry.dependencies.cache import cache_folder, read_json, write_json
from wherry.dependencies.fetch import Answer, Fetch, Unreachable, fetch
from wherry.dependencies.metadata import Metadata, read_metadata
from wherry.dependencies.releases import (
    SOURCE_SUFFIXES,
    File,
    Page,
    page_of,
    platform_fits,
    version_of,
)
from wherry.dependencies.wheel_metadata import metadata_in_wheel

DEFAULT: Final = "https://pypi.org/simple"
_ACCEPT: Final = "application/vnd.pypi.simple.v1+json, text/html;q=0.5"
_FRESH_S: Final = 600  # what the Python Package Index tells its clients
# Each waits for an answer a hundred times longer than it works on it.
_AT_ONCE: Final = 24
_LARGEST_PAGE_BYTES: Final = 40_000_000
_LARGEST_METADATA_BYTES: Final = 2_000_000
_LARGEST_SOURCE_BYTES: Final = 12_000_000
_VERSION: Final = 1  # of what is kept


def configured() -> tuple[str, ...]:
    """Return the indexes that this user's settings name, the one to ask first at the beginning."""
    first = next(
        (
            os.environ[name]
            for name in ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "PIP_INDEX_URL")
            if os.environ.get(name)
        ),
        DEFAULT,
    )
    more = [
        word.rpartition("=")[2] if word.partition("=")[0].isidentifier() else word
        for name in ("UV_INDEX", "UV_EXTRA_INDEX_URL", "PIP_EXTRA_INDEX_URL")
        for word in os.environ.get(name, "").split()
    ]
    return (*(url.rstrip("/") for url in more if url.startswith("http")), first.rstrip("/"))


@dataclass
class Index:
    """One or more indexes, asked in turn until one knows a name.

    Attributes:
        urls: Their addresses, without a slash at the end.
        folder: Where answers are kept; None to keep none.
        unreached: Those that gave no usable answer, and were passed over; never the last one.
    """

    urls: tuple[str, ...] = (DEFAULT,)
    folder: Path | None = field(default_factory=lambda: cache_folder() / "index")
    fetch: Fetch = fetch
    look_inside: Callable[[str], str | None] = metadata_in_wheel
    now: float = field(default_factory=time.time)
    unreached: set[str] = field(default_factory=set)

    def pages(self, names: Iterable[str]) -> dict[str, Page | None]:
        """Return what there is of each name; None for a name that no index knows.

        Raises:
            Unreachable: an index gave no usable answer.
        """
        wanted = sorted({canonicalize_name(name) for name in names})
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            return dict(zip(wanted, pool.map(self.page, wanted), strict=True))

    def page(self, name: str) -> Page | None:
        """Return what there is of one name, or None.

        Raises:
            Unreachable: the last index gave no usable answer.
        """
        for url in self.urls:
            if url in self.unreached:
                continue
            try:
                found = self._page(f"{url}/{name}/", name)
            except Unreachable:
                # The others may know it; the last one is the usual index.
                if url == self.urls[-1]:
                    raise
                self.unreached.add(url)
                continue
            if found is not None:
                return found
        return None

    def metadata(self, files: Iterable[File]) -> dict[str, Metadata]:
        """Return what each wheel's metadata says, by its file name; missing where none is had."""
        # The largest first: an old one of many files is looked into with several requests.
        wanted = sorted((f for f in files if f.is_wheel), key=lambda f: -(f.size_bytes or 0))
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            found = zip(wanted, pool.map(self._metadata, wanted), strict=True)
            return {file.filename: metadata for file, metadata in found if metadata is not None}

    def source(self, file: File) -> bytes | None:
        """Return a source archive's bytes, or None where it is too large or not to be had."""
        if (file.size_bytes or 0) > _LARGEST_SOURCE_BYTES:
            return None
        try:
            answer = self.fetch(file.url, "*/*", _LARGEST_SOURCE_BYTES)
        except Unreachable:
            return None
        return answer.body if answer else None

    def kept(self, kind: str, key: str) -> Any:
        """Return what was concluded of something that never changes, or None."""
        path = self._path(kind, key)
        return read_json(path) if path else None

    def keep(self, kind: str, key: str, document: object) -> None:
        """Keep what was concluded of something that never changes."""
        if path := self._path(kind, key):
            write_json(path, document)

    def _page(self, url: str, name: str) -> Page | None:
        path = self._path("pages", url)
        document: Any = read_json(path) if path else None
        if not self._usable(document):
            answer = self.fetch(url, _ACCEPT, _LARGEST_PAGE_BYTES)
            found = _summary(answer) if answer else {"files": None, "elsewhere": {}}
            document = {**found, "version": _VERSION, "time": self.now}
            if path:
                write_json(path, document)
        if document["files"] is None:
            return None
        files = [File(*fields) for fields in document["files"]]
        elsewhere = {text: set(kinds) for text, kinds in document["elsewhere"].items()}
        return page_of(name, files, elsewhere)

    def _usable(self, document: Any) -> bool:
        return (
            isinstance(document, dict)
            and document.get("version") == _VERSION
            and 0 <= self.now - float(document.get("time", 0)) < _FRESH_S
        )

    def _metadata(self, file: File) -> Metadata | None:
        key = file.url.partition("#")[0]
        kept = self.kept("metadata", key)
        if isinstance(kept, str):
            return read_metadata(kept)
        try:
            answer = self.fetch(f"{key}.metadata", "*/*", _LARGEST_METADATA_BYTES)
        except Unreachable:
            return None
        # Not every index hands it out apart.
        text = answer.body.decode("utf-8", "replace") if answer else self.look_inside(key)
        if text is None:
            return None
        # The description is most of it, and tells nothing.
        self.keep("metadata", key, text.partition("\n\n")[0])
        return read_metadata(text)

    def _path(self, kind: str, key: str) -> Path | None:
        if self.folder is None:
            return None
        return self.folder / kind / f"{hashlib.sha256(key.encode()).hexdigest()[:32]}.json"


def _summary(answer: Answer) -> dict[str, Any]:
    """Return what is kept of a page: what 64-bit Linux might install, and what else there is."""
    entries = _from_json(answer) if "json" in answer.kind else _from_html(answer)
    files: list[list[Any]] = []
    elsewhere: dict[str, set[str]] = {}
    for entry in entries:
        filename = entry["filename"]
        if filename.endswith(".whl"):
            platforms = filename[:-4].rpartition("-")[2]
            if not _any_fits(platforms):
                elsewhere.setdefault(version_of(filename), set()).update(_kinds(platforms))
                continue
        elif not filename.endswith(SOURCE_SUFFIXES):
            continue
        files.append(
            [
                filename,
                _absolute(answer.url, entry["url"]),
                entry.get("size"),
                entry.get("requires-python") or "",
                bool(entry.get("yanked")),
                str(entry.get("upload-time") or "")[:10],
            ]
        )
    return {"files": files, "elsewhere": {text: sorted(of) for text, of in elsewhere.items()}}


def _absolute(page: str, url: str) -> str:
    # Joining costs more than all else, and nearly every address is whole already.
    return url if url.startswith("https://") else urljoin(page, url)


@cache
def _any_fits(platforms: str) -> bool:
    return any(platform_fits(platform) for platform in platforms.split("."))


@cache
def _kinds(platforms: str) -> frozenset[str]:
    return frozenset(_kind(platform) for platform in platforms.split("."))


def _kind(platform: str) -> str:
    for beginning, kind in (("win", "windows"), ("macos", "macos"), ("musl", "musl")):
        if platform.startswith(beginning):
            return kind
    return "arm" if platform.endswith(("aarch64", "armv7l", "armv6l")) else "other"


def _from_json(answer: Answer) -> list[Mapping[str, Any]]:
    try:
        entries = orjson.loads(answer.body)["files"]
        return [entry for entry in entries if isinstance(entry["filename"], str) and entry["url"]]
    except (ValueError, KeyError, TypeError) as error:
        raise Unreachable(f"the index's answer cannot be read: {error}") from None


class _Links(html.parser.HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.entries: list[Mapping[str, Any]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag != "a" or not (url := given.get("href")):
            return
        self.entries.append(
            {
                "filename": unquote(urlsplit(url).path.rpartition("/")[2]),
                "url": url,
                "requires-python": given.get("data-requires-python"),
                "yanked": "data-yanked" in given,
            }
        )


def _from_html(answer: Answer) -> list[Mapping[str, Any]]:
    links = _Links()
    links.feed(answer.body.decode("utf-8", "replace"))
    return links.entries
