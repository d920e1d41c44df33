"""Rules that are few and known, for tests of what is around them."""

from collections.abc import Iterator

import pytest

from wherry.doctor.rule import Context, Rule, found
from wherry.doctor.rules import catalogue
from wherry.findings import Change, Finding, Fix


def unpinned(context: Context) -> Iterator[Finding]:
    """Where no Python is pinned; pinning one is safe."""
    if ".python-version" not in context.project.files:
        fix = Fix("Pin Python 3.12.", (Change(".python-version", None, "3.12\n"),), safe=True)
        yield found("python-unpinned", fix=fix)


def hard_coded(context: Context) -> Iterator[Finding]:
    """Where a line begins with SECRET_KEY and has quotes; reading it elsewhere is unsafe."""
    for entry in context.project.files.sources:
        text = context.project.text(entry.path)
        for number, line in enumerate(text.lines if text else (), 1):
            if text and line.startswith("SECRET_KEY = '"):
                after = text.content.replace(line, "SECRET_KEY = environ['SECRET_KEY']")
                fix = Fix("Read the key.", (Change(entry.path, text.content, after),), safe=False)
                yield found("secret-key-hard-coded", text.at(number), fix=fix)


FEW = (
    Rule("python-unpinned", ("python-unpinned",), unpinned),
    Rule("secret-key", ("secret-key-hard-coded",), hard_coded),
)


@pytest.fixture
def few_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only an error that is safely mended and a warning that is not."""
    monkeypatch.setattr(catalogue, "RULES", FEW)
    monkeypatch.setattr(catalogue, "NEED_THE_INDEX", ())
