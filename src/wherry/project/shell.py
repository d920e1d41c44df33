"""Command lines as a shell reads them: what runs, with which variables, in which folder."""

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

_LONGEST_COMMAND: Final = 10_000
_DEEPEST: Final = 5
_ASSIGNMENT: Final = re.compile(r"^([A-Za-z_][A-Za-z0-9_]*)=(.*)$", re.DOTALL)
_PYTHON: Final = re.compile(r"^python(?:\d+(?:\.\d+)?)?$")
SHELLS: Final = frozenset(("sh", "bash", "dash", "ash", "zsh"))
_SEPARATORS: Final = frozenset((";", "&&", "||", "|", "&", "(", ")", "\n", "{", "}", "!"))
_KEYWORDS: Final = frozenset(("if", "then", "else", "elif", "fi", "do", "done", "while", "for"))
_REDIRECTION: Final = re.compile(r"^\d?(?:>>?|<)(?:&\d)?$")
# Programs that run the rest of their line, with how many words of their own come before it.
_WRAPPERS: Final[Mapping[str, int]] = {
    **dict.fromkeys(("exec", "nohup", "time", "command", "tini", "ddtrace-run", "env"), 0),
    **dict.fromkeys(("opentelemetry-instrument", "dumb-init", "catchsegv", "nice", "stdbuf"), 0),
    **dict.fromkeys(("start-nginx", "start-pgbouncer", "start-pgbouncer-stunnel"), 0),
    **dict.fromkeys(("start-stunnel", "start-nginx-solo", "unbuffer", "xvfb-run"), 0),
    **dict.fromkeys(("gosu", "su-exec", "timeout"), 1),
}
_RUNNERS: Final[Mapping[str, tuple[str, ...]]] = {
    "poetry": ("run",),
    "pipenv": ("run",),
    "uv": ("run",),
    "pdm": ("run",),
    "hatch": ("run",),
    "rye": ("run",),
    "conda": ("run",),
    "newrelic-admin": ("run-program",),
    "heroku": ("local:run",),
    "doppler": ("run",),
    "honcho": ("run",),
}


@dataclass(frozen=True, slots=True)
class Invocation:
    """One program that a command line runs.

    Attributes:
        program: Its name without a folder: ``gunicorn``; of ``python -m x`` it is ``x``.
        words: The program and its arguments; variables stay as they are written: ``$PORT``.
        env: The variables that the line gives it.
        folder: Where it runs, relative to where the line does; "" for there.
        through: What runs it in turn: ``python``, ``poetry run``, ``newrelic-admin`` ...
        background: Whether the line goes on without waiting for it.
    """

    program: str
    words: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict)
    folder: str = ""
    through: tuple[str, ...] = ()
    background: bool = False

    @property
    def arguments(self) -> tuple[str, ...]:
        """What stands behind the program."""
        return self.words[1:]

    @property
    def written(self) -> str:
        """The program as it is written, with its folder."""
        return self.words[0]


def invocations(command: str) -> tuple[Invocation, ...]:
    """Return the programs that a command line runs, in order, as far as they can be told."""
    return tuple(_run(split(command[:_LONGEST_COMMAND]), "", {}, 0))


def of_words(words: Sequence[str]) -> tuple[Invocation, ...]:
    """Return what a list of words runs, which no shell has seen."""
    return tuple(_simple(list(words), "", {}, 0))


def split(command: str) -> list[str]:
    """Return the words of a command line, quotes taken off; operators are words of their own.

    A quote that is never closed ends with the line, so that every text has words.
    """
    words: list[str] = []
    for token, quoted in _tokens(command):
        if quoted or token not in _SEPARATORS:
            words.append(token)
        else:
            words.append(f"\0{token}")
    return words


_TOKEN: Final = re.compile(
    r"""
    (?P<blank>[ \t\r]+|\\\n)
  | (?P<comment>(?<![^\s;])\#[^\n]*)
  | (?P<operator>&&|\|\||[;|&()\n])
  | (?P<double>"(?:\\.|[^"\\])*+(?:"|\Z))
  | (?P<single>'[^']*(?:'|\Z))
  | (?P<variable>\$\{[^}\n]{0,200}\}|\$\(\((?:[^()]|\([^()]*\)){0,200}\)\)
      |\$\([^()\n]{0,500}\)|`[^`\n]{0,500}`)
  | (?P<escape>\\.)
  | (?P<redirect>\d?>&\d|&>>?|\d?>>?|<)
  | (?P<plain>[^\s"'\\;&|()<>$`]+|.)
    """,
    re.VERBOSE | re.DOTALL,
)


def _tokens(command: str) -> Iterator[tuple[str, bool]]:
    """Yield words, and whether they are quoted; operators stand alone."""
    word: str | None = None
    quoted = False
    for found in _TOKEN.finditer(command):
        kind = found.lastgroup
        text = found[0]
        if kind in ("blank", "operator", "comment"):
            if word is not None:
                yield word, quoted
            word, quoted = None, False
            if kind == "operator":
                yield text, False
            continue
        word = (word or "") + _unquoted(kind or "", text)
        quoted = quoted or kind in ("double", "single")
    if word is not None:
        yield word, quoted


def _unquoted(kind: str, text: str) -> str:
    if kind == "single":
        return text[1:].removesuffix("'")
    if kind == "double":
        return re.sub(r"\\([\"\\$`])", r"\1", text[1:].removesuffix('"'))
    return text[1:] if kind == "escape" else text


def _run(words: list[str], folder: str, env: Mapping[str, str], depth: int) -> Iterator[Invocation]:
    """Yield what a line runs; ``cd`` and ``export`` hold for what follows."""
    known = dict(env)
    for simple, background in _simple_commands(words):
        name = simple[0]
        if name == "cd" and len(simple) > 1:
            folder = _joined(folder, simple[1])
        elif name == "export":
            known |= _assignments(simple[1:])
        elif all(_ASSIGNMENT.match(word) for word in simple):
            known |= _assignments(simple)
        else:
            for found in _simple(simple, folder, known, depth):
                yield _in_background(found) if background else found


def _in_background(found: Invocation) -> Invocation:
    return Invocation(
        found.program, found.words, found.env, found.folder, found.through, background=True
    )


def _joined(folder: str, target: str) -> str:
    path = target.removeprefix("/app/").removeprefix("$HOME/").removeprefix("~/")
    path = "" if target in ("/app", "$HOME", "~") else path
    if target != path:
        return posixpath.normpath(path) if path else ""
    joined = posixpath.normpath(posixpath.join(folder, path))
    return "" if joined == "." else joined


def _assignments(words: Sequence[str]) -> dict[str, str]:
    found = (_ASSIGNMENT.match(word) for word in words)
    return {match[1]: match[2] for match in found if match}


def _simple_commands(words: list[str]) -> Iterator[tuple[list[str], bool]]:
    current: list[str] = []
    skip = False
    for word in [*words, "\0\n"]:
        if word.startswith("\0") or (not current and word in _KEYWORDS):
            if current:
                yield current, word == "\0&"
            current = []
        elif skip:
            skip = False
        elif _REDIRECTION.match(word):
            skip = not word.endswith(("&1", "&2"))
        else:
            current.append(word)


def _simple(
    words: list[str], folder: str, env: Mapping[str, str], depth: int
) -> Iterator[Invocation]:
    """Yield what a simple command runs, looking through what only runs another program."""
    given = dict(env)
    through: list[str] = []
    while words:
        found = _ASSIGNMENT.match(words[0])
        if found is not None:
            given[found[1]] = found[2]
            words = words[1:]
            continue
        name = posixpath.basename(words[0])
        inner = _wrapped(name, words)
        if inner is None:
            break
        through.append(name)
        words = inner
    if not words:
        return
    name = posixpath.basename(words[0])
    if name in SHELLS and depth < _DEEPEST:
        script = _of_shell(words)
        if script is not None:
            yield from _run(split(script), folder, given, depth + 1)
            return
    if _PYTHON.match(name):
        module = _module(words)
        if module:
            words, through = module, [*through, "python"]
            name = words[0].rpartition(":")[2]
    yield Invocation(name, tuple(words), given, folder, tuple(through))


def _wrapped(name: str, words: list[str]) -> list[str] | None:
    """Return the words that a program runs in turn; None where it is the program itself."""
    if name in _RUNNERS:
        verb = _RUNNERS[name][0]
        if verb not in words[1:4]:
            return None
        return _after_options(words[words.index(verb) + 1 :])
    if name not in _WRAPPERS:
        return None
    rest = _after_options(words[1:])
    return rest[_WRAPPERS[name] :]


def _after_options(words: list[str]) -> list[str]:
    index = 0
    while index < len(words) and words[index].startswith("-"):
        index += 1
        if words[index - 1] == "--":
            break
    return words[index:]


def _of_shell(words: list[str]) -> str | None:
    """Return the line of ``sh -c LINE``; None where it runs a script's file."""
    for index, word in enumerate(words[1:], 1):
        if re.match(r"^-[a-z]*c$", word):
            return words[index + 1] if index + 1 < len(words) else ""
        if not word.startswith("-"):
            return None
    return None


def _module(words: list[str]) -> list[str]:
    """Return the module and arguments of ``python -m module``; [] for anything else."""
    for index, word in enumerate(words[1:], 1):
        if word == "-m":
            return words[index + 1 :]
        if word.startswith("-m") and len(word) > 2:
            return [word[2:], *words[index + 1 :]]
        if not word.startswith("-"):
            return []
    return []
