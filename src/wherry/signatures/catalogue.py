"""All signatures, in their rank: what is said plainly first, what only hints at a cause last."""

from functools import cache
from typing import Final

from wherry.signatures import (
    accelerators,
    buildpack,
    databases,
    django_requests,
    edges,
    heroku,
    hosts,
    indexes,
    keras_models,
    library_code,
    listening,
    loading,
    machines,
    missing_modules,
    model_formats,
    native,
    noise,
    outside,
    pip,
    predicting,
    pushing,
    python_version,
    removed_names,
    servers,
    source_builds,
    starting,
    static_files,
    syntax,
    tools,
    weight,
)
from wherry.signatures.matching import Matcher
from wherry.signatures.signature import MARK, Signature

_FAMILIES: Final = (
    pushing,
    heroku,
    machines,
    edges,
    accelerators,
    noise,
    python_version,
    indexes,
    pip,
    source_builds,
    buildpack,
    weight,
    static_files,
    native,
    keras_models,
    predicting,
    model_formats,
    loading,
    removed_names,
    missing_modules,
    syntax,
    databases,
    django_requests,
    servers,
    starting,
    listening,
    outside,
    library_code,
    hosts,
    tools,
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
