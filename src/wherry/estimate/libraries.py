"""What libraries cost a process when they are imported, as ``benchmarks/memory`` measured it."""

import tomllib
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

from wherry.estimate.workload import Loader


@dataclass(frozen=True, slots=True)
class ImportCost:
    """What importing one library adds, beyond the libraries that it imports itself.

    Attributes:
        anonymous_bytes: Memory that no other process shares.
        cpu_s: Processor time on the machine of the measurement, files in its cache.
        threads: Threads that are there afterwards.
        threads_per_cpu: And so many more for each processor that is seen.
    """

    anonymous_bytes: float
    cpu_s: float
    threads: float = 0.0
    threads_per_cpu: float = 0.0


@dataclass(frozen=True, slots=True)
class Library:
    """A library that is heavy to import.

    Attributes:
        name: Of its package, as the index compares it.
        modules: What the code imports it as.
        includes: The libraries that it imports.
        optional: Those that it imports where they are installed.
        costs: By version, oldest first; a version has the costs of the nearest one not above it.
    """

    name: str
    modules: tuple[str, ...]
    includes: tuple[str, ...]
    optional: tuple[str, ...]
    costs: tuple[tuple[tuple[int, ...], ImportCost], ...]

    def cost(self, version: str = "") -> ImportCost:
        """Return what a version costs; the newest where it is not told."""
        wanted = _numbers(version)
        if not wanted:
            return self.costs[-1][1]
        older = [cost for known, cost in self.costs if known <= wanted]
        return older[-1] if older else self.costs[0][1]


@dataclass(frozen=True, slots=True)
class LoaderCost:
    """What a loaded model adds, as a constant and for each byte of its file.

    Attributes:
        largest_ratio: For each byte of the largest array of weights, of which Keras makes copies
            that are not given back.
        first_bytes: What the first prediction adds.
        first_ratio: And for each byte of the file.
        first_layer_bytes: And for each layer, which TensorFlow traces.
        first_threads: Threads that it starts.
    """

    load_bytes: float
    load_ratio: float
    load_cpu_s: float
    load_s_per_gb: float
    first_bytes: float
    first_ratio: float
    largest_ratio: float = 0.0
    first_layer_bytes: float = 0.0
    first_threads: float = 0.0
    first_threads_per_cpu: float = 0.0


@dataclass(frozen=True, slots=True)
class ServerCost:
    """What a server's own processes take, Django included.

    Attributes:
        master_bytes: The process that watches the others; 0 where there is none.
        worker_bytes: A process that answers, with Django set up and nothing else.
        forked_bytes: What a process has of its own at once where the app was loaded before.
        request_bytes: What the first request adds to each.
    """

    master_bytes: float
    worker_bytes: float
    forked_bytes: float
    request_bytes: float
    boot_cpu_s: float
    threads: float


@dataclass(frozen=True, slots=True)
class Costs:
    """All that was measured."""

    libraries: Mapping[str, Library]
    loaders: Mapping[str, LoaderCost]
    servers: Mapping[str, ServerCost]

    def server(self, kind: str) -> ServerCost:
        """Return what a server costs; one process of Django where it was not measured."""
        return self.servers.get(kind) or self.servers[_OTHER_SERVER]

    def loader(self, loader: Loader, tensorflow: str = "") -> LoaderCost:
        """Return what a model costs; ``tensorflow`` is the version that Keras comes with."""
        if loader is Loader.KERAS and () < _numbers(tensorflow) < _KERAS_3_SINCE:
            return self.loaders[_KERAS_2]
        return self.loaders[loader.value]

    def closure(self, names: Iterable[str], installed: Container[str] = ()) -> frozenset[str]:
        """Return these libraries and all that they import; what is not known is left out."""
        found: set[str] = set()
        waiting = [name for name in names if name in self.libraries]
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                library = self.libraries[name]
                waiting += library.includes
                waiting += [other for other in library.optional if other in installed]
        return frozenset(found)

    def by_module(self, root: str) -> tuple[str, ...]:
        """Return the packages whose module this is: ``tensorflow`` has several."""
        return tuple(name for name, one in self.libraries.items() if root in one.modules)


_OTHER_SERVER: Final = "other"
_KERAS_2: Final = "keras_2"
# TensorFlow 2.16 brought Keras 3.
_KERAS_3_SINCE: Final = (2, 16)


@cache
def costs() -> Costs:
    """Return all that was measured."""
    path = files("wherry.estimate") / "libraries.toml"
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    return Costs(
        libraries={entry["name"]: _library(entry) for entry in table["libraries"]},
        loaders={name: LoaderCost(**one) for name, one in table["loaders"].items()},
        servers={name: ServerCost(**one) for name, one in table["servers"].items()},
    )


def _library(entry: Mapping[str, Any]) -> Library:
    rows = sorted(
        (_numbers(row["version"]), ImportCost(**{k: v for k, v in row.items() if k != "version"}))
        for row in entry["costs"]
    )
    return Library(
        name=entry["name"],
        modules=tuple(entry["modules"]),
        includes=tuple(entry.get("includes", ())),
        optional=tuple(entry.get("optional", ())),
        costs=tuple(rows),
    )


def _numbers(version: str) -> tuple[int, ...]:
    found = []
    for part in version.split("."):
        if not part.isdecimal():
            break
        found.append(int(part))
    return tuple(found)
