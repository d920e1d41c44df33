"""A list that holds a whole laptop: tools for writing code, which no server imports."""

from collections.abc import Iterator
from typing import Final

from wherry.doctor.rule import Context, Rule, found
from wherry.doctor.rules.dependencies.situation import lines, where
from wherry.findings import Evidence, Finding, How

# Notebooks, editors, linters, test tools and conda itself: what a web process never imports.
_TOOLS: Final = frozenset(
    (
        *("jupyter", "jupyter-client", "jupyter-console", "jupyter-core", "jupyterlab"),
        *("jupyterlab-server", "jupyterlab-pygments", "jupyterlab-widgets", "jupyter-server"),
        *("notebook", "nbclient", "nbconvert", "nbformat", "nbclassic", "ipykernel", "ipython"),
        *("ipywidgets", "widgetsnbextension", "qtconsole", "qtpy", "spyder", "spyder-kernels"),
        *("anaconda-client", "anaconda-navigator", "anaconda-project", "conda", "conda-build"),
        *("conda-package-handling", "navigator-updater", "menuinst", "black", "pylint", "flake8"),
        *("autopep8", "pycodestyle", "pyflakes", "isort", "mypy", "pytest", "pytest-cov", "tox"),
        *("pyinstaller", "pyinstaller-hooks-contrib", "pywinpty", "terminado", "send2trash"),
        *("prometheus-client", "pandocfilters", "mistune", "jedi", "parso", "rope", "yapf"),
        *("astroid", "pyls-spyder", "python-lsp-server", "ipython-genutils", "backcall"),
        *("matplotlib-inline", "pickleshare", "prompt-toolkit", "debugpy", "entrypoints"),
    )
)
_MANY: Final = 8


def _check(context: Context) -> Iterator[Finding]:
    if context.project.requirements.lock is not None:
        return
    imported = {item.root.lower() for item in context.project.code.imports}
    tools = [
        line
        for line in lines(context)
        if line.key in _TOOLS and line.key.replace("-", "_") not in imported
    ]
    if len(tools) < _MANY:
        return
    total = len(lines(context))
    yield found(
        "pip-freeze-bloat",
        *(where(line) for line in tools),
        values={"count": str(len(tools)), "requirements": tools[0].file},
        evidence=(
            Evidence("requirements", float(total), How.READ),
            Evidence("of them tools for writing code", float(len(tools)), How.READ),
        ),
    )


RULE: Final = Rule("pip-freeze-bloat", ("pip-freeze-bloat",), _check)
