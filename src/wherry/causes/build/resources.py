"""Building takes more time, memory or disk than there is."""

from typing import Final

from wherry.causes import sources
from wherry.causes.cause import Cause, Check, Severity, edit, run

CAUSES: Final = (
    Cause(
        code="WH175",
        name="build-timeout",
        title="The build takes longer than the host waits",
        severity=Severity.ERROR,
        why="Something is compiled from source (scipy, h5py, grpcio, opencv without a wheel for "
        "this Python), or conda solves an environment. Heroku's limit was 15 minutes until March "
        "2026 and is higher now; the new number was not published.",
        looks_like=(
            " !     Timed out compiling Python app (15 minutes)",
            " !     Timed out running buildpack Python",
        ),
        remedies=(
            edit(
                "Pin releases that have wheels for your Python.",
                "{requirements|requirements.txt}",
                "{replacement|scipy==1.16.3}",
                "wherry doctor --diff",
            ),
            run(
                "Build the image elsewhere, and push it.",
                "heroku container:push web",
                "heroku container:release web",
                on="heroku-cedar",
            ),
        ),
        check=Check(
            "Nothing is built from source:",
            (("pip install --dry-run --only-binary :all: -r {requirements|requirements.txt}"),),
        ),
        sources=(sources.HEROKU_BIG_SLUGS, sources.HEROKU_SLUG, sources.LOGS),
        related=("sdist-build-python-too-new", "slug-too-large"),
    ),
    Cause(
        code="WH176",
        name="build-out-of-memory",
        title="The build is killed for memory",
        severity=Severity.ERROR,
        why="pip holds a downloaded wheel in memory to cache it, compilers need gigabytes, and "
        "builders are small: a Heroku build has {heroku.build_memory_mib} and, from heroku-24 on, "
        "no swap. Dokku builds on the server itself.",
        looks_like=(
            "Collecting tensorflow",
            "Killed",
            "MemoryError",
            "c++: fatal error: Killed signal terminated program cc1plus",
        ),
        remedies=(
            edit(
                "Install less.",
                "{requirements|requirements.txt}",
                "tensorflow-cpu=={version|2.20.0}",
                pythons="3.9-3.13",
            ),
            edit(
                "Let pip keep nothing.",
                "Dockerfile",
                "RUN pip install --no-cache-dir -r requirements.txt",
                on="dokku render railway fly cloud-run",
            ),
            run(
                "Give the server swap for the build.",
                "fallocate -l 4G /swapfile",
                "chmod 600 /swapfile",
                "mkswap /swapfile",
                "swapon /swapfile",
                on="dokku",
            ),
        ),
        check=Check("It installs in so much memory:", ("docker build --memory 2g -t {app|app} .",)),
        sources=(sources.HEROKU_NO_SWAP, sources.LOGS),
        related=("memory-limit-killed", "full-tensorflow-not-cpu"),
    ),
    Cause(
        code="WH177",
        name="disk-full",
        title="The disk is full, or its quota",
        severity=Severity.ERROR,
        why="Unpacked, TensorFlow is 1.2 to 2 GB, and while it is installed pip "
        "needs as much again for the download. Shared hosts give an account "
        "little, small servers fill with old images and caches, and Fly.io's "
        "root file system ends at {fly.image_limit_bytes}.",
        looks_like=(
            (
                "ERROR: Could not install packages due to an OSError: [Errno "
                "28] No space left on device"
            ),
            "OSError: [Errno 122] Disk quota exceeded",
        ),
        remedies=(
            edit(
                "Install less.",
                "{requirements|requirements.txt}",
                "tensorflow-cpu=={version|2.20.0}",
                pythons="3.9-3.13",
            ),
            run(
                "Download to where there is room, and keep nothing.",
                "TMPDIR=/var/tmp pip install --no-cache-dir -r {requirements|requirements.txt}",
            ),
            run("Clear what earlier builds left.", "docker system prune", on="dokku"),
        ),
        check=Check("There is room:", ("df -h",)),
        sources=(sources.LOGS, sources.MEASURED),
        related=("slug-too-large", "build-out-of-memory"),
    ),
)
