"""How often something may happen, for each key."""

from __future__ import annotations

from bot.chat.limits import Limiter
from tests.bot.chat.test_memory import HandClock


def test_so_many_times_within_the_window() -> None:
    clock = HandClock()
    limiter = Limiter(clock, 2, 60)
    assert [limiter.allow("a") for _ in range(3)] == [True, True, False]


def test_keys_do_not_share_a_limit() -> None:
    limiter = Limiter(HandClock(), 1, 60)
    assert limiter.allow("a")
    assert limiter.allow("b")


def test_the_window_slides() -> None:
    clock = HandClock()
    limiter = Limiter(clock, 2, 60)
    limiter.allow("a")
    clock.seconds = 30
    limiter.allow("a")
    clock.seconds = 60
    assert limiter.allow("a")
    assert not limiter.allow("a")


def test_what_was_refused_does_not_count() -> None:
    clock = HandClock()
    limiter = Limiter(clock, 1, 60)
    limiter.allow("a")
    clock.seconds = 59
    limiter.allow("a")
    clock.seconds = 60
    assert limiter.allow("a")


def test_none_means_never() -> None:
    assert not Limiter(HandClock(), 0, 60).allow("a")
