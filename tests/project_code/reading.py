"""Small projects in a folder, and their code."""

from collections.abc import Mapping
from pathlib import Path

from wherry.project.code.code import Code
from wherry.project.code.values import Plain
from wherry.project.project import read_project

WSGI = 'import os\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "mysite.settings")\n'


def write(root: Path, files: Mapping[str, str]) -> Path:
    """Write files."""
    for path, content in files.items():
        place = root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(content)
    return root


def code(root: Path, files: Mapping[str, str]) -> Code:
    """Return the code of a project of those files."""
    return read_project(write(root, files)).code


def value(root: Path, settings: str, name: str = "X", **more: str) -> Plain:
    """Return what a setting comes to where no variable is set."""
    files = {"mysite/settings.py": f"import os\nfrom pathlib import Path\n{settings}\n"}
    files |= {"manage.py": WSGI, "mysite/__init__.py": ""}
    files |= {path.replace("__", "/") + ".py": text for path, text in more.items()}
    settings_ = code(root, files).settings
    assert settings_ is not None
    return settings_.value(name).plain


def texts(plain: Plain) -> list[object]:
    """Return a list's items."""
    assert isinstance(plain, tuple)
    return [item.plain for item in plain]
