"""The app's config vars from a file: ``NAME=value`` lines, as ``heroku config --shell`` prints."""

import re
from pathlib import Path
from typing import Final

from wherry.errors import ConfigurationError

_MOST_BYTES: Final = 1024 * 1024
_LINE: Final = re.compile(r"(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*)", re.DOTALL)
_ESCAPES: Final = {"\\n": "\n", "\\t": "\t", '\\"': '"', "\\\\": "\\", "\\$": "$"}
_ESCAPED: Final = re.compile(r"\\[nt\"\\$]")


def read_config_vars(path: Path) -> dict[str, str]:
    """Return the variables of a file.

    Raises:
        ConfigurationError: it cannot be read, or a line of it sets no variable; the sentence names
            the line, and never quotes it.
    """
    variables = {}
    for number, line in enumerate(_text(path).splitlines(), 1):
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        found = _LINE.fullmatch(stripped)
        if found is None:
            raise ConfigurationError(
                f"Line {number} of {path} sets no variable; write it as NAME=value."
            )
        variables[found[1]] = _value(found[2])
    return variables


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(_MOST_BYTES + 1)
        text = content.decode("utf-8-sig")
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise ConfigurationError(f"{path} is not UTF-8 text.") from None
    if len(content) > _MOST_BYTES or "\0" in text:
        raise ConfigurationError(f"{path} is no file of NAME=value lines.")
    return text


def _value(text: str) -> str:
    for quote in ("'", '"'):
        if len(text) >= 2 and text.startswith(quote) and text.endswith(quote):
            inner = text[1:-1]
            return inner if quote == "'" else _ESCAPED.sub(lambda part: _ESCAPES[part[0]], inner)
    # What stands behind a blank and # is a remark.
    return re.split(r"\s#", text, maxsplit=1)[0].strip()
