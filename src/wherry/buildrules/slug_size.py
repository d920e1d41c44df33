"""What the platform says of a slug's size.

The wording since the limit was raised in March 2026 has not been seen in a log; this is the old
one with the new number.
"""

from wherry.buildrules import layout
from wherry.buildrules.refusal import Caution, Refusal


def judge(
    size_bytes: int, limit_bytes: int | None, soft_limit_bytes: int | None
) -> Refusal | Caution | None:
    """Return why a slug is too large, or what is said of a large one; None for any other."""
    values = {"size": layout.size(size_bytes), "size_bytes": str(size_bytes)}
    if limit_bytes is not None and size_bytes > limit_bytes:
        most = layout.size(limit_bytes).replace(".0", "")
        return Refusal(
            (
                f"Compiled slug size: {layout.size(size_bytes)} is too large (max is {most}).",
                "See: http://devcenter.heroku.com/articles/slug-size",
                "",
                "Push failed",
            ),
            "slug-too-large",
            "slug-size",
            values=values,
        )
    if soft_limit_bytes is not None and size_bytes > soft_limit_bytes:
        return Caution(
            (
                (
                    f"Warning: Your slug size ({size_bytes / 1e6:.0f} MB) exceeds our soft limit "
                    f"({soft_limit_bytes / 1e6:.0f} MB) which may affect boot time."
                ),
            ),
            "slug-too-large",
            values,
        )
    return None
