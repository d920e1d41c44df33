"""Everything that the index says of a project's lines, asked once and kept for every Python."""

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Final

from wherry.dependencies.building import source_trouble
from wherry.dependencies.fitting import Fit, fit
from wherry.dependencies.index import Index
from wherry.dependencies.metadata import Metadata
from wherry.dependencies.releases import File, Page, Release
from wherry.dependencies.requirement import RequirementLine
from wherry.dependencies.resolution import LineTrouble, Python, Trouble
from wherry.dependencies.sources import Source, from_dict, read_source

_SOURCES_AT_ONCE: Final = 4
_SOURCES: Final = "sources-2"  # what is kept of a source, in its second form


@dataclass
class Survey:
    """The index's pages for these lines, and what was read behind them."""

    index: Index
    lines: tuple[RequirementLine, ...]
    pages: Mapping[str, Page | None]
    _sources: dict[str, Source | None] = field(default_factory=dict)
    _metadata: dict[str, Metadata] = field(default_factory=dict)

    def fits(self, python: Python) -> dict[RequirementLine, Fit]:
        """Return what pip would take for each line that applies on this Python."""
        return {
            line: fit(line, self.pages.get(line.key), python)
            for line in self.lines
            if line.applies(python)
        }

    def troubles(
        self, fits: Mapping[RequirementLine, Fit], python: Python
    ) -> dict[RequirementLine, LineTrouble]:
        """Return the lines that cannot be installed, or only with a compiler."""
        found = {line: found.trouble for line, found in fits.items() if found.trouble is not None}
        built = {line: found for line, found in fits.items() if found.source is not None}
        self._read_sources(found.source for found in built.values())
        for line, what in built.items():
            page = self.pages[line.key]
            source = self.source(what)
            trouble = source_trouble(what, source, page, python) if page is not None else None
            if trouble is not None:
                found[line] = trouble
        return found

    def source(self, found: Fit) -> Source | None:
        """Return what is known of the source that a line would be built from."""
        return None if found.source is None else self._sources.get(found.source.filename)

    def read_ahead(self, fits: Mapping[RequirementLine, Fit]) -> None:
        """Read sources and metadata side by side: either waits for the index, not for this."""
        with ThreadPoolExecutor(1) as pool:
            reading = pool.submit(self.of_wheels, self._pinned_wheels(fits).values())
            self._read_sources(found.source for found in fits.values())
            reading.result()

    def of_wheels(self, files: Iterable[File]) -> dict[str, Metadata]:
        """Return what each wheel's metadata says, by its file name; missing where none is had."""
        asked = list(files)
        new = [file for file in asked if file.filename not in self._metadata]
        self._metadata |= self.index.metadata(new)
        names = {file.filename for file in asked}
        return {name: self._metadata[name] for name in names if name in self._metadata}

    def metadata(self, fits: Mapping[RequirementLine, Fit]) -> dict[RequirementLine, Metadata]:
        """Return what the pinned releases say of themselves, whatever Python they are for."""
        files = self._pinned_wheels(fits)
        read = self.of_wheels(files.values())
        known = {line: read[f.filename] for line, f in files.items() if f.filename in read}
        for line, found in fits.items():
            source = self.source(found)
            if line not in known and source is not None and found.release is not None:
                known[line] = Metadata(found.release.text, source.requires)
        return known

    def _pinned_wheels(self, fits: Mapping[RequirementLine, Fit]) -> dict[RequirementLine, File]:
        pinned = {line: found for line, found in fits.items() if line.exact is not None}
        wheels = {line: any_wheel(self._release(line, found)) for line, found in pinned.items()}
        return {line: file for line, file in wheels.items() if file is not None}

    def _release(self, line: RequirementLine, found: Fit) -> Release | None:
        if found.release is not None:
            return found.release
        page, wanted = self.pages.get(line.key), line.specifiers
        allowed = page.allowed(wanted) if page is not None and wanted is not None else ()
        return allowed[0] if allowed else None

    def _read_sources(self, files: Iterable[File | None]) -> None:
        new = [file for file in files if file is not None and file.filename not in self._sources]
        with ThreadPoolExecutor(_SOURCES_AT_ONCE) as pool:
            for file, source in zip(new, pool.map(self._read_source, new), strict=True):
                self._sources[file.filename] = source

    def _read_source(self, file: File) -> Source | None:
        kept = self.index.kept(_SOURCES, file.url)
        if isinstance(kept, dict):
            try:
                return from_dict(kept)
            except (KeyError, TypeError, IndexError):
                pass
        body = self.index.source(file)
        source = None if body is None else read_source(body, file.filename)
        if source is not None:
            self.index.keep(_SOURCES, file.url, source.to_dict())
        return source


def survey(lines: Iterable[RequirementLine], index: Index, also: Iterable[str] = ()) -> Survey:
    """Ask the index for all of these lines, and for names that may take their place.

    Raises:
        Unreachable: it gave no usable answer.
    """
    asked = tuple(line for line in lines if not line.url)
    return Survey(index, asked, index.pages([*(line.key for line in asked), *also]))


def invalid(metadata: Mapping[RequirementLine, Metadata]) -> dict[RequirementLine, LineTrouble]:
    """Return the pins whose metadata pip refuses."""
    return {
        line: LineTrouble(
            line,
            Trouble.INVALID_METADATA,
            version=known.version,
            detail=f"it states {known.faults[0]!r}",
        )
        for line, known in metadata.items()
        if known.faults
    }


def any_wheel(release: Release | None) -> File | None:
    """Return one of a release's wheels, always the same: all of them say the same of it."""
    wheels = release.wheels if release is not None else ()
    return wheels[-1] if wheels else None
