"""The key comes from the variable that the code asks for, read as the code reads it."""

from pathlib import Path

import pytest

from tests.doctor.rules.code.asking import ask, settings


def mended(tmp_path: Path, *lines: str) -> str:
    """Return the last line of the settings after the fix."""
    (finding,) = [
        finding
        for finding in ask(tmp_path, settings(*lines, without="SECRET_KEY"))
        if finding.cause.name.startswith("secret-key")
    ]
    assert finding.fix is not None
    after = finding.fix.changes[0].after
    assert after is not None
    assert "from django.core.management.utils import get_random_secret_key\n" in after
    return after.splitlines()[-1]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('SECRET_KEY = "0123456789"', 'os.environ.get("SECRET_KEY")'),
        ('SECRET_KEY = os.environ.get("SECRET_KEY", "0123456789")', 'os.environ.get("SECRET_KEY")'),
        ('SECRET_KEY = os.getenv("DJANGO_KEY", "0123456789")', 'os.getenv("DJANGO_KEY")'),
        ('SECRET_KEY = os.getenv("DJANGO_KEY") or "0123456789"', 'os.getenv("DJANGO_KEY")'),
        (
            'SECRET_KEY = os.environ.get(\n    "APP_KEY",\n    "0123456789",\n)',
            'os.environ.get("APP_KEY")',
        ),
        (
            'SECRET_KEY = os.environ["APP_KEY"] if "APP_KEY" in os.environ else "0123456789"',
            'os.environ.get("APP_KEY")',
        ),
    ],
)
def test_the_variable_keeps_its_name(tmp_path: Path, line: str, expected: str) -> None:
    assert mended(tmp_path, line) == f"SECRET_KEY = {expected} or get_random_secret_key()"


@pytest.mark.parametrize(
    ("head", "line", "expected"),
    [
        (
            "from decouple import config",
            'SECRET_KEY = config("SECRET_KEY", default="0123456789")',
            'config("SECRET_KEY", default="")',
        ),
        (
            "import environ\nenv = environ.Env()",
            'SECRET_KEY = env("APP_KEY", default="0123456789")',
            'env("APP_KEY", default="")',
        ),
    ],
)
def test_what_reads_a_file_goes_on_doing_so(
    tmp_path: Path, head: str, line: str, expected: str
) -> None:
    assert mended(tmp_path, head, line) == f"SECRET_KEY = {expected} or get_random_secret_key()"
