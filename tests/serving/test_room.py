"""The waiting room: bounded, and no model takes all of it."""

from wherry.serving.room import WaitingRoom


def test_one_model_alone_may_take_every_place() -> None:
    """Nobody else could want one."""
    room = WaitingRoom(3)
    assert [room.enter("a") for _ in range(4)] == [True, True, True, False]
    room.leave("a")
    assert room.enter("a")


def test_some_places_are_kept_for_each_model() -> None:
    """The busy one is refused while the other still finds its share."""
    room = WaitingRoom(8)
    room.register("busy")
    room.register("calm")
    assert [room.enter("busy") for _ in range(8)].count(True) == 6
    assert [room.enter("calm") for _ in range(3)] == [True, True, False]


def test_what_is_kept_for_others_is_not_more_than_they_may_still_take() -> None:
    """A model that has its share already keeps nothing beyond it from the others."""
    room = WaitingRoom(8)
    room.register("one")
    room.register("other")
    assert all(room.enter("other") for _ in range(4))
    assert [room.enter("one") for _ in range(5)] == [True] * 4 + [False]


def test_with_fewer_places_than_models_the_first_to_come_gets_one() -> None:
    """Shares of less than one place are none."""
    room = WaitingRoom(2)
    for name in "abcdef":
        room.register(name)
    assert room.enter("a")
    assert room.enter("a")
    assert not room.enter("b")


def test_no_places_mean_that_nobody_waits() -> None:
    """Of a server with a single thread, say."""
    assert not WaitingRoom(0).enter("a")


def test_a_model_that_is_gone_keeps_nothing() -> None:
    """But what it still holds is given back in order."""
    room = WaitingRoom(4)
    room.register("gone")
    room.register("here")
    assert room.enter("gone")
    room.forget("gone")
    room.leave("gone")
    room.forget("gone")
    assert all(room.enter("here") for _ in range(4))
