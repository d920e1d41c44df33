"""Count parameters by number format."""

from collections import Counter

from wherry.inspection.report import Weights


class Tally:
    """How many parameters of each number format there are, and their bytes."""

    def __init__(self) -> None:
        self._parameters: Counter[str] = Counter()
        self._bytes: Counter[str] = Counter()

    def add(self, datatype: str, parameters: int, size_bytes: int) -> None:
        """Count some more."""
        if not size_bytes:
            return
        self._parameters[datatype] += parameters
        self._bytes[datatype] += size_bytes

    def add_all(self, other: "Tally") -> None:
        """Count what was counted elsewhere."""
        for each in other.weights():
            self.add(each.datatype, each.parameters, each.bytes)

    def weights(self) -> tuple[Weights, ...]:
        """Return what was counted, largest first."""
        found = [Weights(name, self._parameters[name], size) for name, size in self._bytes.items()]
        return tuple(sorted(found, key=lambda each: (-each.bytes, each.datatype)))
