"""Comments silence what stands in their line, and nothing else."""

from pathlib import Path

import pytest

from tests.doctor.trees import tree
from wherry.doctor.ignores import Ignores, comments_of, read_ignores
from wherry.doctor.rule import found
from wherry.findings import FileSpan, Finding
from wherry.project.project import read_project
from wherry.project.texts import Text

KEY = "WH601"


def ignores(path: str, content: str) -> Ignores:
    return Ignores(tuple(comments_of(Text(path, content, "utf-8", marked=False))))


def key(path: str, line: int | None, end_line: int | None = None) -> Finding:
    return found("secret-key-hard-coded", FileSpan(path, line, end_line=end_line))


def silences(comments: Ignores, finding: Finding) -> bool:
    return not comments.left_of(finding)


@pytest.mark.parametrize(
    "comment",
    [
        "# wherry: ignore[WH601]",
        "#wherry:ignore[secret-key-hard-coded]",
        "# wherry: ignore[WH604, WH6]",
        "# wherry: ignore",
        "# type: ignore  # wherry: ignore[wh601]",
    ],
)
def test_comment_behind_a_line(comment: str) -> None:
    comments = ignores("s.py", f"DEBUG = True\nSECRET_KEY = 'x'  {comment}\n")
    assert silences(comments, key("s.py", 2))
    assert not silences(comments, key("s.py", 1))


@pytest.mark.parametrize(
    "comment",
    ["# wherry: ignore[WH604]", "# wherry: ignored", "# wherry: ignore-file", "# wherry ignore"],
)
def test_other_comments_do_not(comment: str) -> None:
    assert not silences(ignores("s.py", f"SECRET_KEY = 'x'  {comment}\n"), key("s.py", 1))


def test_comment_with_a_line_to_itself_is_about_the_next() -> None:
    comments = ignores("s.py", "x = 1\n\n# wherry: ignore[WH601]\n# more\n\nSECRET_KEY = 'x'\n")
    assert silences(comments, key("s.py", 6))
    assert not silences(comments, key("s.py", 1))


def test_comment_inside_of_what_is_found() -> None:
    comments = ignores("s.py", "SECRET_KEY = (\n    'x'  # wherry: ignore[WH601]\n)\n")
    assert silences(comments, key("s.py", 1, end_line=3))


def test_comment_at_the_head_is_about_the_file() -> None:
    comments = ignores("requirements.txt", "# wherry: ignore[WH601]\nDjango\n")
    assert silences(comments, key("requirements.txt", None))


def test_comment_further_down_is_not_about_the_file() -> None:
    comments = ignores("requirements.txt", "Django\nnumpy  # wherry: ignore[WH601]\n")
    assert not silences(comments, key("requirements.txt", None))


def test_another_file_is_not_meant() -> None:
    comments = ignores("s.py", "SECRET_KEY = 'x'  # wherry: ignore\n")
    assert not silences(comments, key("t.py", 1))


def test_a_string_is_no_comment() -> None:
    comments = ignores("s.py", "SECRET_KEY = '# wherry: ignore[WH601]'\n")
    assert comments.comments == ()


def test_a_syntax_error_does_not_hide_comments() -> None:
    comments = ignores("s.py", "def (:\nSECRET_KEY = 'x'  # wherry: ignore[WH601]\n")
    assert silences(comments, key("s.py", 2))


@pytest.mark.parametrize(
    "path", ["requirements.txt", "Procfile", "fly.toml", "render.yaml", "Dockerfile"]
)
def test_other_kinds_of_files(path: str) -> None:
    comments = ignores(path, "one\ntwo  # wherry: ignore[WH601]\n")
    assert silences(comments, key(path, 2))


def test_of_two_places_one_is_left() -> None:
    comments = ignores("s.py", "SECRET_KEY = 'x'  # wherry: ignore[WH601]\n")
    both = found("secret-key-hard-coded", FileSpan("s.py", 1), FileSpan("t.py", 1))
    assert comments.left_of(both) == (FileSpan("t.py", 1),)


def test_a_comment_that_silences_nothing_is_told() -> None:
    comments = ignores("s.py", "DEBUG = True  # wherry: ignore[WH601]\n")
    (unused,) = comments.unused({KEY})
    assert (unused.path, unused.line, unused.text) == ("s.py", 1, "# wherry: ignore[WH601]")


def test_a_comment_that_was_of_use_is_not() -> None:
    comments = ignores("s.py", "SECRET_KEY = 'x'  # wherry: ignore[WH601]\n")
    comments.left_of(key("s.py", 1))
    assert comments.unused({KEY}) == ()


def test_a_comment_on_what_was_not_looked_for_is_not() -> None:
    """Offline, or with --select, nobody can say that there was nothing to silence."""
    comments = ignores("s.py", "x = 1  # wherry: ignore[WH140]\n")
    assert comments.unused({KEY}) == ()


def test_a_comment_with_a_mistake_is_told() -> None:
    comments = ignores("s.py", "SECRET_KEY = 'x'  # wherry: ignore[WH999]\n")
    assert not silences(comments, key("s.py", 1))
    (unused,) = comments.unused(set())
    assert "no cause called 'WH999'" in unused.mistake


def test_only_the_project_s_own_files_are_read(tmp_path: Path) -> None:
    comment = "x = 1  # wherry: ignore\n"
    root = tree(
        tmp_path,
        {
            "shop/settings.py": comment,
            "requirements.txt": "Django  # wherry: ignore\n",
            "node_modules/a/b.py": comment,
            "data.csv": comment,
        },
    )
    found_in = {item.path for item in read_ignores(read_project(root)).comments}
    assert found_in == {"shop/settings.py", "requirements.txt"}


def test_a_long_line_costs_little() -> None:
    content = "# wherry: ignore[" + "WH601," * 200_000 + "\n"
    assert ignores("a.txt", content).comments[0].codes is None
