"""Open a model for serving: load it, warm it up, and settle how many callers run it at once."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from wherry import runtimes
from wherry.bundle.folder import Bundle, choose_default, open_bundle
from wherry.errors import BundleError
from wherry.platforms.limits import read_limits
from wherry.platforms.memory import Memory, read_memory
from wherry.runtimes.lanes import FAST_RUN_S, fitting_copies, run_lanes
from wherry.runtimes.protocol import LoadedModel, LoadOptions
from wherry.runtimes.runners import Runners
from wherry.serving.options import ModelOptions
from wherry.serving.peak import watch_peak
from wherry.serving.progress import Progress, size_of
from wherry.serving.version_folder import locate
from wherry.serving.warmup import warm_up
from wherry.tensors import Signature

# The runtimes that keep a pool of threads for each model; TensorFlow has one for all.
THREAD_POOLS = ("litert", "onnx")
# A warm-up file may hold a thousand; that shared weights give the same answers a few can tell.
MAX_COMPARED_SAMPLES = 16


@dataclass(frozen=True, slots=True)
class Opened:
    """A model in memory, ready to run.

    ``lanes`` is how many callers may run it at once. ``load_s`` and ``warmup_s`` are the seconds
    that loading and warming up took, ``run_s`` those of one warm run; ``anonymous_bytes`` is how
    much the process's anonymous memory grew and ``peak_bytes`` the most that it had grown at any
    moment. None: not measured.
    """

    bundle: Bundle
    loaded: LoadedModel
    signatures: Mapping[str, Signature]
    default_signature: str
    lanes: int
    load_s: float | None = None
    warmup_s: float | None = None
    run_s: float | None = None
    anonymous_bytes: int | None = None
    peak_bytes: int | None = None


def open_for_serving(
    options: ModelOptions,
    load_options: LoadOptions,
    *,
    warming: Callable[[], None],
    progress: Progress,
) -> Opened:
    """Load the model and warm it up; ``warming`` is called when its weights are in memory.

    Raises:
        WherryError: it cannot be loaded, or its own samples do not run.
    """
    with watch_peak() as peak:
        opened = _open(options, load_options, warming, progress)
    return replace(opened, peak_bytes=peak.grown_bytes)


def open_named(
    options: ModelOptions, *, hashes: bool, checked: Callable[[int], None] = lambda _: None
) -> Bundle:
    """Open the bundle that the options mean: the newest in a folder of versions, called as asked.

    Raises:
        BundleError: as of ``open_bundle``.
    """
    place = locate(options.path)
    bundle = open_bundle(place.path, hashes=hashes, checked=checked)
    version = options.version or place.version
    return bundle if version is None else replace(bundle, version=version)


def _open(
    options: ModelOptions,
    load_options: LoadOptions,
    warming: Callable[[], None],
    progress: Progress,
) -> Opened:
    before = read_memory()
    # Once: a newer version may appear while this one is being read.
    place = locate(options.path)
    options = replace(options, path=place.path, version=options.version or place.version)
    bundle = open_named(options, hashes=False)
    whole = bundle.signatures is not None  # Only a manifest has something to check against.
    # Of the model alone: what lies beside it is neither hashed nor loaded, or hardly weighs.
    progress.begin(size_of(bundle.model), checks=whole)
    if whole:
        bundle = open_named(options, hashes=True, checked=progress.checked)
    if bundle.runtime == "tensorflow":
        bundle = _with_requests(bundle)
    progress.begin_loading()
    chosen = options.threads is not None
    # Two callers on one thread each answer more than one after the other on two, which wait for
    # one another within every run (measured with ONNX Runtime on Basic Pitch: 60 against
    # 45 predictions/s on two cores).
    apart = bundle.runtime == "onnx" and not chosen and load_options.threads > 1
    opened = _open_warm(bundle, load_options, threads=1 if apart else None, warming=warming)
    if not chosen and _is_fast(opened, load_options):
        if not apart:
            opened.loaded.close()
            opened = _open_warm(bundle, load_options, threads=1, warming=warming)
    elif apart:
        opened = _run_apart(opened, [opened.loaded] * load_options.threads)
    elif not chosen and not opened.loaded.concurrent and load_options.threads > 1:
        opened = _copied(opened, load_options, before)
    opened.loaded.trim()
    after = read_memory()
    if before and after:
        grown_bytes = after.anonymous_bytes - before.anonymous_bytes
        opened = replace(opened, anonymous_bytes=grown_bytes)
    return opened


def _with_requests(bundle: Bundle) -> Bundle:
    """Return the bundle with the requests of TensorFlow Serving's warm-up file, if there is one."""
    from wherry.serving.warmup_file import read_warmup

    return replace(bundle, warmup=bundle.warmup + read_warmup(bundle.model))


def in_memory(bundle: Bundle, loaded: LoadedModel, *, lanes: int) -> Opened:
    """Describe a model that is in memory; ``lanes`` may run it at once if it is concurrent.

    Raises:
        BundleError: it has no signature, or its own are not those that the bundle states.
    """
    signatures = loaded.signatures
    if bundle.signatures is not None:
        check_signatures(bundle.signatures, signatures)
        signatures = bundle.signatures
    if not signatures:
        raise BundleError(f"{bundle.path} has no signature to call.")
    return Opened(
        bundle,
        loaded,
        signatures,
        bundle.default_signature or choose_default(signatures),
        lanes if loaded.concurrent else 1,
    )


def _open_warm(
    bundle: Bundle,
    load_options: LoadOptions,
    *,
    threads: int | None,
    warming: Callable[[], None],
) -> Opened:
    started = time.monotonic()
    loaded = _load(bundle, load_options, threads or load_options.threads)
    opened = in_memory(bundle, loaded, lanes=threads or load_options.threads)
    load_s = time.monotonic() - started
    warming()
    run_s = warm_up(loaded, bundle, opened.signatures)
    warmup_s = time.monotonic() - started - load_s
    return replace(opened, load_s=load_s, warmup_s=warmup_s, run_s=run_s)


def _load(bundle: Bundle, load_options: LoadOptions, threads: int) -> LoadedModel:
    samples = tuple(
        (sample.signature, sample.inputs) for sample in bundle.warmup[:MAX_COMPARED_SAMPLES]
    )
    options = replace(load_options, threads=threads, samples=samples)
    return runtimes.load(bundle.runtime, bundle.model, options)


def _is_fast(opened: Opened, load_options: LoadOptions) -> bool:
    """Whether the model could run on several threads that nobody needs.

    Handing work to a second thread and waiting for it takes some 10 us on an idle machine, and a
    hundred times that on a busy one: a fast run is better off on one.
    """
    return (
        load_options.threads > 1
        and opened.bundle.runtime in THREAD_POOLS
        and opened.run_s is not None
        and opened.run_s < FAST_RUN_S
    )


def _copied(opened: Opened, load_options: LoadOptions, before: Memory | None) -> Opened:
    """Put a copy for each CPU, and as many more as help, in place of a model on all CPUs.

    Where copies for all CPUs are not small beside the memory there is, the model stays as it is.
    """
    now, limit_bytes = read_memory(), read_limits().memory_bytes
    if before is None or now is None or limit_bytes is None:
        return opened
    fitting = fitting_copies(now.anonymous_bytes - before.anonymous_bytes, limit_bytes)
    cpus = load_options.threads
    if fitting < cpus:
        return opened
    opened.loaded.close()
    copies = [_load(opened.bundle, load_options, 1) for _ in range(cpus)]
    runs_s = [warm_up(copy, opened.bundle, opened.signatures) for copy in copies]
    return _run_apart(replace(opened, run_s=runs_s[0]), copies)


def _run_apart(opened: Opened, models: Sequence[LoadedModel]) -> Opened:
    """Have each of these run by a thread of its own."""
    lanes = run_lanes(len(models), opened.run_s)
    return replace(opened, loaded=Runners(models), lanes=lanes)


def check_signatures(stated: Mapping[str, Signature], actual: Mapping[str, Signature]) -> None:
    """Compare the manifest's signatures with the model file's own.

    A manifest may leave signatures out and fix the size of a dimension that the model leaves
    open; it may not add, rename or retype anything.

    Raises:
        BundleError: naming the first difference.
    """
    for name, signature in stated.items():
        if name not in actual:
            raise BundleError(
                f"The manifest lists a signature {name!r} that the model does not have (it has "
                f"{', '.join(map(repr, sorted(actual)))}). Write the bundle anew."
            )
        for kind in ("inputs", "outputs"):
            ours = {spec.name: spec for spec in getattr(signature, kind)}
            theirs = {spec.name: spec for spec in getattr(actual[name], kind)}
            if (kind == "inputs" and ours.keys() != theirs.keys()) or ours.keys() - theirs.keys():
                raise BundleError(
                    f"The manifest's {kind} of {name!r} are {sorted(ours)}; the model's are "
                    f"{sorted(theirs)}. Write the bundle anew."
                )
            for spec in ours.values():
                own = theirs[spec.name]
                shape_fits = own.shape is None or (
                    spec.shape is not None and own.accepts(spec.shape)
                )
                if spec.datatype is not own.datatype or not shape_fits:
                    raise BundleError(
                        f"The manifest says that {spec.name!r} of {name!r} is {spec.datatype} "
                        f"{spec.shape}; the model says {own.datatype} {own.shape}. "
                        "Write the bundle anew."
                    )
