"""Command lines, as a shell reads them."""

import pytest

from wherry.project.shell import invocations, split


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("gunicorn a.wsgi -w 2", [("gunicorn", ("a.wsgi", "-w", "2"), "")]),
        ("cd x && gunicorn a.wsgi", [("gunicorn", ("a.wsgi",), "x")]),
        ("cd x/y; cd ..; ./run", [("run", (), "x")]),
        ("A=1 B='two words' gunicorn a", [("gunicorn", ("a",), "")]),
        ("export A=1 && gunicorn a", [("gunicorn", ("a",), "")]),
        ("env A=1 gunicorn a", [("gunicorn", ("a",), "")]),
        ("exec gunicorn a", [("gunicorn", ("a",), "")]),
        ("bash -c 'cd x && exec gunicorn \"a b\"'", [("gunicorn", ("a b",), "x")]),
        ('sh -ec "python m.py"', [("python", ("m.py",), "")]),
        ("python -m gunicorn a", [("gunicorn", ("a",), "")]),
        ("python3.12 -u manage.py migrate", [("python3.12", ("-u", "manage.py", "migrate"), "")]),
        ("poetry run gunicorn a", [("gunicorn", ("a",), "")]),
        ("pipenv run python -m uvicorn a:b", [("uvicorn", ("a:b",), "")]),
        ("uv run --no-sync gunicorn a", [("gunicorn", ("a",), "")]),
        ("newrelic-admin run-program gunicorn a", [("gunicorn", ("a",), "")]),
        ("a && b || c; d | e", [(name, (), "") for name in "abcde"]),
        ("a 2>&1 > log.txt", [("a", (), "")]),
        ("(cd x && a) & b", [("a", (), "x"), ("b", (), "x")]),
        ("if [ x ]; then a; fi", [("[", ("x", "]"), ""), ("a", (), "")]),
        ("a # and more", [("a", (), "")]),
        ("a -b ${PORT:-8000}", [("a", ("-b", "${PORT:-8000}"), "")]),
        ("a -w $((2 * $(nproc) + 1)) b", [("a", ("-w", "$((2 * $(nproc) + 1))", "b"), "")]),
        ("a -w `expr 2 + 1` b", [("a", ("-w", "`expr 2 + 1`", "b"), "")]),
        ("timeout 60 gunicorn a", [("gunicorn", ("a",), "")]),
        ("a \\\n  -b", [("a", ("-b",), "")]),
        ("a 'never closed", [("a", ("never closed",), "")]),
        ("", []),
        ("# nothing", []),
        ("A=1", []),
    ],
)
def test_what_runs(command: str, expected: list[tuple[str, tuple[str, ...], str]]) -> None:
    found = invocations(command)

    assert [(item.program, item.arguments, item.folder) for item in found] == expected


def test_variables_hold_for_what_follows() -> None:
    first, second = invocations("export A=1; B=2 x; C=3 y")

    assert dict(first.env) == {"A": "1", "B": "2"}
    assert dict(second.env) == {"A": "1", "C": "3"}


def test_nothing_takes_long() -> None:
    for text in (
        "a" * 100_000,
        "'" * 5001,
        "\\" * 9999,
        "$(" * 5000,
        "bash -c " * 900,
        "((" * 5000,
        "$((" * 3000,
        "`" * 5001,
    ):
        invocations(text)
        split(text[:10_000])
