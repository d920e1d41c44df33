"""``build``: from what was pushed to a slug."""

import os
import secrets
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import wherry
from wherry.buildrules import buildpacks, installing, managers, procfile
from wherry.dependencies.cache import cache_folder
from wherry.dependencies.interpreters import find_interpreter
from wherry.platforms.hosts import Target
from wherry.rehearse.build import troubles
from wherry.rehearse.build.inputs import tree_digest
from wherry.rehearse.build.layers import Layer, Layers, key_of, sweep
from wherry.rehearse.build.log import BuildLog, nowhere
from wherry.rehearse.build.packing import scan
from wherry.rehearse.build.pipeline import Built, run_buildpacks
from wherry.rehearse.build.recording import notes_of, slug_of
from wherry.rehearse.build.running import Deadline, end_strays
from wherry.rehearse.build.site import Site, prepare
from wherry.rehearse.build.slug import APP, Slug
from wherry.rehearse.build.slugging import judge, write_slug
from wherry.rehearse.events import Sink
from wherry.rehearse.overlay import Limits

# What was installed by names alone is asked for anew after so long.
_OLDEST_S: Final = 86400.0
_SLUGS_KEPT: Final = 4
_LONGEST_S: Final = 3600.0


@dataclass(frozen=True, slots=True)
class _Order:
    """What is to be built."""

    source: Path
    target: Target
    limits: Limits
    cache: Path
    variables: Mapping[str, str]
    commit: str
    fresh: bool


def build(
    source: Path,
    target: Target,
    limits: Limits,
    *,
    cache: Path | None = None,
    env: Mapping[str, str] | None = None,
    sink: Sink = nowhere,
    commit: str = "",
    fresh: bool = False,
) -> Slug:
    """Build what was pushed as the platform does, and return the slug.

    Args:
        source: What was pushed; nothing is written there.
        target: The host and its size.
        limits: Its limits, or a run's own.
        cache: The folder in which layers and slugs are kept; within the user's cache by default.
        env: The app's config vars.
        sink: Is told every line as it is printed.
        commit: What was pushed, for scripts that ask.
        fresh: Whether nothing of earlier builds is used.

    Raises:
        BuildFailed: there is no slug; it says why, and whose part that is.
    """
    kept = (cache or cache_folder() / "rehearse").absolute()
    order = _Order(source, target, limits, kept, dict(env or {}), commit, fresh)
    log = BuildLog(sink, order.variables)
    try:
        return _build(order, log)
    except OSError as error:
        raise troubles.of_disk(log, kept, error) from None


def _build(order: _Order, log: BuildLog) -> Slug:
    begun = time.monotonic()
    slugs = Layers(order.cache / "slugs", _SLUGS_KEPT)
    key = _key(order)
    found = None if order.fresh else slugs.find(key, _OLDEST_S)
    if found is not None and _still_good(found.notes):
        return _again(order, found, log, begun)
    with _site(order, log) as site:
        pushed = frozenset(scan(site.root))
        built = run_buildpacks(site, fresh=order.fresh)
        made = time.monotonic()
        slug: list[Slug] = []

        def write(path: Path) -> dict[str, Any]:
            slug.append(_finish(site, path, pushed, built))
            return notes_of(slug[0])

        layer = slugs.save(key, write)
        seconds = {"buildpacks": made - begun, "slug": time.monotonic() - made}
        return replace(slug[0], path=layer.archive, seconds=seconds)


def _key(order: _Order) -> str:
    tools = {manager.name: installing.tool_version(manager.name) for manager in managers.MANAGERS}
    return key_of(
        *("slug", wherry.__version__, order.target.name, tree_digest(order.source)),
        *(dict(order.variables), tools, order.commit, order.limits.slug_soft_limit_bytes),
    )


def _still_good(notes: Mapping[str, Any]) -> bool:
    """Whether the Python that was missing for a slug is still not here."""
    if notes["python"] is None:
        return True
    wanted, _, used, _ = notes["python"]
    major, minor = wanted.split(".")[:2]
    same = used.split(".")[:2] == [major, minor]
    return same or find_interpreter((int(major), int(minor))) is None


def _again(order: _Order, layer: Layer, log: BuildLog, begun: float) -> Slug:
    slug = slug_of(layer.archive, layer.notes)
    log.replay(slug.log)
    for remark in slug.remarks:
        log.remark("build", remark)
    log.remark("build", "Nothing has changed since the last build, whose slug is used again.")
    judge(log, order.limits, slug.size_bytes, quiet=True)
    return replace(slug, seconds={"cache": time.monotonic() - begun})


@contextmanager
def _site(order: _Order, log: BuildLog) -> Iterator[Site]:
    folder = order.cache / "builds"
    folder.mkdir(parents=True, exist_ok=True)
    sweep(folder)
    work = folder / f"{secrets.token_hex(4)}-pid{os.getpid()}"
    try:
        prepare(work, order.variables)
        root = work / f"build_{secrets.token_hex(4)}"
        shutil.copytree(order.source, root, symlinks=True)
        log.name_folders(
            {root: f"/tmp/{root.name}", work / "tmp": "/tmp", work / "home": APP}  # noqa: S108
        )
        yield Site(
            root=root,
            work=work,
            cache=order.cache,
            target=order.target,
            limits=order.limits,
            variables=order.variables,
            log=log,
            deadline=Deadline.after(order.limits.build_timeout_s or _LONGEST_S),
            stack=_stack(root, order.target),
            commit=order.commit,
        )
    finally:
        end_strays(f"BUILD_DIR={work}/")
        shutil.rmtree(work, ignore_errors=True)


def _stack(root: Path, target: Target) -> str:
    try:
        told = buildpacks.app_json((root / buildpacks.APP_JSON).read_bytes()).get("stack")
    except OSError:
        told = None
    if isinstance(told, str) and told:
        return told
    fact = target.find("default_stack")
    return "" if fact is None else str(fact.value)


def _finish(site: Site, path: Path, pushed: frozenset[str], built: Built) -> Slug:
    log = site.log
    log.step("Discovering process types")
    declared = _declared(site.root) if built.own_commands is None else built.own_commands
    for line in procfile.lines(declared, built.process_types):
        log.indent(line)
    parts = write_slug(site, path, pushed, built.python)
    return Slug(
        path=path,
        size_bytes=path.stat().st_size,
        unpacked_bytes=sum(part.unpacked_bytes for part in parts),
        process_types={**built.process_types, **declared},
        config_vars=built.config_vars,
        python=None if built.python is None else built.python.installed.python,
        parts=parts,
        log=tuple(log.lines),
        remarks=tuple(log.remarks),
        cautions=tuple(caution.cause for caution in log.cautions if caution.cause),
    )


def _declared(root: Path) -> Mapping[str, str]:
    path = root / "Procfile"
    if path.is_symlink() or not path.is_file():
        return {}
    return procfile.process_types(path.read_text("utf-8", "replace"))
