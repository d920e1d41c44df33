"""Bring models that are not loaded yet to where earlier orders have brought the other processes."""

import logging
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from wherry.errors import WherryError
from wherry.serving.changes.order import Order, Verb
from wherry.serving.options import ModelOptions
from wherry.serving.repository import Repository
from wherry.serving.shelf import Shelf

logger = logging.getLogger("wherry")


def options_for(order: Order, shelf: Shelf | None) -> ModelOptions:
    """Return the options of the version that an order names: those of the model it belongs to."""
    path = order.path or Path()
    if shelf is None:
        return ModelOptions(path=path, version=order.version)
    return replace(shelf.default.options, path=path, version=order.version)


def settle(repository: Repository, orders: Iterable[Order]) -> None:
    """Do what was ordered before this process was there; nothing is loaded."""
    for order in orders:
        try:
            shelf = _settled(repository, order)
        except WherryError as error:
            logger.warning("Not done again, to %s: %s", order.sentence(), error)
            continue
        repository.put(order.model, shelf)


def _settled(repository: Repository, order: Order) -> Shelf | None:
    shelf = repository.shelves.get(order.model)
    if order.verb in (Verb.ADD, Verb.SWAP):
        model = repository.make(order.model, options_for(order, shelf))
        if shelf is None:
            settled = Shelf(model)
        elif order.verb is Verb.SWAP:
            settled = shelf.replacing_default(model)
        else:
            settled = shelf.with_other(model)
        if order.label is not None and order.version is not None:
            settled = settled.labelling(order.label, order.version)
        return settled
    if shelf is None:
        return None
    if order.verb is Verb.LABEL:
        return shelf.labelling(order.label or "", order.version or "")
    if order.verb is Verb.PROMOTE:
        return shelf.promoting(shelf.find(order.version or ""))
    return None if order.version is None else shelf.without(shelf.find(order.version))
