"""Names out of a stranger's file, for a terminal."""


def printable(text: str) -> str:
    """Return a text without what would steer a terminal, or could not be written to one."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in text)
