"""The script that every process of the app starts with: defaults for a small machine.

A host's shell reads it before the app's command. It sets what nobody set: a config var of the
app's stays as it is, even where it is empty.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from wherry.platforms import heroku
from wherry.platforms.heroku import MIB
from wherry.platforms.memory import ARENAS

PATH: Final = ".profile.d/wherry.sh"
# Of the memory limit, what workers may hold when they start; as ``wherry serve`` reckons.
_STARTING_PERCENT: Final = 75
# A limit as large as this is the kernel's way to say that there is none.
_NO_LIMIT_MIB: Final = 2**34
# 2: errors and worse. The libraries' own lines would be said at every start.
_TENSORFLOW_LOG_LEVEL: Final = 2
_LIBRARIES_LOG_LEVEL: Final = 3


@dataclass(frozen=True, slots=True)
class Defaults:
    """What a profile script is written from.

    Attributes:
        worker_bytes: Anonymous memory of one worker with its models; None where none was measured.
        single: Whether the models are to be held by one process only.
        libraries: Whether TensorFlow's libraries lie in the app's ``.wherry/tensorflow``.
        python_tensorflow: Whether the app imports TensorFlow itself.
        accelerator: ``cpu`` or ``cuda``.
        loader_folders: Folders of libraries, relative to the app, for the loader to search.
        cuda: The CUDA version that the app's runtimes were built against; "" for the CPU.
        app: Where the app lies when it runs; "" for ``$HOME``.
    """

    worker_bytes: int | None = None
    single: bool = False
    libraries: bool = False
    python_tensorflow: bool = False
    accelerator: str = "cpu"
    loader_folders: Sequence[str] = ()
    cuda: str = ""
    app: str = ""


def profile(defaults: Defaults, groups: str = "/sys/fs/cgroup") -> str:
    """Return the script's text, for any POSIX shell, whatever options are set in it."""
    app = defaults.app or "$HOME"
    parts = [_HEAD, _limits(groups), _workers(defaults), _THREADS]
    parts.append(_default("MALLOC_ARENA_MAX", str(ARENAS)))
    parts += _tensorflow(defaults, app)
    parts += _devices(defaults, app)
    parts.append(_TAIL)
    return "".join(parts)


def _default(name: str, value: str) -> str:
    return f': "${{{name}={value}}}"; export {name}\n'


_HEAD: Final = """\
# Written by Wherry's buildpack. A variable that is set already stays as it is.
"""

_THREADS: Final = """\
wherry_threads=$((wherry_cpus / wherry_workers))
[ "$wherry_threads" -ge 1 ] || wherry_threads=1
# Libraries would start a thread for each CPU that they see, and most are not this app's.
: "${OMP_NUM_THREADS=$wherry_threads}"; export OMP_NUM_THREADS
: "${OPENBLAS_NUM_THREADS=$wherry_threads}"; export OPENBLAS_NUM_THREADS
: "${MKL_NUM_THREADS=$wherry_threads}"; export MKL_NUM_THREADS
: "${TF_NUM_INTRAOP_THREADS=$wherry_threads}"; export TF_NUM_INTRAOP_THREADS
: "${TF_NUM_INTEROP_THREADS=$wherry_threads}"; export TF_NUM_INTEROP_THREADS
"""

_TAIL: Final = """\
unset wherry_limit_mib wherry_cpus wherry_workers wherry_threads wherry_fitting
unset wherry_file wherry_line wherry_shared wherry_chosen
"""


def _limits(groups: str) -> str:
    share_mib = heroku.SHARED_DYNO_BYTES_PER_SHARE // MIB
    shared_mib = heroku.SHARED_DYNO_MAX_BYTES // MIB
    return f"""\
wherry_limit_mib=0
for wherry_file in '{groups}/memory/memory.limit_in_bytes' '{groups}/memory.max'; do
    wherry_line=
    [ ! -r "$wherry_file" ] || IFS= read -r wherry_line <"$wherry_file" || :
    case "$wherry_line" in
        '' | *[!0-9]*) ;;
        *) wherry_limit_mib=$((wherry_line / {MIB})) && break ;;
    esac
done
[ "$wherry_limit_mib" -lt {_NO_LIMIT_MIB} ] || wherry_limit_mib=0
wherry_cpus=$(nproc 2>/dev/null || echo 1)
# A shared dyno shows its host's CPUs; counted on are half of what it may burst to.
wherry_shared=0
[ -z "${{DYNO-}}" ] || [ "$wherry_limit_mib" -gt {shared_mib} ] || wherry_shared=$wherry_limit_mib
if [ "$wherry_shared" -gt 0 ]; then
    wherry_shared=$((2 * wherry_shared / {share_mib}))
    [ "$wherry_shared" -ge 2 ] || wherry_shared=2
    [ "$wherry_cpus" -le "$wherry_shared" ] || wherry_cpus=$wherry_shared
fi
"""


def _workers(defaults: Defaults) -> str:
    """Return what chooses the workers, or takes the number that was chosen elsewhere."""
    if defaults.worker_bytes is None:
        return _CHOSEN
    worker_mib = max(1, -(-defaults.worker_bytes // MIB))
    fitting = (
        "1"
        if defaults.single
        else f"$((wherry_limit_mib * {_STARTING_PERCENT} / 100 / {worker_mib}))"
    )
    why = (
        "one process holds these models best"
        if defaults.single
        else f"one worker with its models was measured to hold {worker_mib} MiB"
    )
    return f"""\
# The Python buildpack's number knows nothing of models: {why}.
wherry_chosen=${{WEB_CONCURRENCY+by-owner}}
[ "${{WEB_CONCURRENCY_SET_BY-}}" != {heroku.BUILDPACK} ] || wherry_chosen=
if [ -z "$wherry_chosen" ]; then
    if [ "$wherry_limit_mib" -gt 0 ]; then
        wherry_fitting={fitting}
        [ "$wherry_fitting" -ge 1 ] || wherry_fitting=1
        wherry_workers=$((2 * wherry_cpus + 1))
        [ "$wherry_fitting" -ge "$wherry_workers" ] || wherry_workers=$wherry_fitting
        WEB_CONCURRENCY=$wherry_workers
        WEB_CONCURRENCY_SET_BY={heroku.OWN_BUILDPACK}
        export WEB_CONCURRENCY WEB_CONCURRENCY_SET_BY
    fi
fi
{_CHOSEN}"""


_CHOSEN: Final = """\
case "${WEB_CONCURRENCY-}" in
    '' | *[!0-9]* | 0*) wherry_workers=1 ;;
    *) wherry_workers=$WEB_CONCURRENCY ;;
esac
"""


def _tensorflow(defaults: Defaults, app: str) -> list[str]:
    lines = []
    if defaults.libraries:
        lines.append(_default("WHERRY_TENSORFLOW", f"{app}/.wherry/tensorflow"))
    if defaults.python_tensorflow:
        lines.append(_default("TF_CPP_MIN_LOG_LEVEL", str(_TENSORFLOW_LOG_LEVEL)))
    elif defaults.libraries:
        lines.append(_default("TF_CPP_MIN_LOG_LEVEL", str(_LIBRARIES_LOG_LEVEL)))
    return lines


def _devices(defaults: Defaults, app: str) -> list[str]:
    if defaults.accelerator == "cpu":
        # Nobody then looks for a card that is not there, or takes one that is another's.
        return [_default("CUDA_VISIBLE_DEVICES", "-1")]
    lines = [_default("WHERRY_ACCELERATOR", defaults.accelerator)]
    if defaults.cuda:
        lines.append(_default("WHERRY_CUDA", defaults.cuda))
    if defaults.loader_folders:
        folders = ":".join(f"{app}/{folder}" for folder in defaults.loader_folders)
        lines.append(
            "# Searched before the system's own, which may be of another version.\n"
            f'LD_LIBRARY_PATH="{folders}${{LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}}"\n'
            "export LD_LIBRARY_PATH\n"
        )
    return lines
