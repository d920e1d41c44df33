"""A SavedModel in a TensorFlow session, through the C API."""

import ctypes
import os
import threading
from collections.abc import Mapping
from contextlib import ExitStack
from ctypes import CDLL, c_char_p, c_void_p
from dataclasses import dataclass
from pathlib import Path

from wherry.errors import BundleError, ExecutionFailed, InvalidInput, LoadedBeforeFork
from wherry.runtimes import savedmodel
from wherry.runtimes.devices import Card
from wherry.runtimes.protocol import LoadOptions
from wherry.runtimes.savedmodel import GraphSignature, SavedModel
from wherry.runtimes.tensorflow import capi, installation, memory, placement, status
from wherry.runtimes.tensorflow.configuration import configuration
from wherry.runtimes.tensorflow.tensors import from_tensor, to_tensor
from wherry.tensors import Array, Signature


@dataclass(frozen=True, slots=True)
class _Plan:
    """What TF_SessionRun needs for a signature, made once.

    ``outputs`` are the names that are fetched; ``echoed`` maps the outputs that are an input
    itself, which TensorFlow refuses to fetch, to that input.
    """

    signature: Signature
    feeds: "ctypes.Array[capi.Output]"
    outputs: tuple[str, ...]
    fetches: "ctypes.Array[capi.Output]"
    echoed: Mapping[str, str]


class TensorFlowModel:
    """A SavedModel in memory. It answers any number of threads at once.

    ``device`` is what it runs on: ``cpu``, or ``cuda`` with the card's name.
    """

    concurrent = True

    def __init__(
        self, library: CDLL, folder: Path, model: SavedModel, threads: int, card: Card | None = None
    ) -> None:
        self._library = library
        self._pid = os.getpid()
        self._model = model
        self._running = 0
        self._idle = threading.Condition()
        self._graph: int | None = library.TF_NewGraph()
        self._session: int | None = None
        try:
            config = configuration(threads, card)
            self._session = _session(library, self._graph, folder, model, config)
            self.device = placement.confirmed(library, self._session, card)
            self._plans = {
                name: _plan(library, self._graph, signature, folder)
                for name, signature in model.signatures.items()
            }
        except BaseException:
            self.close()
            raise

    @property
    def signatures(self) -> Mapping[str, Signature]:
        """The signatures that can be served, by name."""
        return {name: each.signature for name, each in self._model.signatures.items()}

    def run(self, signature: str, inputs: Mapping[str, Array]) -> dict[str, Array]:
        """Run one signature; see ``LoadedModel.run``."""
        if os.getpid() != self._pid:
            raise LoadedBeforeFork
        plan = self._plans.get(signature)
        if plan is None:
            raise InvalidInput(self._unknown(signature))
        with self._idle:
            session = self._session
            if session is None:
                raise ExecutionFailed("The model has been closed.")
            self._running += 1
        try:
            return self._run(session, plan, inputs)
        finally:
            with self._idle:
                self._running -= 1
                self._idle.notify_all()

    def _run(self, session: int, plan: _Plan, inputs: Mapping[str, Array]) -> dict[str, Array]:
        library = self._library
        specs = plan.signature.inputs
        fetched = (c_void_p * len(plan.outputs))()
        with ExitStack() as stack:
            handles: list[int] = []
            for spec in specs:
                handles.append(to_tensor(library, inputs[spec.name], spec.datatype))
                stack.callback(library.TF_DeleteTensor, handles[-1])
            given = (c_void_p * len(handles))(*handles)
            try:
                with status.checked(library) as state:
                    library.TF_SessionRun(
                        *(session, None),
                        *(plan.feeds, given, len(given)),
                        *(plan.fetches, fetched, len(fetched)),
                        *(None, 0),
                        *(None, state),
                    )
            except status.TensorFlowError as error:
                raise _run_error(error.failure) from None
            for tensor in fetched:
                stack.callback(library.TF_DeleteTensor, tensor)
            results = {
                name: from_tensor(library, tensor)
                for name, tensor in zip(plan.outputs, fetched, strict=True)
            }
            positions = {spec.name: index for index, spec in enumerate(specs)}
            for name, source in plan.echoed.items():
                results[name] = from_tensor(library, handles[positions[source]])
        return {spec.name: results[spec.name] for spec in plan.signature.outputs}

    def trim(self) -> None:
        """Return the memory that loading needed and running does not; see ``LoadedModel.trim``."""
        memory.trim()

    def close(self) -> None:
        """Give the memory back, when the runs that are under way have ended."""
        if os.getpid() != self._pid:  # the session's threads are not here to end it
            return
        with self._idle:
            session, self._session = self._session, None
            graph, self._graph = self._graph, None
            self._idle.wait_for(lambda: self._running == 0)
        library = self._library
        handle = library.TF_NewStatus()
        if session is not None:
            library.TF_CloseSession(session, handle)
            library.TF_DeleteSession(session, handle)
        if graph is not None:
            library.TF_DeleteGraph(graph)
        library.TF_DeleteStatus(handle)
        memory.trim()

    def _unknown(self, signature: str) -> str:
        if reason := self._model.unsupported.get(signature):
            return f'The signature "{signature}" cannot be served. {reason}'
        names = ", ".join(self._plans)
        return f'The model has no signature "{signature}". It has: {names}.'


def load(model: Path, options: LoadOptions) -> TensorFlowModel:
    """Load the SavedModel in the folder ``model``.

    Raises:
        BundleError: it is not a whole SavedModel, or TensorFlow refuses it.
        RuntimeMissing: TensorFlow's libraries are not here.
    """
    described = savedmodel.read(model)
    card = placement.chosen()
    library = capi.opened(installation.find())
    return TensorFlowModel(library, model, described, options.threads, card)


def _session(
    library: CDLL, graph: int | None, folder: Path, model: SavedModel, config: bytes
) -> int:
    tags = (c_char_p * len(model.tags))(*(tag.encode() for tag in model.tags))
    options = library.TF_NewSessionOptions()
    try:
        with status.checked(library) as state:
            library.TF_SetConfig(options, config, len(config), state)
        with status.checked(library) as state:
            session = library.TF_LoadSessionFromSavedModel(
                *(options, None),
                os.fsencode(folder),
                *(tags, len(tags)),
                *(graph, None),
                state,
            )
    except status.TensorFlowError as error:
        raise BundleError(_load_error(error.failure, folder)) from None
    finally:
        library.TF_DeleteSessionOptions(options)
    return int(session)


def _plan(library: CDLL, graph: int | None, signature: GraphSignature, folder: Path) -> _Plan:
    by_tensor = {tensor: name for name, tensor in signature.inputs.items()}
    echoed = {
        name: by_tensor[tensor] for name, tensor in signature.outputs.items() if tensor in by_tensor
    }
    fetched = {name: tensor for name, tensor in signature.outputs.items() if name not in echoed}

    def ports(tensors: Mapping[str, str]) -> "ctypes.Array[capi.Output]":
        found = [_port(library, graph, tensor, folder) for tensor in tensors.values()]
        return (capi.Output * len(found))(*found)

    return _Plan(
        signature.signature, ports(signature.inputs), tuple(fetched), ports(fetched), echoed
    )


def _port(library: CDLL, graph: int | None, tensor: str, folder: Path) -> capi.Output:
    name, _, index = tensor.rpartition(":")
    if not name:
        name, index = tensor, "0"
    operation = library.TF_GraphOperationByName(graph, name.encode())
    if (
        operation is None
        or not index.isdecimal()
        or int(index) >= library.TF_OperationNumOutputs(operation)
    ):
        raise BundleError(
            f'{folder}: its signature speaks of the tensor "{tensor}", which its graph does not '
            "have. Save the model again."
        )
    return capi.Output(operation, int(index))


def _run_error(failure: status.Failure) -> InvalidInput | ExecutionFailed:
    if failure.code in (status.Code.INVALID_ARGUMENT, status.Code.OUT_OF_RANGE):
        return InvalidInput(f"The model refused these values: {failure.sentence}")
    return ExecutionFailed(f"TensorFlow failed while it ran the model: {failure.sentence}")


def _load_error(failure: status.Failure, folder: Path) -> str:
    return f"TensorFlow cannot load {folder}: {failure.sentence}"
