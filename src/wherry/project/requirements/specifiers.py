"""Version wishes in the words of Poetry, Pipenv and conda, turned into those of PEP 440."""

import re
from typing import Final

_PART: Final = re.compile(r"^(\^|~=|~|===?|!=|>=|<=|>|<|=)?\s*v?([0-9][\w.*+!-]*)$")


def from_poetry(wish: str) -> str | None:
    """Return Poetry's ``^1.2`` as PEP 440 has it; None for what cannot be said so (``||``)."""
    wish = wish.strip()
    if wish in ("", "*"):
        return ""
    if "|" in wish:
        return None
    parts = [_poetry_part(part) for part in re.split(r"\s*,\s*|\s+(?=[\^~<>=!])", wish) if part]
    return None if None in parts else ",".join(part for part in parts if part)


def _poetry_part(part: str) -> str | None:
    if part == "*":
        return ""
    found = _PART.match(part.strip())
    if found is None:
        return None
    sign, version = found[1] or "", found[2]
    if sign == "^":
        return f">={version},<{_caret(version)}"
    if sign == "~":
        return f">={version},<{_tilde(version)}"
    return f"{'==' if sign in ('', '=') else sign}{version}"


def _numbers(version: str) -> list[int]:
    return [int(part) for part in re.findall(r"^\d+|(?<=\.)\d+", version.split("+")[0])] or [0]


def _caret(version: str) -> str:
    """Return what ``^`` stays below: the leftmost number that is not 0 goes up by one."""
    numbers = _numbers(version)
    for index, number in enumerate(numbers):
        if number or index == len(numbers) - 1:
            return ".".join(map(str, [*numbers[:index], number + 1]))
    return "1"


def _tilde(version: str) -> str:
    numbers = _numbers(version)
    kept = numbers[:2]
    return ".".join(map(str, [*kept[:-1], kept[-1] + 1]))


def from_conda(spec: str) -> tuple[str, str] | None:
    """Return a conda line's package and version wish; None where it is none: ``numpy=1.19``."""
    text = spec.split("::")[-1].split("#")[0].strip()
    found = re.match(r"^([A-Za-z0-9_][\w.-]*)\s*(.*)$", text)
    if found is None:
        return None
    name, wish = found[1].rstrip("."), found[2].strip()
    if not wish or wish == "*":
        return name, ""
    if re.match(r"^=?[0-9]", wish) and not wish.startswith("=="):
        version = wish.lstrip("= ").split("=")[0].split(" ")[0]
        exact = "=" in wish.lstrip("=") or "*" in version
        return name, f"=={version}" if exact else f"=={version}.*"
    wish = wish.split(" ")[0] if wish.startswith("==") else wish.replace(" ", "")
    return name, wish if re.match(r"^[=<>!~]", wish) and "|" not in wish else ""
