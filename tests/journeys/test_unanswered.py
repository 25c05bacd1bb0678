"""Nobody knows the answer: the moderators see the question, without who asked it."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys

from tests.fakes import House, card, words

UNKNOWN = "What time does the garden project start?"
PERSONAL = "What time does the garden project start? Call me on 555-013-4477, I'm anna.smith@example.org"


async def test_the_reply_says_that_it_was_saved_because_it_was(house: House) -> None:
    [reply] = await house.says(house.robin, house.ask, UNKNOWN)
    assert "I've saved the question for the moderators, without your name" in words(reply)
    [question] = await house.questions()
    assert question.text == UNKNOWN


async def test_the_moderators_see_it_redacted(house: House) -> None:
    await house.says(house.robin, house.ask, PERSONAL)
    [notice] = house.notices()
    assert "garden project" in notice
    for private in ("4477", "anna", "example.org", "robin"):
        assert private not in notice


async def test_the_command_line_lists_it_redacted(house: House) -> None:
    await house.says(house.robin, house.ask, PERSONAL)
    surroundings = os.environ | {"SIGNPOST_STATE_DIR": str(house.settings.state_dir), "COLUMNS": "200"}
    command = [sys.executable, "-m", "bot", "questions", "list"]
    listed = await asyncio.to_thread(
        subprocess.run, command, env=surroundings, capture_output=True, text=True, check=True
    )
    assert "garden project" in listed.stdout
    for private in ("4477", "anna", "robin"):
        assert private not in listed.stdout


async def test_asked_again_it_is_counted_and_told_once(house: House) -> None:
    await house.says(house.robin, house.ask, UNKNOWN)
    await house.says(house.sam, house.ask, UNKNOWN)
    [question] = await house.questions()
    assert question.count == 2
    assert len(house.notices()) == 1


async def test_the_private_command_saves_it_too(house: House) -> None:
    shown = words(card(await house.asks(house.robin, UNKNOWN)))
    assert "I've saved the question" in shown
    assert len(await house.questions()) == 1


async def test_markup_in_a_question_stays_plain_text_for_the_moderators(house: House) -> None:
    await house.says(house.robin, house.ask, "What time does the **garden** project start, @everyone?")
    [notice] = house.notices()
    assert "**garden**" not in notice
    assert "@everyone" not in notice.replace("\\@", "")


async def test_a_deleted_message_takes_its_question_and_its_reply_along(house: House) -> None:
    message = await house.robin.send(house.ask, UNKNOWN)
    assert len(await house.questions()) == 1
    await house.robin.delete(message)
    assert await house.questions() == ()
    assert house.ask.history() == []


async def test_a_deleted_message_leaves_a_crisis_line_standing(house: House) -> None:
    message = await house.robin.send(house.ask, "I want to kill myself tonight")
    await house.robin.delete(message)
    [left] = house.ask.history()
    assert words(left).startswith("**988**")
