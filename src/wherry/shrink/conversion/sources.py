"""Choose the environment that a model is loaded in: that of the TensorFlow that wrote it.

The order, stated once: the TensorFlow and Keras that wrote the file; then each newer one of the
same Keras generation; for Keras 2 at last ``tf_keras``, which is Keras 2 for today's TensorFlow.
The first whose Python is here, or can be downloaded, is taken.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from wherry.dependencies.interpreters import find_python
from wherry.errors import ConversionFailed
from wherry.inspection.report import Inspection
from wherry.shrink.conversion.environments import (
    DoesNotWork,
    Environment,
    NoPython,
    NothingFits,
    Say,
    make,
    quiet,
)
from wherry.shrink.conversion.releases import Release, converter, package, releases, version_of

_LAST_KERAS_2 = (2, 15)
# Keras 1 and 2 outside TensorFlow numbered on their own; this one still reads both, and runs on
# the last TensorFlow 1.
_STANDALONE_KERAS = "keras==2.3.1"
_KERAS_IN_TENSORFLOW_2 = (2, 3)


@dataclass(frozen=True, slots=True)
class Wanted:
    """An environment that would do for a Keras file.

    ``keras`` is the module that loads it: ``tensorflow.keras``, ``tf_keras`` or ``keras``.
    """

    name: str
    keras: str
    requirements: tuple[str, ...]
    pythons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """The environment that a Keras file is loaded in, and why it is another than its writer's."""

    environment: Environment
    keras: str
    note: str | None = None

    @property
    def name(self) -> str:
        """What loads the file, for people: ``Keras 2.15.0``."""
        versions = self.environment.versions
        if self.keras == "tf_keras":
            return f"tf_keras {versions['tf-keras']}"
        if "keras" in versions:
            return f"Keras {versions['keras']}"
        return f"the Keras of TensorFlow {versions.get(package(), '')}"


def converter_environment(say: Say = quiet) -> Environment:
    """Return the environment that converts: the newest TensorFlow and tf2onnx.

    Raises:
        ConversionFailed: it cannot be made.
    """
    release = converter()
    return make(
        "converter",
        release.requirements,
        release.pythons,
        modules=("tensorflow", "tf2onnx"),
        say=say,
    )


def source_environment(inspection: Inspection, *, say: Say = quiet, newest: bool = False) -> Source:
    """Return the environment for a Keras file; with ``newest`` the last choice instead.

    Raises:
        ConversionFailed: none of those that would do can be made; the sentence is the first's.
    """
    choices = list(wanted(inspection))
    own = choices[0]
    if newest:
        choices = choices[-1:]
    first: ConversionFailed | None = None
    for choice in _here_first(choices):
        try:
            environment = _make(choice, say)
        except (NoPython, NothingFits, DoesNotWork) as error:
            first = first or error
            continue
        if choice is own:
            return Source(environment, choice.keras)
        return Source(environment, choice.keras, _note(inspection, choice, first))
    raise first or ConversionFailed("There is no TensorFlow for this file.")


def _make(choice: Wanted, say: Say) -> Environment:
    if choice.keras == "tensorflow.keras" and choice.requirements[0] == converter().requirements[0]:
        # The same TensorFlow converts; where its Keras is the right one too, one will do.
        environment = converter_environment(say)
        pinned = f"keras=={environment.versions.get('keras')}"
        if pinned in choice.requirements or len(choice.requirements) == 1:
            return environment
    modules = ("tensorflow", choice.keras)
    return make(choice.name, choice.requirements, choice.pythons, modules=modules, say=say)


def _here_first(choices: Sequence[Wanted]) -> Iterator[Wanted]:
    """Yield the choices in their order, those right after a missing Python included.

    A download is tried for the first choice only: where that fails, a Python that is here makes
    the next ones quick, and one failed download after another would take minutes.
    """
    yield from choices[:1]
    rest = choices[1:]
    here = [each for each in rest if any(find_python(minor) for minor in each.pythons)]
    yield from here or rest


def wanted(inspection: Inspection) -> Iterator[Wanted]:
    """Yield the environments that would do, in the order stated above."""
    written = version_of(inspection.written_by.get("keras", ""))
    generation = inspection.keras_generation or (written[0] if written else 2)
    if generation == 1:
        yield _standalone(releases()[0])
    elif generation == 2:
        yield from _keras_2(written)
    else:
        yield from _keras_3(written, inspection.written_by.get("keras", ""))


def _standalone(release: Release) -> Wanted:
    requirements = (*release.requirements, _STANDALONE_KERAS)
    return Wanted(f"keras-{release.minor}", "keras", requirements, release.pythons)


def _keras_2(written: tuple[int, ...]) -> Iterator[Wanted]:
    start = max(written[:2], _KERAS_IN_TENSORFLOW_2)
    for release in releases():
        if start <= release.keras <= _LAST_KERAS_2 and release.keras >= _KERAS_IN_TENSORFLOW_2:
            name = f"tensorflow-{release.minor}"
            yield Wanted(name, "tensorflow.keras", release.requirements, release.pythons)
    newest = releases()[-1]
    yield Wanted(
        f"tf-keras-{newest.minor}",
        "tf_keras",
        (*newest.requirements, f"tf-keras=={newest.minor}.*"),
        newest.pythons,
    )


def _keras_3(written: tuple[int, ...], version: str) -> Iterator[Wanted]:
    threes = [release for release in releases() if release.keras >= (3,)]
    older = [release for release in threes if release.keras <= written[:2]]
    first = older[-1] if older else threes[0]
    name = f"tensorflow-{first.minor}-keras-{version}"
    exactly = (*first.requirements, f"keras=={version}")
    if len(written) == 3 and version == ".".join(map(str, written)):
        yield Wanted(name, "tensorflow.keras", exactly, first.pythons)
    for release in threes[threes.index(first) :]:
        name = f"tensorflow-{release.minor}"
        yield Wanted(name, "tensorflow.keras", release.requirements, release.pythons)


def _note(inspection: Inspection, choice: Wanted, missing: ConversionFailed | None) -> str:
    keras = inspection.written_by.get("keras", "of an unnamed version")
    why = f": {missing}" if missing is not None else ", since its own could not load it."
    return f"Loaded with {choice.name}, and not with the Keras {keras} that wrote it{why}"
