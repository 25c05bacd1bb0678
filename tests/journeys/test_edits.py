"""An edited message is looked at again, and answered again only when it has become dangerous."""

from __future__ import annotations

import pytest

from bot.errors import StoreError
from tests.fakes import House, words

QUESTION = "How do I find a meeting?"
UNKNOWN = "What time does the garden project start?"
DANGER = "I want to kill myself tonight"


async def test_an_edit_into_danger_gets_the_line(house: House) -> None:
    message = await house.robin.send(house.ask, QUESTION)
    await house.robin.edit(message, DANGER)
    last = house.ask.last_message
    assert last is not None
    assert words(last).startswith("**988**")


async def test_an_edit_into_danger_is_heard_where_nothing_was_said_before(house: House) -> None:
    message = await house.robin.send(house.watch, "good morning")
    await house.robin.edit(message, DANGER)
    last = house.watch.last_message
    assert last is not None
    assert words(last).startswith("**988**")


async def test_an_edit_that_asks_for_a_dose_is_not_answered_with_the_old_entry(house: House) -> None:
    message = await house.robin.send(house.ask, QUESTION)
    await house.robin.edit(message, "how much kratom should I take?")
    last = house.ask.last_message
    assert last is not None
    assert "I don't answer those" in words(last)


async def test_a_mended_typo_gets_no_second_reply(house: House) -> None:
    message = await house.robin.send(house.ask, "How do I find a meting?")
    before = len(house.ask.history())
    await house.robin.edit(message, QUESTION)
    assert len(house.ask.history()) == before


async def test_an_edited_question_stands_once_in_the_log_with_its_new_words(house: House) -> None:
    message = await house.robin.send(house.ask, UNKNOWN)
    await house.robin.edit(message, "how do I turn off notifications?")
    assert [question.text for question in await house.questions()] == ["how do I turn off notifications?"]


async def test_a_logged_question_that_turns_into_danger_leaves_the_log(house: House) -> None:
    message = await house.robin.send(house.ask, UNKNOWN)
    await house.robin.edit(message, DANGER)
    assert await house.questions() == ()


async def test_the_same_danger_edited_twice_is_answered_once(house: House) -> None:
    message = await house.robin.send(house.ask, DANGER)
    await house.robin.edit(message, DANGER + "!")
    replies = [m for m in house.ask.history() if m.author.bot]
    assert len(replies) == 1


async def test_a_mended_typo_puts_the_answer_in_place_of_the_apology(house: House) -> None:
    message = await house.robin.send(house.ask, UNKNOWN)
    await house.robin.edit(message, QUESTION)
    [reply] = [m for m in house.ask.history() if m.author.bot]
    assert "The moderators have an answer to that" in words(reply)
    assert await house.questions() == ()


async def test_a_hanging_log_does_not_keep_the_line_of_an_edit_waiting(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> None:
        raise StoreError("the disk is gone")

    message = await house.robin.send(house.ask, UNKNOWN)
    monkeypatch.setattr(house.store, "delete_by_message", fail)
    await house.robin.edit(message, DANGER)
    last = house.ask.last_message
    assert last is not None
    assert words(last).startswith("**988**")


async def test_a_crisis_line_stays_when_the_message_is_edited_and_deleted(house: House) -> None:
    message = await house.robin.send(house.ask, DANGER)
    await house.robin.edit(message, "never mind, good morning")
    await house.robin.delete(message)
    assert any(words(m).startswith("**988**") for m in house.ask.history())


async def test_a_reply_goes_with_its_message_also_after_an_edit(house: House) -> None:
    message = await house.robin.send(house.ask, "How do I find a meting?")
    await house.robin.edit(message, QUESTION)
    await house.robin.delete(message)
    assert house.ask.history() == []
