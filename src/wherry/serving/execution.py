"""Requests through one loaded model: in their turn, in time, together where that pays."""

import time
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np

from wherry.errors import ExecutionFailed, InputTooLarge
from wherry.runtimes.protocol import LoadedModel
from wherry.serving.admission import Admission
from wherry.serving.batching import Batching, group_of, run_together
from wherry.serving.costs import Costs
from wherry.serving.measurements import ModelMeasurements
from wherry.serving.waiting import Waiter
from wherry.tensors import Array, Signature

# What the answer to one request may hold, where it is put together from several runs.
MAX_ANSWER_BYTES: Final = 64 * 2**20


@dataclass(frozen=True, slots=True)
class _Work:
    """What one request asks a run for; ``begun`` is whether it has had runs before."""

    signature: Signature
    inputs: dict[str, Array]
    items: int
    deadline: float
    begun: bool = False


class Execution:
    """What a model's requests go through.

    Attributes:
        admission: Who runs, who waits.
        costs: What runs take, by signature.
        batching: How requests are run together, by signature, for those where that pays.
    """

    def __init__(
        self,
        name: str,
        loaded: LoadedModel,
        admission: Admission,
        counts: ModelMeasurements,
        *,
        max_batch_size: int,
    ) -> None:
        self._name = name
        self._loaded = loaded
        self._counts = counts
        self._max_batch_size = max_batch_size
        self.admission = admission
        self.costs: dict[str, Costs] = {name: Costs() for name in loaded.signatures}
        self.batching: dict[str, Batching] = {}

    def batch(self, signature: str, size: int, *, lanes: int) -> None:
        """Run up to so many items of requests for this signature together from now on.

        ``lanes`` is how many such runs at once are worthwhile; more would only be smaller.
        """
        self.batching[signature] = Batching(size, self.costs[signature].fixed_s)
        self.admission.lanes = min(self.admission.lanes, lanes)

    def check(self, signature: str, deadline: float) -> None:
        """Raise where a request has no chance, before anything is done for it.

        Raises:
            Overloaded: it could not be answered in time, or too many wait already.
        """
        self.admission.check(deadline, self.costs[signature].least_s(1) or 0.0)

    def run(
        self, signature: Signature, inputs: dict[str, Array], deadline: float
    ) -> dict[str, Array]:
        """Run validated inputs; answer by the deadline, on the clock of ``time.monotonic``.

        Raises:
            InputTooLarge: the answer to all of its items would be too large.
            Overloaded: too many wait already, or it could not be answered in time.
            DeadlineExceeded: its time was over before it could run.
        """
        items = 1
        if signature.batched and inputs:
            # Validation has made sure that all inputs hold the same number, and one at least.
            items = next(iter(inputs.values())).shape[0]
            if items > self._max_batch_size:
                return self._run_in_parts(_Work(signature, inputs, items, deadline))
        return self._run(signature, inputs, items, deadline)

    def _run(
        self,
        signature: Signature,
        inputs: dict[str, Array],
        items: int,
        deadline: float,
        *,
        begun: bool = False,
    ) -> dict[str, Array]:
        arrived = started = time.monotonic()
        costs = self.costs[signature.name]
        least_s = costs.least_s(items) or 0.0
        if arrived + least_s > deadline:
            if begun:
                self.admission.expire()
            self.admission.refuse_late(least_s, deadline)
        batching = self.batching.get(signature.name)
        if batching is not None:
            work = _Work(signature, inputs, items, deadline, begun)
            return self._run_batched(batching, work, arrived)
        if not self.admission.take_free_lane():
            expected_s = costs.expected_s(items)
            waiter = Waiter(
                deadline,
                begun=begun,
                needed_s=expected_s or 0.0,
                likely_s=costs.likely_s(items) or 0.0,
                charge_s=expected_s or 0.0,
            )
            self.admission.wait(waiter, expected_s)
            started = time.monotonic()
        try:
            outputs = self._loaded.run(signature.name, inputs)
        finally:
            self.admission.leave()
        run_s = time.monotonic() - started
        costs.learn(items, run_s)
        self._counts.ran(started - arrived, run_s, items)
        return outputs

    def _run_batched(self, batching: Batching, work: _Work, arrived: float) -> dict[str, Array]:
        batching.arrived(work.items, arrived)
        try:
            waiter = self._answered(batching, work)
        finally:
            batching.answered(work.items)
        if waiter.error is not None:
            raise waiter.error
        if waiter.outputs is None:
            raise ExecutionFailed(f"A run of the model {self._name!r} was broken off.")
        self._counts.ran(waiter.ran_from - arrived, waiter.run_s)
        return waiter.outputs

    def _answered(self, batching: Batching, work: _Work) -> Waiter:
        """Return it with an answer: of its own run, or of one that took it along."""
        costs = self.costs[work.signature.name]
        full_s = costs.expected_s(batching.size)
        waiter = Waiter(
            work.deadline,
            inputs=work.inputs,
            items=work.items,
            group=group_of(work.signature, work.inputs),
            begun=work.begun,
            needed_s=costs.expected_s(work.items) or 0.0,
            likely_s=costs.likely_s(batching.size) or 0.0,
            # A lane's time is shared by all that run together.
            charge_s=(full_s or 0.0) * work.items / batching.size,
        )
        at_once = self.admission.take_free_lane()
        if at_once or self.admission.wait(waiter, full_s):
            self._lead(batching, work.signature, waiter, waited=not at_once)
        return waiter

    def _lead(
        self, batching: Batching, signature: Signature, leader: Waiter, *, waited: bool
    ) -> None:
        """Run one that has a lane, with those that can be taken along."""
        everyone = [leader]
        try:
            everyone += self._company(batching, leader, waited=waited)
            run_together(
                everyone,
                partial(self._loaded.run, signature.name),
                partial(self._learn, self.costs[signature.name]),
            )
        finally:
            for companion in everyone[1:]:
                companion.wake()
            self.admission.leave()

    def _learn(self, costs: Costs, items: int, run_s: float) -> None:
        costs.learn(items, run_s)
        self._counts.batched(items)

    def _company(self, batching: Batching, leader: Waiter, *, waited: bool) -> list[Waiter]:
        items_left = batching.size - leader.items
        if items_left < 1:
            return []
        companions = self.admission.companions(leader.group, items_left) if waited else []
        items_left -= sum(companion.items for companion in companions)
        expected, patience_s = batching.expected(self.admission.lanes)
        expected = min(expected, items_left)
        if expected > 0:
            spare_s = leader.deadline - leader.likely_s - time.monotonic()
            late = self.admission.gather(leader.group, expected, min(patience_s, spare_s))
            batching.waited(company=bool(late))
            companions += late
        return companions

    def _run_in_parts(self, work: _Work) -> dict[str, Array]:
        """Run more items than one run may hold, letting others in between the runs."""
        size = self._max_batch_size
        least_s = self.costs[work.signature.name].least_s(size)
        if least_s is not None and time.monotonic() + least_s * work.items / size > work.deadline:
            self.admission.refuse_late(least_s * work.items / size, work.deadline)
        answers: list[dict[str, Array]] = []
        answer_bytes = 0
        for begin in range(0, work.items, size):
            items = min(size, work.items - begin)
            some = {name: array[begin : begin + size] for name, array in work.inputs.items()}
            answers.append(self._run(work.signature, some, items, work.deadline, begun=begin > 0))
            answer_bytes += sum(array.nbytes for array in answers[-1].values())
            if answer_bytes > MAX_ANSWER_BYTES:
                raise InputTooLarge(
                    f"The answer to {work.items} items would be larger than the "
                    f"{MAX_ANSWER_BYTES >> 20} MiB that one request may have: the first "
                    f"{begin + items} fill them. Send fewer at once."
                )
        return {name: np.concatenate([answer[name] for answer in answers]) for name in answers[0]}
