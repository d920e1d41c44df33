"""What runs here is not what the host will run."""

from typing import Final

from wherry.causes import sources
from wherry.causes.cause import Cause, Check, Severity, edit, run

CAUSES: Final = (
    Cause(
        code="WH157",
        name="environment-differs",
        title="What runs here is not what the host will run{what:: *|}",
        severity=Severity.WARNING,
        why="That it works here proves little: {here|this interpreter and its packages} took part "
        "in that, and the host will install {there|others}. TensorFlow, Keras, numpy and Django "
        "each break with the past every year or two, and it shows at the first import, or worse, "
        "at the first prediction.",
        aliases=("works-here-fails-there",),
        remedies=(
            edit(
                "Ask the host for what works here.",
                "{file|requirements.txt}",
                "{replacement|tensorflow-cpu==2.20.0}",
            ),
            run(
                "Or try here what the host will install, in an environment of its own.",
                "uv run --no-project --python {python|3.12} --with-requirements "
                "{requirements|requirements.txt} python manage.py check",
            ),
        ),
        check=Check(
            "Nothing differs any more:",
            ("wherry doctor --environment --select environment-differs",),
        ),
        sources=(sources.PROJECTS,),
        related=("python-unpinned", "tf-unpinned", "unpinned-transitive-breaks"),
    ),
)
