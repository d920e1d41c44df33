"""Run ``wherry buildpack`` with the app's Python, and with this buildpack's own Wherry.

The app's packages come first; what it lacks and the build needs is installed into the build cache.
"""

import importlib.util
import os
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent


def main() -> int:
    """Find Wherry, make importable what it needs, and do the work."""
    action, build, cache, *rest = sys.argv[1:]
    # Beside this folder in a checkout, within it in an archive; else the one that the app installs.
    for folder in (HERE.parent.parent / "src", HERE.parent / "vendor"):
        if (folder / "wherry" / "__init__.py").is_file():
            sys.path.insert(0, str(folder))
            break
    if importlib.util.find_spec("wherry") is None:
        sentence = "This buildpack holds no Wherry, and the app installs none. Add wherry to it."
        print(f" !     Error: {sentence}", file=sys.stderr)
        return 1
    kept = Path(cache, "wherry")
    os.environ["WHERRY_CACHE"] = str(kept / "own")
    from wherry.buildpack import tools
    from wherry.buildpack.failure import BuildFailed

    try:
        tools.provide(kept / "tools")
    except BuildFailed as error:
        print(f" !     Error: {error}", file=sys.stderr)
        return 1
    from wherry.cli import main as wherry

    return wherry(["buildpack", action, build, cache, *rest])


if __name__ == "__main__":
    sys.exit(main())
