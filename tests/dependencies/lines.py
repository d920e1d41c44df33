"""Requirement lines as tests write them."""

from packaging.requirements import Requirement

from wherry.dependencies.releases import File, Page, page_of
from wherry.dependencies.requirement import RequirementLine


def lines(text: str) -> list[RequirementLine]:
    """Return one line for each row of a requirements file."""
    return [line(row, number) for number, row in enumerate(text.split("\n"), 1) if row.strip()]


def line(text: str, number: int = 1) -> RequirementLine:
    """Return a requirement as a line of requirements.txt."""
    asked = Requirement(text)
    return RequirementLine(
        name=asked.name,
        specifier=str(asked.specifier),
        file="requirements.txt",
        line=number,
        extras=tuple(sorted(asked.extras)),
        marker=str(asked.marker or ""),
        url=asked.url or "",
        raw=text,
    )


def page(name: str, *filenames: str, requires_python: str = "", uploaded: str = "") -> Page:
    """Return what an index has of a package."""
    files = [
        File(name, f"https://files.test/{name}", 1000, requires_python, uploaded=uploaded)
        for name in filenames
    ]
    return page_of(name, files, {})
