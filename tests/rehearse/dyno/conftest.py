"""The machine that the tests run on, as the dynos find it, and as a poorer one would be."""

import asyncio
from dataclasses import replace

import pytest

from wherry.rehearse.dyno.inside.plan import Walls
from wherry.rehearse.dyno.machine import Machine, survey


@pytest.fixture(scope="session")
def machine() -> Machine:
    """All that this machine allows."""
    return asyncio.run(survey())


@pytest.fixture(scope="session")
def groupless(machine: Machine) -> Machine:
    """All but control groups."""
    return replace(machine, parents=())


@pytest.fixture(scope="session")
def bare() -> Machine:
    """No namespace, no group, no other user: what a locked container allows."""
    return Machine()


@pytest.fixture(scope="session")
def unprivileged(machine: Machine) -> Machine:
    """A user namespace and no group: what a plain user's desktop allows."""
    walls = Walls(user_namespace=True, mounts=True, pids=True)
    if not machine.walls.mounts:
        pytest.skip("no user namespace may be made here")
    return Machine(walls=walls)
