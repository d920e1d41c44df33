"""Find the model that a request names, loaded."""

from wherry.django import registry
from wherry.errors import WherryError
from wherry.serving.deadlines import NO_HASTE, Haste
from wherry.serving.model import ServedModel
from wherry.serving.repository import Repository
from wherry.serving.state import State


def loaded(name: str, version: str | None, haste: Haste = NO_HASTE) -> ServedModel:
    """Return a model that answers; ``version`` may be a ``Label``.

    ``haste`` is how long the request may wait for one that takes another's place.

    Where models are loaded in the background, one that is not there yet is refused for now;
    elsewhere the first request loads it, and others wait for that.

    Raises:
        WherryError: there is none, or it cannot answer now, or at all.
    """
    repository = registry.repository()
    model = repository.get(name, version)
    if model.state is not State.READY:
        deadline = haste.deadline(model.options.timeout_s)
        model.ensure_loaded(wait=not repository.started, deadline=deadline)
    return model


def try_loading(repository: Repository, model: ServedModel) -> None:
    """Load a model unless that happens in the background; its state and reason say the rest."""
    if repository.started:
        return
    try:
        model.ensure_loaded(wait=True)
    except WherryError:
        return
