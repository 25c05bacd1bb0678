"""What is remembered is little, short, and in memory only."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.chat.memory import KEPT_S, TURNS, Conversations, Recent
from guardrails import Route


class HandClock:
    """A clock that a test turns by hand."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> datetime:
        return datetime(2026, 11, 25, tzinfo=UTC)

    def monotonic(self) -> float:
        return self.seconds


def test_a_value_is_forgotten_after_its_time() -> None:
    clock = HandClock()
    recent: Recent[str, int] = Recent(clock, kept_s=10)
    recent.put("a", 1)
    clock.seconds = 9
    assert recent.get("a") == 1
    clock.seconds = 11
    assert recent.get("a") is None


def test_no_more_than_so_many_values_are_held() -> None:
    recent: Recent[int, int] = Recent(HandClock(), most=3)
    for number in range(10):
        recent.put(number, number)
    assert [number for number in range(10) if recent.get(number) is not None] == [7, 8, 9]


def test_a_value_that_was_taken_is_gone() -> None:
    recent: Recent[str, int] = Recent(HandClock())
    recent.put("a", 1)
    assert recent.pop("a") == 1
    assert recent.pop("a") is None


def test_a_conversation_holds_the_last_turns_with_their_age() -> None:
    clock = HandClock()
    conversations = Conversations(clock)
    for number in range(TURNS + 2):
        conversations.add("channel", "person", f"turn {number}", Route.CHAT)
    clock.seconds = 60
    turns = conversations.context("channel", "person")
    assert [turn.text for turn in turns] == [f"turn {number}" for number in range(2, TURNS + 2)]
    assert {turn.age_s for turn in turns} == {60}


def test_turns_are_forgotten_one_by_one() -> None:
    clock = HandClock()
    conversations = Conversations(clock)
    conversations.add("channel", "person", "early", Route.CHAT)
    clock.seconds = KEPT_S - 1
    conversations.add("channel", "person", "late", Route.CHAT)
    clock.seconds = KEPT_S + 1
    assert [turn.text for turn in conversations.context("channel", "person")] == ["late"]


def test_people_and_channels_are_kept_apart() -> None:
    conversations = Conversations(HandClock())
    conversations.add("channel", "person", "mine", Route.CHAT)
    assert conversations.context("channel", "somebody else") == ()
    assert conversations.context("another channel", "person") == ()
