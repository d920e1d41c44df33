"""Every rule there is, area by area: an explicit list, that can be read here."""

from typing import Final

from wherry.doctor.rule import Rule
from wherry.doctor.rules.code import rules as code
from wherry.doctor.rules.dependencies import rules as dependencies
from wherry.doctor.rules.environment import rules as environment
from wherry.doctor.rules.estimates import rules as estimates
from wherry.doctor.rules.files import rules as files

RULES: Final[tuple[Rule, ...]] = (
    *files.RULES,
    *dependencies.RULES,
    *code.RULES,
    *estimates.RULES,
    *environment.RULES,
)
NEED_THE_INDEX: Final[tuple[Rule, ...]] = (*dependencies.RULES, *estimates.RULES)
"""Those that see less without the package index: their silence then proves nothing."""
