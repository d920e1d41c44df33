"""The catalogue: every cause and symptom, and how to find one by what people call it.

An explicit list: what is here can be read here.
"""

import difflib
from functools import cache
from typing import Final

from wherry.causes import noise, outside
from wherry.causes.boot import (
    database,
    gunicorn,
    health,
    keras_versions,
    libraries,
    listening,
    missing,
    numpy_versions,
    processor,
    procfile,
    protobuf_versions,
    removed,
    server_limits,
    start_command,
    tensorflow_api,
    web_packages,
)
from wherry.causes.build import (
    abandoned,
    buildpack,
    collectstatic,
    cuda,
    environments,
    foreign_pins,
    git_lfs,
    package_manager,
    pins,
    pushing,
    python_version,
    python_version_file,
    requirements_file,
    resources,
    source_builds,
    static_files,
    tensorflow_weight,
    tensorflow_wheels,
    upgrades,
    weight,
    wrong_packages,
)
from wherry.causes.cause import Cause
from wherry.causes.data import (
    databases,
    ephemeral,
    exposure,
    keys,
    migrations,
    settings,
)
from wherry.causes.memory import (
    copies,
    growth,
    limits,
)
from wherry.causes.model import (
    code_in_model,
    concurrency,
    deployed_file,
    downloads,
    forks,
    keras_generations,
    mix_ups,
    paths,
    pickles,
    saved_model,
    tensors,
    weights,
)
from wherry.causes.operations import (
    dynos,
    network,
    releases,
)
from wherry.causes.router import (
    connections,
    deadlines,
    honesty,
    hosts,
    model_loading,
    pages,
    payloads,
    streams,
    work,
)
from wherry.causes.symptom import Symptom
from wherry.causes.symptoms import lines, routing, runtime
from wherry.errors import InvalidInput

_FAMILIES: Final = (
    pushing,
    git_lfs,
    python_version,
    python_version_file,
    package_manager,
    buildpack,
    requirements_file,
    foreign_pins,
    wrong_packages,
    tensorflow_wheels,
    abandoned,
    pins,
    source_builds,
    upgrades,
    environments,
    collectstatic,
    static_files,
    weight,
    tensorflow_weight,
    cuda,
    resources,
    gunicorn,
    procfile,
    start_command,
    listening,
    health,
    database,
    missing,
    removed,
    web_packages,
    numpy_versions,
    protobuf_versions,
    keras_versions,
    tensorflow_api,
    libraries,
    processor,
    server_limits,
    limits,
    copies,
    growth,
    deadlines,
    model_loading,
    work,
    connections,
    streams,
    hosts,
    pages,
    honesty,
    payloads,
    keras_generations,
    saved_model,
    code_in_model,
    weights,
    pickles,
    deployed_file,
    paths,
    mix_ups,
    downloads,
    tensors,
    concurrency,
    forks,
    keys,
    settings,
    exposure,
    ephemeral,
    migrations,
    databases,
    releases,
    dynos,
    network,
    noise,
    outside,
)
CATALOGUE: Final[tuple[Cause, ...]] = tuple(
    sorted((cause for family in _FAMILIES for cause in family.CAUSES), key=lambda cause: cause.code)
)
SYMPTOMS: Final[tuple[Symptom, ...]] = (
    *runtime.SYMPTOMS,
    *routing.SYMPTOMS,
    *lines.SYMPTOMS,
)


def cause(name: str) -> Cause:
    """Return the cause of that code, name or alias; not to know it is a mistake in Wherry."""
    return _causes()[_key(name)]


def symptom(code: str) -> Symptom:
    """Return the symptom of that code or alias; not to know it is a mistake in Wherry."""
    return _symptoms()[_key(code)]


def find(word: str) -> Cause | Symptom:
    """Return what somebody means by a code, a name or an alias, in any spelling.

    Raises:
        InvalidInput: nothing is called so; the sentence says what is near.
    """
    key = _key(word)
    found = _causes().get(key) or _symptoms().get(key)
    if found is not None:
        return found
    # A code of one digit too few is near every other code; only names are worth guessing at.
    names = [*_causes(), *_symptoms()]
    near = difflib.get_close_matches(key, names, n=3, cutoff=0.6)
    near = near or [name for name in names if key and key in name][:3]
    told = f" Did you mean {' or '.join(_shown(name) for name in near)}?" if near else ""
    raise InvalidInput(
        f"There is no cause or symptom called {word!r}.{told} `wherry causes` lists all of them."
    )


def _key(word: str) -> str:
    return word.strip().lower().replace("_", "-").replace(" ", "-")


def _shown(key: str) -> str:
    if key in _symptoms():
        return _symptoms()[key].code
    found = _causes()[key]
    return found.code if key == found.code.lower() else key


@cache
def _causes() -> dict[str, Cause]:
    return {
        _key(name): cause
        for cause in CATALOGUE
        for name in (cause.code, cause.name, *cause.aliases)
    }


@cache
def _symptoms() -> dict[str, Symptom]:
    return {
        _key(name): symptom for symptom in SYMPTOMS for name in (symptom.code, *symptom.aliases)
    }
