"""The catalogue as Markdown: a page for each cause, one for the symptoms, and an index.

``python -m wherry.causes.pages docs/causes`` writes them; a test says when they are out of date.
"""

import argparse
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from wherry.causes.catalogue import CATALOGUE, SYMPTOMS, cause
from wherry.causes.cause import Cause, Stage
from wherry.causes.filling import fill
from wherry.causes.sources import Source
from wherry.causes.symptom import Symptom
from wherry.causes.text import conditions, platform_titles

INDEX: Final = "README.md"
SYMPTOMS_PAGE: Final = "symptoms.md"
_NOTE: Final = (
    "<!-- Written by `python -m wherry.causes.pages`; edit src/wherry/causes instead. -->"
)


def pages() -> dict[str, str]:
    """Return every page by its file name."""
    return {
        INDEX: _text(_index()),
        SYMPTOMS_PAGE: _text(_symptoms()),
        **{f"{entry.code}.md": _text(_page(entry)) for entry in CATALOGUE},
    }


def write(folder: Path) -> None:
    """Write the pages into a folder, and remove pages of causes that are no more."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = pages()
    for old in folder.glob("WH*.md"):
        if old.name not in wanted:
            old.unlink()
    for name, text in wanted.items():
        (folder / name).write_text(text, "utf-8")


def _text(lines: Iterator[str]) -> str:
    return "\n".join((_NOTE, *lines)) + "\n"


def _index() -> Iterator[str]:
    yield "# Causes"
    yield ""
    yield "Why apps fail, by the stage at which they meet the cause; `wherry causes CODE` prints"
    yield f"the same. Codes such as R10 and H12 are [symptoms]({SYMPTOMS_PAGE}): several causes"
    yield "lead to each of them."
    for stage in Stage:
        yield from ("", f"## {stage.value[0].upper()}{stage.value[1:]}", "")
        yield from ("| code | name | what |", "| --- | --- | --- |")
        for entry in CATALOGUE:
            if entry.stage is stage:
                yield f"| [{entry.code}]({entry.code}.md) | {entry.name} | {_cell(entry.title)} |"


def _page(entry: Cause) -> Iterator[str]:
    yield f"# {entry.code}: {_escape(fill(entry.title))}"
    yield ""
    yield " · ".join(_facts(entry))
    yield from ("", *textwrap.wrap(_escape(fill(entry.why)), 100, break_on_hyphens=False))
    if entry.looks_like:
        yield from ("", "## In a log", "", "```text", *entry.looks_like, "```")
    yield from ("", "## What to do")
    yield from _remedies(entry)
    yield from ("", "## How to check", "", _escape(fill(entry.check.text)))
    if entry.check.commands:
        yield from ("", *_commands(entry.check.commands))
    if entry.related:
        yield from ("", "## See also", "")
        yield from (f"- {_link(name)}" for name in entry.related)
    yield from ("", "## Sources", "")
    yield from (f"- {_source(source)}" for source in entry.sources)


def _facts(entry: Cause) -> Iterator[str]:
    yield f"`{entry.name}`"
    yield from (f"also `{alias}`" for alias in entry.aliases)
    yield entry.stage.value
    yield "normal, not a failure" if entry.noise else entry.severity.value
    if entry.platforms is not None:
        yield platform_titles(entry.platforms)


def _remedies(entry: Cause) -> Iterator[str]:
    for number, remedy in enumerate(entry.remedies, 1):
        told = conditions(remedy)
        yield from ("", f"{number}. {_escape(fill(remedy.text))}")
        if told:
            yield f"   ({_escape(told)})"
        for change in remedy.edits:
            yield from ("", f"   `{fill(change.file)}`", "", "   ```text")
            yield from (f"   {line}".rstrip() for line in fill(change.text).splitlines())
            yield "   ```"
        if remedy.commands:
            yield ""
            yield from (f"   {line}" for line in _commands(remedy.commands))


def _symptoms() -> Iterator[str]:
    yield "# Symptoms"
    yield ""
    yield "What platforms and programs say, which causes may be behind it, and what settles it."
    for entry in SYMPTOMS:
        yield from _symptom(entry)


def _symptom(entry: Symptom) -> Iterator[str]:
    also = f" (also {', '.join(entry.aliases)})" if entry.aliases else ""
    yield from ("", f"## {entry.code}: {_escape(fill(entry.title))}{also}", "")
    yield _escape(fill(entry.meaning))
    yield from ("", "```text", *entry.looks_like, "```", "")
    yield from ("| cause | it is this one if |", "| --- | --- |")
    for candidate in entry.candidates:
        yield f"| {_link(candidate.cause)} | {_cell(candidate.settled_by)} |"
    yield from ("", "Sources: " + "; ".join(_source(source) for source in entry.sources))


def _link(name: str) -> str:
    entry = cause(name)
    return f"[{entry.code}]({entry.code}.md) {entry.name}"


def _source(source: Source) -> str:
    return f"[{source.title}]({source.url})" if source.url else source.title


def _commands(commands: tuple[str, ...]) -> Iterator[str]:
    yield "```console"
    yield from (f"$ {fill(command)}" for command in commands)
    yield "```"


def _escape(text: str) -> str:
    """Keep names such as __init__ and *.py from being taken for Markdown."""
    parts = text.split("`")
    for index in range(0, len(parts), 2):
        parts[index] = parts[index].replace("_", "\\_").replace("*", "\\*").replace("<", "&lt;")
    return "`".join(parts)


def _cell(text: str) -> str:
    return _escape(fill(text)).replace("|", "\\|")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m wherry.causes.pages")
    parser.add_argument("folder", type=Path, nargs="?", default=Path("docs/causes"))
    write(parser.parse_args().folder)
