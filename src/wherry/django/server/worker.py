"""One worker process: import the site, load its models, answer requests.

The supervisor imports this module, so everything heavy is imported in ``work``, after the fork.
"""

import gc
import os
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

from wherry.django.server.handover import (
    EXIT_MISCONFIGURED,
    Decision,
    Lifeline,
    WorkerStart,
    say,
)
from wherry.errors import ConfigurationError

if TYPE_CHECKING:
    from wherry.django.server.models import LoadingModels
    from wherry.platforms.limits import Limits

# The longest that connections wait for models which are usually in memory by then; on a disk
# this slow it is better to say "not ready".
SOON_S = 5.0


def work(start: WorkerStart) -> int:
    """Serve until told to stop; return the exit code."""
    # What is imported stays: to look for garbage among it costs a tenth of the boot.
    gc.disable()
    lifeline = Lifeline(start.lifeline)
    lifeline.watch()
    try:
        _Worker(start, lifeline).run()
    except ConfigurationError as error:
        for sentence in str(error).splitlines():
            say(sentence)
        return EXIT_MISCONFIGURED
    return 0


class _Worker:
    def __init__(self, start: WorkerStart, lifeline: Lifeline) -> None:
        from wherry.platforms.limits import read_limits
        from wherry.serving.sizing import Wish

        options = start.options
        self._start = start
        self._lifeline = lifeline
        self._decision = start.decision
        self._limits: Limits = read_limits()
        self._wish: Wish = Wish(options.processes, options.processes_from, options.threads)
        self._loading: LoadingModels | None = None

    def run(self) -> None:
        from wherry.django.server import application
        from wherry.serving import inside

        if self._start.region is not None:
            inside.use(self._start.region)
        app = application.import_app(self._start.options.app)
        if application.has_models():
            warnings = application.run_checks(first=self._decision is None)
            if self._decision is None:
                for warning in warnings:
                    say(warning)
            self._loading = self._begin_loading()

        from wherry.django.server import http_server
        from wherry.django.server.bodies import receive_bodies
        from wherry.django.server.gateway import answerer
        from wherry.django.server.standby import OneAtATime

        self._wait_if_soon()
        if self._is_loaded() and self._decision is None:
            self._decision = self._decide()
        threads = self._decision.threads if self._decision else self._starting_threads()
        answer = answerer(app)
        if self._decision and self._decision.turns:
            answer = OneAtATime(answer)
        body_timeout_s, answer_timeout_s = self._client_timeouts_s()
        http_server.serve(
            receive_bodies(
                answer,
                threads,
                port=self._start.listener.getsockname()[1],
                timeout_s=body_timeout_s,
            ),
            self._start.listener,
            threads=threads,
            answer_timeout_s=answer_timeout_s,
            lifeline=self._lifeline,
            started=lambda: self._started(threads),
        )

    def _client_timeouts_s(self) -> tuple[float, float]:
        """Return how long a client may take to send a body, and take nothing of an answer."""
        if self._loading is None:
            from wherry.serving.deadlines import ANSWER_TIMEOUT_S, BODY_TIMEOUT_S

            return BODY_TIMEOUT_S, ANSWER_TIMEOUT_S
        from wherry.django import registry

        conf = registry.conf()
        return conf.body_timeout_s, conf.answer_timeout_s

    def _begin_loading(self) -> "LoadingModels":
        from wherry.django.server.models import begin_loading, most_queued
        from wherry.runtimes.protocol import LoadOptions
        from wherry.serving import trials
        from wherry.serving.sizing import run_threads

        if self._decision is None:  # Of several processes the first one speaks for all.
            trials.announce_to(say)
        self._wish = replace(self._wish, queued=most_queued())
        processes = self._decision.processes if self._decision else self._wish.processes or 1
        options = LoadOptions(
            threads=run_threads(self._limits, processes), weight_cache=self._start.weight_cache
        )
        return begin_loading(self._limits, self._wish, options)

    def _wait_if_soon(self) -> None:
        """Wait for small models, whose speed decides how many threads there are to be.

        Where others serve already, all models are waited for: this process must not say "not
        ready" in their midst.
        """
        if self._loading is None:
            return
        if self._decision is not None and self._decision.processes > 1:
            self._loading.loader.join()
        elif self._loading.soon_loaded:
            self._loading.loader.join(SOON_S)

    def _is_loaded(self) -> bool:
        return self._loading is None or not self._loading.loader.is_alive()

    def _starting_threads(self) -> int:
        from wherry.serving.sizing import starting_threads

        return starting_threads(self._limits, self._wish)

    def _started(self, threads: int) -> None:
        if self._is_loaded():
            self._settle(threads)
        else:
            threading.Thread(target=self._settle, args=(threads,), daemon=True).start()

    def _settle(self, threads: int) -> None:
        """Tell the supervisor that the models are loaded, and what that makes of the machine."""
        if self._loading is not None:
            self._loading.loader.join()
        if self._decision is None:
            self._decision = self._decide(running_threads=threads)
        os.write(self._start.report, self._decision.line())
        os.close(self._start.report)
        # What lives now lives as long as the process: the collector need not look at it again.
        # It is not even asked to look once, which would hold up the first answers.
        gc.freeze()
        gc.enable()

    def _decide(self, running_threads: int | None = None) -> Decision:
        from wherry.platforms.memory import read_memory
        from wherry.serving.sizing import MeasuredWorker, choose

        memory = read_memory()
        measured = MeasuredWorker(
            anonymous_bytes=memory.anonymous_bytes if memory else 0,
            run_s=self._loading.run_s if self._loading else {},
            single=self._loading.single if self._loading else frozenset(),
        )
        plan = choose(self._limits, measured, self._wish, running_threads=running_threads)
        for warning in plan.warnings:
            say(warning)
        return Decision(plan.processes, plan.threads, plan.turns, plan.reason)
