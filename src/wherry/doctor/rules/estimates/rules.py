"""Every rule over what is predicted."""

from typing import Final

from wherry.doctor.rule import Rule
from wherry.doctor.rules.estimates import (
    light_runtime,
    shares,
    slug,
    starting,
    tensorflow_weight,
    threads,
    torch_weight,
    training_data,
    workers,
)

RULES: Final[tuple[Rule, ...]] = (
    *tensorflow_weight.RULES,
    torch_weight.RULE,
    slug.RULE,
    training_data.RULE,
    workers.RULE,
    starting.RULE,
    threads.RULE,
    light_runtime.RULE,
    shares.RULE,
)
