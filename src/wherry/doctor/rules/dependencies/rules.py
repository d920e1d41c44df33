"""Every rule over dependencies."""

from typing import Final

from wherry.doctor.rule import Rule
from wherry.doctor.rules.dependencies import (
    addresses,
    bloat,
    conflicts,
    cuda_versions,
    images,
    imports,
    libraries,
    not_installable,
    old_libraries,
    programs,
    removed_names,
    unused,
    upgrades,
    versions_apart,
    web_versions,
)

RULES: Final[tuple[Rule, ...]] = (
    *not_installable.RULES,
    conflicts.RULE,
    *addresses.RULES,
    *upgrades.RULES,
    bloat.RULE,
    unused.RULE,
    *versions_apart.RULES,
    *web_versions.RULES,
    imports.RULE,
    *libraries.RULES,
    programs.RULE,
    old_libraries.RULE,
    *images.RULES,
    *cuda_versions.RULES,
    *removed_names.RULES,
)
