"""The rules of this area."""

from typing import Final

from wherry.doctor.rule import Rule
from wherry.doctor.rules.environment.packages import PACKAGES_DIFFER
from wherry.doctor.rules.environment.python import PYTHON_DIFFERS

RULES: Final[tuple[Rule, ...]] = (PYTHON_DIFFERS, PACKAGES_DIFFER)
