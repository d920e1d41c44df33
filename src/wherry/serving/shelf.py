"""The versions of one model that are in memory, or on their way there."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from wherry.bundle.manifest import MANIFEST, read_manifest
from wherry.errors import ModelNotFound, WherryError
from wherry.serving.model import ServedModel
from wherry.serving.state import State
from wherry.serving.version_folder import locate

# What ``open_bundle`` calls a model without a manifest.
BARE_VERSION: Final = "1"


class Label(str):
    """The label of a version, where a version's own name could stand as well."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Shelf:
    """Replaced as a whole, so that a request sees one state of it or another.

    ``default`` answers whoever names no version; ``labels`` are names for versions.
    """

    default: ServedModel
    others: tuple[ServedModel, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)

    @property
    def models(self) -> tuple[ServedModel, ...]:
        """All versions, the default first."""
        return (self.default, *self.others)

    def find(self, version: str) -> ServedModel:
        """Return the version of that name, or of that label if it is a ``Label``.

        Raises:
            ModelNotFound: there is none, with those there are.
            WherryError: it cannot be told, since the only model's files cannot be read.
        """
        if isinstance(version, Label):
            return self._labelled(version)
        for model in self.models:
            if model.state is State.READY and model.version == version:
                return model
        known = {version_of(model): model for model in reversed(self.models)}
        if version in known:
            return known[version]
        if None in known:
            known[None].ensure_loaded(wait=False)
        name = self.default.name
        if len(known) == 1:
            raise ModelNotFound(
                f"The model {name!r} is served in version {next(iter(known))!r}, not {version!r}."
            )
        raise ModelNotFound(
            f"The model {name!r} has no version {version!r}; it has "
            f"{', '.join(repr(each) for each in sorted(map(str, known)))}."
        )

    def _labelled(self, label: str) -> ServedModel:
        try:
            return self.find(self.labels[label])
        except KeyError:
            labels = ", ".join(map(repr, sorted(self.labels))) or "none"
            raise ModelNotFound(
                f"The model {self.default.name!r} has no label {label!r}; its labels are: {labels}."
            ) from None

    def replacing_default(self, model: ServedModel) -> "Shelf":
        """Return the shelf with this model in the default's place, and its labels moved along."""
        old, new = version_of(self.default), version_of(model)
        labels = {
            label: new if version == old and new is not None else version
            for label, version in self.labels.items()
        }
        # A version that was swapped in is not served twice.
        others = tuple(other for other in self.others if version_of(other) != new)
        return replace(self, default=model, others=others, labels=labels)

    def with_other(self, model: ServedModel) -> "Shelf":
        """Return the shelf with one version more."""
        return replace(self, others=(*self.others, model))

    def without(self, model: ServedModel) -> "Shelf":
        """Return the shelf without one of its other versions, and without that one's labels."""
        gone = version_of(model)
        return replace(
            self,
            others=tuple(other for other in self.others if other is not model),
            labels={label: version for label, version in self.labels.items() if version != gone},
        )

    def promoting(self, model: ServedModel) -> "Shelf":
        """Return the shelf with one of its versions as the default."""
        others = tuple(other for other in self.models if other is not model)
        return replace(self, default=model, others=others)

    def labelling(self, label: str, version: str) -> "Shelf":
        """Return the shelf with a label on a version."""
        return replace(self, labels={**self.labels, label: version})


def version_of(model: ServedModel) -> str | None:
    """Return a model's version, from its bundle if it is not loaded; None if that fails."""
    try:
        if model.state is State.READY:
            return model.version
        return _peek(model)
    except WherryError:
        return None


def _peek(model: ServedModel) -> str | None:
    """Return the version that a model will have, from its manifest alone."""
    place = locate(model.options.path)
    version = model.options.version or place.version
    if version is not None:
        return version
    if (place.path / MANIFEST).is_file():
        return read_manifest(place.path / MANIFEST).version
    return BARE_VERSION if place.path.exists() else None
