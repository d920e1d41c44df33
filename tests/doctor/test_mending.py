"""Fixes are applied round by round, until there is nothing left to apply."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.doctor.trees import tree
from wherry.doctor.diagnose import Options
from wherry.doctor.mending import mend
from wherry.doctor.rule import Context, Rule, found
from wherry.doctor.rules import catalogue
from wherry.findings import Change, Finding, Fix

OFFLINE = Options(offline=True)
SITE = {"manage.py": "import django\n", "shop/settings.py": "SECRET_KEY = 'hunter2hunter2'\n"}


def contents(root: Path) -> dict[str, str]:
    return {
        path.relative_to(root).as_posix(): path.read_text()
        for path in root.rglob("*")
        if path.is_file()
    }


@pytest.mark.usefixtures("few_rules")
def test_safe_ones_only(tmp_path: Path) -> None:
    done = mend(tree(tmp_path, SITE), OFFLINE, unsafe=False)
    assert contents(tmp_path) == {**SITE, ".python-version": "3.12\n"}
    assert [finding.cause.name for finding in done.diagnosis.findings] == ["secret-key-hard-coded"]
    assert [fix.text for fix in done.fixes] == ["Pin Python 3.12."]


@pytest.mark.usefixtures("few_rules")
def test_unsafe_ones_too(tmp_path: Path) -> None:
    done = mend(tree(tmp_path, SITE), OFFLINE, unsafe=True)
    assert contents(tmp_path)["shop/settings.py"] == "SECRET_KEY = environ['SECRET_KEY']\n"
    assert done.diagnosis.findings == ()
    assert "-SECRET_KEY = 'hunter2hunter2'" in done.diff()


@pytest.mark.usefixtures("few_rules")
def test_what_is_ignored_is_not_mended(tmp_path: Path) -> None:
    mend(tree(tmp_path, SITE), Options(offline=True, ignore=("WH110",)), unsafe=False)
    assert contents(tmp_path) == SITE


@pytest.mark.usefixtures("few_rules")
def test_a_second_time_nothing_is_left(tmp_path: Path) -> None:
    mend(tree(tmp_path, SITE), OFFLINE, unsafe=True)
    assert mend(tmp_path, OFFLINE, unsafe=True).fixes == ()


def line_by_line(context: Context) -> Iterator[Finding]:
    """Each line with a `#` is to lose it: fixes of neighbours and of one line, all at once."""
    text = context.project.text("shop/settings.py")
    assert text is not None
    for number, line in enumerate(text.lines, 1):
        for word in ("#", "!"):
            if word in line:
                after = text.content.replace(line, line.replace(word, ""))
                fix = Fix(
                    f"Take {word} out of line {number}.",
                    (Change(text.path, text.content, after),),
                    safe=True,
                )
                yield found("debug-true", text.at(number), values={"n": f"{number}{word}"}, fix=fix)


def test_fixes_of_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two of different lines in one round, two of one line in two."""
    monkeypatch.setattr(catalogue, "RULES", (Rule("lines", ("debug-true",), line_by_line),))
    monkeypatch.setattr("wherry.doctor.diagnose.merge", tuple)
    root = tree(tmp_path, {"shop/settings.py": "a#!\nb#\nc\nd!\n"})
    done = mend(root, OFFLINE, unsafe=False)
    assert (root / "shop/settings.py").read_text() == "a\nb\nc\nd\n"
    assert len(done.fixes) == 4
    assert len(done.changes) == 1


def back_and_forth(context: Context) -> Iterator[Finding]:
    text = context.project.text("shop/settings.py")
    assert text is not None
    after = "b = 1\n" if text.content == "a = 1\n" else "a = 1\n"
    fix = Fix("Turn it round.", (Change(text.path, text.content, after),), safe=True)
    yield found("debug-true", fix=fix)


def test_two_fixes_that_undo_each_other_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalogue, "RULES", (Rule("round", ("debug-true",), back_and_forth),))
    done = mend(tree(tmp_path, {"shop/settings.py": "a = 1\n"}), OFFLINE, unsafe=False)
    assert len(done.fixes) == 2


def test_a_refusal_is_told_and_what_was_done_before_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule = Rule(
        "out",
        ("debug-true",),
        lambda _: [found("debug-true", fix=Fix("Out.", (Change("../x", None, "x"),), safe=True))],
    )
    monkeypatch.setattr(catalogue, "RULES", (rule,))
    done = mend(tree(tmp_path / "shop", {"a.py": ""}), OFFLINE, unsafe=False)
    assert "nothing was changed" in done.refused
    assert done.changes == ()
    assert not (tmp_path / "x").exists()
