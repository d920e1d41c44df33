"""The fenced blocks of the documents: commands and code that a reader would try."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")])

_FENCE = re.compile(r"^```(?P<language>\w+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Fence:
    """One fenced block."""

    document: Path
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.document.name}: {self.text.splitlines()[0]}"


def fences(language: str) -> Iterator[Fence]:
    """Yield every block of one language, over all documents."""
    for document in DOCUMENTS:
        for match in _FENCE.finditer(document.read_text()):
            if match["language"] == language:
                yield Fence(document, language, match["text"])


def commands() -> Iterator[Fence]:
    """Yield every command that a console block shows behind its ``$``."""
    for fence in fences("console"):
        for line in fence.text.replace("\\\n", "").splitlines():
            if line.startswith("$ "):
                yield Fence(fence.document, "console", line.removeprefix("$ "))
