"""Programs of the operating system that the site's own code runs."""

import ast
import posixpath
import re
from collections.abc import Iterator, Mapping
from typing import Final

from wherry.causes.cause import Severity
from wherry.doctor.rule import Context, Rule, found
from wherry.doctor.rules.dependencies.situation import system_packages
from wherry.findings import Finding
from wherry.project.code.indexing import Call
from wherry.project.code.moments import Moment
from wherry.project.code.source import Source

# What no host brings along: the package of Debian, and what says that it is there.
_PROGRAMS: Final[Mapping[str, tuple[str, str]]] = {
    "ffmpeg": ("ffmpeg", r"ffmpeg"),
    "ffprobe": ("ffmpeg", r"ffmpeg"),
    "tesseract": ("tesseract-ocr", r"tesseract"),
    "wkhtmltopdf": ("wkhtmltopdf", r"wkhtmltopdf"),
    "wkhtmltoimage": ("wkhtmltopdf", r"wkhtmltopdf"),
    "libreoffice": ("libreoffice", r"libreoffice"),
    "soffice": ("libreoffice", r"libreoffice"),
    "pandoc": ("pandoc", r"pandoc"),
    "sox": ("sox", r"\bsox\b"),
    "exiftool": ("libimage-exiftool-perl", r"exiftool"),
    "pdflatex": ("texlive-latex-base", r"texlive"),
}
_RUNNERS: Final = frozenset(
    (
        *("subprocess.run", "subprocess.call", "subprocess.check_call", "subprocess.check_output"),
        *("subprocess.Popen", "os.system", "os.popen", "asyncio.create_subprocess_exec"),
        "asyncio.create_subprocess_shell",
    )
)
_LATER: Final = frozenset((Moment.COMMAND,))
# Files of buildpacks and of hosts that may bring a program in a way of their own.
_BRINGERS: Final = ("app.json", ".buildpacks", "railpack.json", "nixpacks.toml", "mise.toml")


def _check(context: Context) -> Iterator[Finding]:
    packages = system_packages(context)
    if packages is None:
        return
    told = [context.project.text(context.project.at_base(name)) for name in _BRINGERS]
    packages += "\n".join(text.content.lower() for text in told if text is not None)
    seen: set[str] = set()
    for source in context.project.code.sources.all:
        if not source.mentions(*_PROGRAMS) or context.project.code.sources.is_test(source.path):
            continue
        if source.mentions("shutil.which", "FileNotFoundError"):
            continue  # it knows that it may not be there
        for call in source.index.calls:
            program = _program(context, source, call)
            apt, sign = _PROGRAMS.get(program, ("", ""))
            if not apt or apt in seen or re.search(sign, packages):
                continue
            if not context.project.code.reach.of(source, call) - _LATER:
                continue
            seen.add(apt)
            yield found(
                "program-missing",
                source.at(call.node),
                severity=Severity.WARNING if call.inside(ast.Try) else Severity.ERROR,
                values={"program": program, "library": program, "apt": apt},
            )


def _program(context: Context, source: Source, call: Call) -> str:
    """Return the name of the program that a call runs; "" where it runs none, or it is not said."""
    if source.resolve(call.node.func) not in _RUNNERS or not call.node.args:
        return ""
    plain = context.project.code.evaluator(source, call).value(call.node.args[0]).plain
    first = plain[0].plain if isinstance(plain, tuple) and plain else plain
    if not isinstance(first, str):
        first = _literal(call.node.args[0])
    words = first.split()
    return posixpath.basename(words[0]) if words else ""


def _literal(node: ast.expr) -> str:
    """Return the beginning of a command that is put together: of a list, or of an f-string."""
    if isinstance(node, ast.List | ast.Tuple) and node.elts:
        node = node.elts[0]
    if isinstance(node, ast.JoinedStr) and node.values:
        node = node.values[0]
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


RULE: Final = Rule("called-programs", ("program-missing",), _check)
