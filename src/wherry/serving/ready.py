"""All that a request needs of a loaded model, put together once."""

import os
from collections.abc import Mapping
from dataclasses import dataclass

from wherry.bundle.folder import Bundle
from wherry.runtimes.protocol import LoadedModel
from wherry.serving import measurements
from wherry.serving.admission import Admission
from wherry.serving.execution import Execution
from wherry.serving.gate import Gate
from wherry.serving.loading import Opened
from wherry.serving.options import Hook, Hooks, ModelOptions
from wherry.serving.room import WaitingRoom
from wherry.tensors import Signature


@dataclass(frozen=True, slots=True)
class Ready:
    """A loaded model as requests meet it, replaced as a whole."""

    bundle: Bundle
    loaded: LoadedModel
    signatures: Mapping[str, Signature]
    default_signature: str
    execution: Execution
    preprocess: Hook | None
    postprocess: Hook | None
    pid: int
    gate: Gate


def admit(
    name: str, options: ModelOptions, opened: Opened, hooks: Hooks, room: WaitingRoom
) -> Ready:
    """Put a way in before a model that is in memory."""
    counts = measurements.of(name, opened.bundle.version)
    admission = Admission(
        name,
        lanes=opened.lanes,
        max_queued=options.max_queued_requests,
        room=room,
        refused=counts.refused,
    )
    execution = Execution(
        name, opened.loaded, admission, counts, max_batch_size=options.max_batch_size
    )
    if opened.run_s is not None:
        execution.costs[opened.default_signature].learn(1, opened.run_s)
    return Ready(
        bundle=opened.bundle,
        loaded=opened.loaded,
        signatures=opened.signatures,
        default_signature=opened.default_signature,
        execution=execution,
        preprocess=hooks.preprocess,
        postprocess=hooks.postprocess,
        pid=os.getpid(),
        gate=Gate(name),
    )
