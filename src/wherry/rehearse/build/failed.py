"""A build that ends without a slug."""

from collections.abc import Mapping

from wherry.errors import WherryError


class BuildFailed(WherryError):
    """The build failed.

    Attributes:
        lines: The whole log of the build, masked, the platform's last words at its end.
        cause: The name of the catalogue's cause; "" where the log must tell it, or nothing does.
        kind: The buildpack's own name of the failure, or Wherry's: ``this-machine``.
        values: What fills the cause's text.
        files: What it is about, relative to what was pushed.
    """

    def __init__(
        self,
        message: str,
        *,
        lines: tuple[str, ...] = (),
        cause: str = "",
        kind: str = "",
        values: Mapping[str, str] | None = None,
        files: tuple[str, ...] = (),
    ) -> None:
        """Say what failed in a sentence."""
        super().__init__(message)
        self.lines = lines
        self.cause = cause
        self.kind = kind
        self.values = dict(values or {})
        self.files = files

    @property
    def of_this_machine(self) -> bool:
        """Whether the platform has no part in it: no index, no disk, no Python, no program."""
        return self.kind == THIS_MACHINE


THIS_MACHINE = "this-machine"
