"""Syntax errors: another Python's grammar, or a slip of the pen."""

import re
from typing import Final

from wherry.signatures.events import Event
from wherry.signatures.signature import Verdict, sees

_NEW: Final = re.compile(
    r":=|^\s*(?:match|case|type)\s.+:\s*$|\bexcept\*|^\s*async\s|\bawait\b|\*\*?\w+,\s*/|f['\"].*\{"
    r"|^\s*print\s+[\"'\w]|^\s*exec\s+[\"']|\bexcept\s+\w+,\s*\w+:|\w\s*\|\s*None|with\s*\($"
)


def _grammar(event: Event, found: re.Match[str]) -> Verdict | None:
    """A package's own code, or a construct of another Python; else it is a plain mistake."""
    del found
    last = event.frames[-1] if event.frames else None
    if last is None:
        return None
    if "site-packages/" in last.path or _NEW.search(last.code):
        return Verdict("syntax-needs-newer-python", {})
    return None


SIGNATURES = (
    *sees(
        "syntax-needs-newer-python",
        r"Missing parentheses in call to 'print'",
        r"Missing parentheses in call to 'exec'",
        r"f-string: expecting '\}'",
        r"f-string: (?:unmatched|expression cannot include|invalid syntax)",
        r"multiple exception types must be parenthesized",
        r"'(?:async|await)' outside async function",
        r"future feature annotations is not defined",
        types="SyntaxError",
    ),
    *sees(
        "syntax-needs-newer-python",
        r"SyntaxError: invalid syntax",
        types="SyntaxError",
        judge=_grammar,
    ),
    *sees(
        "syntax-needs-newer-python",
        r"unsupported operand type\(s\) for \|: 'type' and '(?:type|NoneType)'",
        r"'type' object is not subscriptable",
        types="TypeError",
    ),
)
