"""``wherry buildpack``: what this repository's buildpack does in a build on a host."""

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from wherry.cli.doctor import no_garbage_collection
from wherry.cli.verbs import FOUND, Verbs

if TYPE_CHECKING:
    from wherry.buildpack.places import Places

# Set by the scripts where the app's Python is not there yet.
_PHASE = "WHERRY_PHASE"
_EXPLAIN = "WHERRY_EXPLAIN"


def add(verbs: Verbs) -> None:
    """Add the verb to the command line."""
    parser = verbs.add_parser(
        "buildpack",
        help="the build step on a host: models, a lean TensorFlow, defaults, checks",
        description="What the scripts of the buildpack run in a build. `explain` says of a project "
        "here what would become of TensorFlow, and proves it.",
    )
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    compile_ = actions.add_parser("compile", help="do the build step, as bin/compile is called")
    compile_.add_argument("build", type=Path, metavar="BUILD_DIR")
    compile_.add_argument("cache", type=Path, metavar="CACHE_DIR")
    compile_.add_argument("env", nargs="?", default="", metavar="ENV_DIR")
    compile_.add_argument(
        "--app", default="", metavar="DIR", help="where the app lies when it runs"
    )
    compile_.add_argument("--explain", action="store_true", help="prove what is kept or removed")
    compile_.set_defaults(verb=_compile)
    explain = actions.add_parser("explain", help="say what becomes of TensorFlow, and why")
    explain.add_argument("project", type=Path, nargs="?", default=Path(), metavar="FOLDER")
    explain.set_defaults(verb=_explain)
    cuda = actions.add_parser("cuda", help="list which CUDA, cuDNN and driver each version needs")
    cuda.set_defaults(verb=_cuda)


def _compile(options: argparse.Namespace) -> int:
    from wherry.buildpack import build
    from wherry.buildpack.output import Output
    from wherry.cli.lending import lent
    from wherry.errors import WherryError

    output = Output()
    places = _places(options)
    explained = options.explain or bool(places.config.get(_EXPLAIN))
    try:
        with no_garbage_collection():
            borrowed = lent(places)
            if os.environ.get(_PHASE) == "checks":
                build.check(places, borrowed, output)
            else:
                build.build(places, borrowed, output, explain=explained)
    except WherryError as error:
        Output(sys.stderr).caution(f"Error: {error}")
        return FOUND
    return 0


def _places(options: argparse.Namespace) -> "Places":
    from wherry.buildpack.installed import own_site_packages
    from wherry.buildpack.places import Places, read_config_vars

    return Places(
        build=options.build.resolve(),
        cache=options.cache.resolve() / "wherry",
        site_packages=own_site_packages(),
        python=Path(sys.executable),
        config=read_config_vars(Path(options.env) if options.env else None),
        app=options.app,
    )


def _explain(options: argparse.Namespace) -> int:
    from wherry.buildpack import lean
    from wherry.buildpack.installed import own_site_packages, read_environment
    from wherry.buildpack.needs import read_servables
    from wherry.buildpack.usage import read_usage
    from wherry.buildpack.wanted import read_wanted
    from wherry.masking import mask
    from wherry.project.project import read_project

    project = read_project(options.project)
    environment = read_environment(own_site_packages())
    usage = read_usage(project, environment)
    decision = lean.decide(
        read_wanted(project.root).tensorflow, usage, read_servables(project.root), environment
    )
    for line in lean.explain(decision, usage, project):
        print(mask(line))
    return 0


def _cuda(_: argparse.Namespace) -> int:
    from wherry.dependencies.cuda import builds

    columns = "{:<16} {:<8} {:<7} {:<11} {:<13} {}"
    print(columns.format("package", "version", "CUDA", "cuDNN", "driver", "cards"))
    for item in builds():
        cards = f"{item.capabilities[0]} to {item.capabilities[-1]}" if item.capabilities else ""
        told = (item.package, item.version, item.cuda, item.cudnn, f">= {item.least_driver}", cards)
        print(columns.format(*told).rstrip())
    return 0
