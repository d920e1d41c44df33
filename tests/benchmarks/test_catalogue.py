"""The peers themselves."""

from benchmarks.serving.catalogue import PEERS, Plan, chosen_plan
from benchmarks.serving.environments import REQUIREMENTS, WHERRY


def test_the_chosen_plan_is_read_from_the_servers_own_line() -> None:
    """Among other lines, and in the singular as well."""
    log = "wherry: listening\nwherry: 1 process x 16 threads: one model (a worker holds 60 MiB).\n"

    assert chosen_plan(log) == Plan(1, 16)
    assert chosen_plan("wherry: 2 processes x 1 thread: fast.") == Plan(2, 1)


def test_a_log_without_a_plan_has_none() -> None:
    """Other servers say nothing of the kind."""
    assert chosen_plan("Listening at http://127.0.0.1:8000\n") is None


def test_every_peer_can_be_installed_and_is_named_once() -> None:
    """Its environment is described, and options can tell peers apart."""
    assert {peer.environment for peer in PEERS} <= {*REQUIREMENTS, WHERRY}
    assert len({peer.name for peer in PEERS}) == len(PEERS)


def test_whom_a_peer_is_started_like_is_measured_before_it() -> None:
    """Its processes and threads must be known by then, in each work."""
    for index, peer in enumerate(PEERS):
        if peer.like is not None:
            (model,) = (other for other in PEERS[:index] if other.name == peer.like)
            assert set(peer.works) <= set(model.works)
