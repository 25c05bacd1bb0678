"""Which messages are questions for the bot."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import ResourceError
from bot.intent import Intent

INTENT = Intent.load()

QUESTIONS = [
    "How do I find a meeting near me?",
    "where do i go for free counselling",
    "anyone know if the smart group is still on thursdays",
    "aa near me",
    "looking for a sponsor in the evening group, how do people do that",
    "not sure how to tell my boss",
    "can i bring my wife to the open meeting",
    "What’s the difference between open and closed?",
    "any tips for sleeping better",
]
CHAT = [
    "thanks so much everyone",
    "day 43, tired but here",
    "good morning all",
    "lol same",
    "congrats on six months!!",
    "I made soup and it was fine.",
]


@pytest.mark.parametrize("text", QUESTIONS)
def test_a_question_is_heard_when_addressed(text: str) -> None:
    assert INTENT.asks(text)


@pytest.mark.parametrize("text", CHAT)
def test_chat_is_left_alone_where_nobody_spoke_to_the_bot(text: str) -> None:
    assert not INTENT.asks(text, addressed=False)


@pytest.mark.parametrize("text", ["", "   ", "???", "🙂🙂", "12:30", "​"])
def test_a_text_without_a_letter_asks_nothing(text: str) -> None:
    assert not INTENT.asks(text)


@given(st.text())
def test_the_ambient_bar_is_never_below_the_addressed_one(text: str) -> None:
    """Whatever is heard among other people's talk is heard when addressed too."""
    if INTENT.asks(text, addressed=False):
        assert INTENT.asks(text, addressed=True)


def test_a_lone_surrogate_does_not_break_it() -> None:
    assert INTENT.asks("how do i find \ud83d a meeting?")


def test_damaged_cues_are_named() -> None:
    with pytest.raises(ResourceError, match=r"intent\.yaml is damaged"):
        Intent.parse("version: 1\ncues: {broken: ['(']}\nbias: 0\nweights: {}\nthresholds: {}")


def test_every_cue_has_a_fitted_weight() -> None:
    """A cue that was added without refitting would silently count for nothing."""
    scores = {name: INTENT.score(name) for name in INTENT.names}
    assert len(scores) == len(INTENT.names)
    assert all(cue.weight != 0 for cue in INTENT._cues)
