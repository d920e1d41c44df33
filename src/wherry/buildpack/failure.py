"""What ends a build."""

from wherry.errors import WherryError


class BuildFailed(WherryError):
    """The build cannot go on."""
