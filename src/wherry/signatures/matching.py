"""From an event to what it is a sign of: only the signatures whose words it has are tried."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Final

from wherry.signatures.events import Event
from wherry.signatures.signature import MARK, Signature, Verdict
from wherry.signatures.words import split_words

# Words that every log is full of: a signature is filed under another one where it has one.
_COMMON: Final = frozenset(
    b"the a an of to in is was be not no by for with from on at and or it this that has have are "
    b"GET POST HTTP path status error Error ERROR warning WARNING INFO info app web state process "
    b"Process type module named name file File code line object has attribute failed Failed host "
    b"import Worker worker pid server request Request user found find Not found Starting with "
    b"version python Python value after https http com heroku host service connect response "
    b"protocol packages site url memory code model date read input output t s size data desc at "
    b"fwd dyno method bytes id Mozilla HTTP Chrome Safari Linux x86_64 Gecko like KHTML image "
    b"static favicon ico js css html json text api admin login main get set open you You Your 0 1 "
    b"2 3 4 5 6 7 8 9 10 200 304 info live line The No".split()
)


class Matcher:
    """Signatures, filed under one of their words.

    The order of the signatures is their rank: where two fit, the first one is believed.
    """

    def __init__(self, signatures: Iterable[Signature]) -> None:
        self._filed: dict[bytes, list[tuple[int, Signature]]] = defaultdict(list)
        for rank, signature in enumerate(signatures):
            self._filed[_rarest(signature.words)].append((rank, signature))
        self.words: Final = frozenset(self._filed)

    def find(self, event: Event) -> tuple[Verdict | None, tuple[Verdict, ...]]:
        """Return the cause or symptom that the event is a sign of, and the marks that it bears."""
        said = split_words(event.text)
        ranked = [
            entry
            for word in said & self.words
            for entry in self._filed[word]
            if entry[1].words <= said
        ]
        cause: Verdict | None = None
        marks: dict[str, Verdict] = {}
        for _, signature in sorted(ranked, key=lambda entry: entry[0]):
            if cause is not None and not signature.marks:
                continue
            verdict = signature.read(event)
            if verdict is None:
                continue
            if verdict.name.startswith(MARK):
                marks.setdefault(verdict.name, verdict)
            elif cause is None:
                cause = verdict
        return cause, tuple(marks.values())


def _rarest(words: frozenset[bytes]) -> bytes:
    return max(words, key=lambda word: (word not in _COMMON, len(word), word))
