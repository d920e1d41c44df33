"""The endpoint that Prometheus reads, and the same numbers for a registry that a site has."""

import os
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.http import HttpRequest, HttpResponse

from wherry.django import registry
from wherry.django.answers import endpoint
from wherry.errors import WherryError
from wherry.serving import measurements
from wherry.serving.state import State

if TYPE_CHECKING:
    from wherry.serving.exposition import Family


@endpoint("GET", "HEAD")
def metrics(_: HttpRequest) -> HttpResponse:
    """Answer with the metrics of all processes of this server, in Prometheus's text format."""
    from wherry.serving.exposition import CONTENT_TYPE, write

    return HttpResponse(write(collect()), content_type=CONTENT_TYPE)


def collect() -> "list[Family]":
    """Return the metrics of all processes of this server as they are now."""
    # Not before somebody wants to know: a server boots without them.
    from wherry.serving.exposition import families
    from wherry.serving.memory_families import memory_families

    blocks = measurements.shared().read()
    pids = {block.pid for block in blocks if block.pid is not None} | {os.getpid()}
    found = [*families(blocks), *memory_families(pids), *_devices()]
    if apps.is_installed("wherry.django.jobs"):
        from wherry.django.jobs.families import job_families

        found += job_families()
    return found


def _devices() -> "Iterator[Family]":
    """Yield on what the models of this process run; the server's others chose the same way."""
    from wherry.serving.exposition import Family, Sample

    try:
        models = registry.repository().every_model
    except WherryError:
        return
    samples = tuple(
        Sample("", {"model": one.name, "version": one.version, "device": one.device}, 1.0)
        for one in models
        if one.state is State.READY
    )
    if samples:
        yield Family("wherry_model_device", "gauge", "On what a model runs, as a label.", samples)


class PrometheusCollector:
    """Shows the metrics in a registry of ``prometheus_client``."""

    def collect(self) -> Iterator[Any]:
        """Yield the metrics as that library's."""
        from prometheus_client.core import Metric

        for family in collect():
            name = family.name.removesuffix("_total") if family.kind == "counter" else family.name
            metric = Metric(name, family.help, family.kind)
            suffix = "_total" if family.kind == "counter" else ""
            for sample in family.samples:
                metric.add_sample(name + suffix + sample.suffix, dict(sample.labels), sample.value)
            yield metric

    def describe(self) -> list[Any]:
        """Return nothing: registering must not read anything, nor claim memory."""
        return []


@cache
def join_registry() -> None:
    """Let ``prometheus_client``'s registry show Wherry's metrics too; a second call does nothing.

    Done at the start where django-prometheus is among INSTALLED_APPS.
    """
    from prometheus_client import REGISTRY

    REGISTRY.register(PrometheusCollector())
