"""All signatures, in their rank: what is said plainly first, what only hints at a cause last."""

from functools import cache
from typing import Final

from wherry.signatures import (
    buildpack,
    databases,
    django_requests,
    heroku,
    hosts,
    keras_models,
    listening,
    loading,
    missing_modules,
    native,
    noise,
    outside,
    pip,
    predicting,
    pushing,
    python_version,
    removed_names,
    source_builds,
    starting,
    static_files,
    syntax,
    weight,
)
from wherry.signatures.matching import Matcher
from wherry.signatures.signature import MARK, Signature

_FAMILIES: Final = (
    pushing,
    heroku,
    noise,
    python_version,
    pip,
    source_builds,
    buildpack,
    weight,
    static_files,
    native,
    keras_models,
    predicting,
    loading,
    removed_names,
    missing_modules,
    syntax,
    databases,
    django_requests,
    starting,
    listening,
    outside,
    hosts,
)
SIGNATURES: Final[tuple[Signature, ...]] = tuple(
    signature for family in _FAMILIES for signature in family.SIGNATURES
)


@cache
def matcher() -> Matcher:
    """Return all signatures, filed."""
    return Matcher(SIGNATURES)


def names() -> frozenset[str]:
    """Return every cause and symptom that some signature is a sign of."""
    return frozenset(
        name for signature in SIGNATURES for name in signature.names if not name.startswith(MARK)
    )
