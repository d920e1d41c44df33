"""What the host builds with, and in which folder."""

from typing import Final

from wherry.causes import sources
from wherry.causes.cause import Cause, Check, Severity, edit, run

_BUILDPACK_HOSTS = frozenset(("heroku", "dokku"))

CAUSES: Final = (
    Cause(
        code="WH124",
        name="wrong-buildpack",
        title="Another language's buildpack is set, or stands before Python's",
        severity=Severity.ERROR,
        why="The app is told to build with {buildpack|a buildpack} that finds nothing of its own "
        "here. Often a package.json was deleted later, or an example's `app.json` was copied.",
        looks_like=(
            (
                " !     App not compatible with buildpack: "
                "https://buildpack-registry.s3.amazonaws.com/buildpacks/heroku/nodejs.tgz"
            ),
            "/bin/bash: line 1: npm: command not found",
        ),
        platforms=_BUILDPACK_HOSTS,
        remedies=(
            run(
                "Keep only Python's.",
                "heroku buildpacks:remove {buildpack|heroku/nodejs}",
                "heroku buildpacks:set heroku/python",
                on="heroku",
            ),
            run(
                "Keep only Python's.",
                "dokku buildpacks:clear {app|APP}",
                "dokku buildpacks:add {app|APP} heroku/python",
                on="dokku",
            ),
        ),
        check=Check("Only the wanted ones are listed:", ("heroku buildpacks",)),
        sources=(sources.HEROKU_BUILDPACKS, sources.LOGS),
        related=("no-package-manager-file", "start-command-not-found", "another-language"),
    ),
    Cause(
        code="WH125",
        name="project-not-at-root",
        aliases=("manage.py-not-at-root", "manage-py-not-at-root"),
        title="The Django project is in a subfolder of what is pushed",
        severity=Severity.ERROR,
        why="manage.py lies in {folder|a subfolder}. Procfile and dependency file are read from "
        "the root of the repository only, Python finds the project's package only in the folder "
        "where it starts, and collectstatic is run for a manage.py at most three levels down "
        "(on Fir: at the root only).",
        looks_like=("ModuleNotFoundError: No module named 'mysite'",),
        remedies=(
            edit(
                "Start in that folder.",
                "Procfile",
                "web: gunicorn --chdir {folder|backend} {project|mysite}.wsgi",
            ),
            run("Or move the project up.", "git mv {folder|backend}/* ."),
            edit(
                "On Render, name the folder as the service's root.",
                "render.yaml",
                "rootDir: {folder|backend}",
                on="render",
            ),
        ),
        check=Check("It starts from the root, as on the host:", ("heroku local web",)),
        sources=(sources.BUILDPACK, sources.CNB, sources.PROJECTS),
        related=("wsgi-module-not-found", "no-package-manager-file"),
    ),
    Cause(
        code="WH126",
        name="aptfile-needs-buildpack",
        title="An Aptfile that no buildpack reads",
        severity=Severity.WARNING,
        why="The Python buildpack ignores the Aptfile; its packages come only with the apt "
        "buildpack, which must run first. What it installs counts towards the slug.",
        looks_like=(
            ("Could not find an 'Aptfile'! Please ensure it exists and is checked into Git."),
        ),
        platforms=_BUILDPACK_HOSTS,
        remedies=(
            run(
                "Put the apt buildpack before Python's.",
                "heroku buildpacks:add --index 1 heroku-community/apt",
                on="heroku-cedar",
            ),
            edit(
                "On Dokku, list both.",
                ".buildpacks",
                "https://github.com/heroku/heroku-buildpack-apt\n"
                "https://github.com/heroku/heroku-buildpack-python",
                on="dokku",
            ),
            run("If nothing needs it, remove it.", "git rm Aptfile"),
        ),
        check=Check("apt is listed before Python:", ("heroku buildpacks",)),
        sources=(sources.HEROKU_APT, sources.PROJECTS),
        related=("missing-libgl", "system-lib-missing", "program-missing"),
    ),
    Cause(
        code="WH127",
        name="dockerfile-and-procfile",
        title="Both a Dockerfile and a Procfile say how to build and start",
        severity=Severity.NOTE,
        why="Which of them counts depends on the host: Heroku builds from buildpacks and the "
        "Procfile unless heroku.yml or its stack says container; Dokku, Render, Railway and "
        "Fly.io prefer the Dockerfile. A change to the other one has no effect.",
        remedies=(
            run("Remove the one that your host does not use.", "git rm {file|Dockerfile}"),
            edit(
                "If Heroku is to build the image, say so.",
                "heroku.yml",
                "build:\n  docker:\n    web: Dockerfile",
                "heroku stack:set container",
                on="heroku-cedar",
            ),
        ),
        check=Check("The build log says what it builds with:", ("heroku stack",)),
        sources=(sources.PROJECTS, sources.HEROKU_BUILDPACKS),
        related=("no-web-process",),
    ),
    Cause(
        code="WH128",
        name="stack-end-of-life",
        title="The app's stack is no longer built on",
        severity=Severity.ERROR,
        why="The operating system below the app, {stack|an old stack}, is out of support. The "
        "buildpack knows {heroku.stacks}; the first of them is deprecated. A running app goes on, "
        "but cannot be built again.",
        looks_like=(
            " !     Error: The 'heroku-20' stack is no longer supported.",
            " !     Error: The 'heroku-18' stack isn't recognised.",
        ),
        platforms=frozenset(("heroku-cedar", "dokku")),
        remedies=(
            run(
                "Move to the current one, and build with a clean cache.",
                "heroku stack:set {heroku.default_stack}",
                "git commit --allow-empty -m 'Build on a new stack'",
                "git push heroku main",
                on="heroku",
            ),
            run(
                "Take a current builder image.",
                "docker pull gliderlabs/herokuish:latest-24",
                "dokku ps:rebuild {app|APP}",
                on="dokku",
            ),
        ),
        check=Check("The current stack carries a star:", ("heroku stack",)),
        sources=(sources.HEROKU_STACKS, sources.BUILDPACK_CHECKS),
        related=("runtime-not-available", "glibc-too-old"),
    ),
    Cause(
        code="WH129",
        name="build-hook-fails",
        title="The project's own build script fails",
        severity=Severity.ERROR,
        why="The buildpack runs bin/pre_compile before it installs anything and bin/post_compile "
        "at the end. {hook|The script} ended with a status other than 0, which stops the build. "
        "It runs where the build does: no database and no other app are there, programs of your "
        "machine are missing, and before the packages are installed there is no Python of the app.",
        looks_like=(
            " !     Error: Failed to run the bin/pre_compile script.",
            " !     Error: Failed to run the bin/post_compile script.",
            "bin/post_compile: line 3: npm: command not found",
        ),
        platforms=_BUILDPACK_HOSTS,
        remedies=(
            run(
                "Run it with nothing but what the host has, and mend what it says.",
                'env -i PATH="$PATH" bash -x {hook|bin/post_compile}',
            ),
            run(
                "Move migrations and whatever needs the app's services to the release phase.",
                "printf 'release: python manage.py migrate\\n' >> Procfile",
            ),
            run(
                "If it is left over from another host, remove it.", "git rm {hook|bin/post_compile}"
            ),
        ),
        check=Check(
            "It ends with status 0:", ('env -i PATH="$PATH" bash {hook|bin/post_compile}',)
        ),
        sources=(sources.BUILDPACK, sources.PROJECTS),
        related=("collectstatic-fails", "wrong-buildpack"),
    ),
)
