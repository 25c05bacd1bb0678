"""A member asks something that the moderators have answered."""

from __future__ import annotations

import discord
import pytest

from tests.conftest import OpenHouse
from tests.fakes import House, card, labels, words

QUESTION = "How do I find a meeting?"
TITLE = "Finding a meeting of any kind"
ANSWER = "There are many kinds, and you can try several."
OPEN = "Open (only you see it)"


async def test_a_mention_gets_one_short_public_line_and_a_private_card(house: House) -> None:
    reply = await house.mentions(house.robin, QUESTION)
    assert words(reply) == f"The moderators have an answer to that: **{TITLE}**"
    opened = card(await house.presses(house.robin, reply, OPEN))
    assert ANSWER in words(opened)
    assert "I answered because" in words(opened)


async def test_the_answer_is_the_entry_word_for_word(house: House) -> None:
    shown = words(card(await house.asks(house.robin, QUESTION)))
    entry = house.bot.desk.assistant.resources(str(house.guild.id)).entry("find-any-meeting")
    assert entry is not None
    assert entry.answer.strip() in shown


async def test_a_reply_to_the_bot_is_spoken_to_the_bot(house: House) -> None:
    first = await house.mentions(house.robin, "hello")
    [reply] = await house.says(house.robin, house.general, QUESTION, reply_to=first)
    assert TITLE in words(reply)


async def test_an_ask_channel_needs_no_mention(house: House) -> None:
    [reply] = await house.says(house.robin, house.ask, QUESTION)
    assert TITLE in words(reply)


async def test_other_channels_are_left_alone(house: House) -> None:
    assert await house.says(house.robin, house.general, QUESTION) == []


async def test_chat_in_an_ask_channel_stays_unanswered(house: House) -> None:
    assert await house.says(house.robin, house.ask, "good morning everyone, coffee is on") == []


async def test_a_direct_message_gets_the_whole_card(house: House) -> None:
    reply = await house.writes_privately(house.robin, QUESTION)
    assert ANSWER in words(reply)
    assert labels(reply) == ["That's not what I meant"]


async def test_ask_is_private_and_can_be_shown_to_everyone(house: House) -> None:
    shown = card(await house.asks(house.robin, QUESTION))
    assert "Show everyone" in labels(shown)
    await house.presses(house.robin, shown, "Show everyone")
    public = house.general.last_message
    assert public is not None
    assert ANSWER in words(public)
    assert "Shown by the person who asked" in words(public)


async def test_an_answer_is_shown_to_everyone_once(house: House) -> None:
    shown = card(await house.asks(house.robin, QUESTION))
    for _ in range(3):
        await house.presses(house.robin, shown, "Show everyone")
    assert len(house.general.history()) == 1


async def test_the_message_menu_asks_about_somebody_elses_question(house: House) -> None:
    message = await house.sam.send(house.general, QUESTION)
    result = await house.robin.context_menu(house.general, "Ask Signpost about this", message)
    assert ANSWER in words(card(result))


async def test_mentioning_the_bot_under_a_question_asks_that_question(house: House) -> None:
    assert house.bot.user is not None
    message = await house.sam.send(house.general, QUESTION)
    [reply] = await house.says(house.robin, house.general, f"<@{house.bot.user.id}>", reply_to=message)
    assert TITLE in words(reply)


async def test_a_duplicate_delivery_is_answered_once(house: House) -> None:
    from simcord.backend import serializers

    message = await house.robin.send(house.ask, QUESTION)
    stored = house.env.backend.get_message(house.ask.id, message.id)
    before = len(house.ask.history())
    house.env.backend.emit("MESSAGE_CREATE", serializers.message_payload(house.env.backend, stored))
    await house.env.settle()
    assert len(house.ask.history()) == before


async def test_the_bot_does_not_answer_other_bots(house: House) -> None:
    robot = house.guild.add_member(house.env.create_user("robot", bot=True))
    assert await house.says(robot, house.ask, QUESTION) == []


@pytest.mark.parametrize("country", [None, "GB", "Ireland"])
async def test_helplines_are_private_and_start_with_a_number(house: House, country: str | None) -> None:
    options = {"country": country} if country else {}
    shown = card(await house.robin.slash(house.general, "helplines", **options))
    first_line = words(shown).split("\n\n")[1].splitlines()[0]
    assert first_line.startswith("**")
    assert any(char.isdigit() for char in first_line)


async def test_completion_offers_titles_and_countries(house: House) -> None:
    titles = await house.robin.autocomplete(house.general, "ask", "question", "finding a meet")
    assert TITLE in [choice["name"] for choice in titles]
    countries = await house.robin.autocomplete(house.general, "helplines", "country", "united")
    assert {"GB", "US"} <= {choice["value"] for choice in countries}


async def test_a_thread_in_an_ask_channel_is_an_ask_channel(house: House) -> None:
    parent = house.bot.get_channel(house.ask.id)
    assert isinstance(parent, discord.TextChannel)
    await parent.create_thread(name="help with meetings", type=discord.ChannelType.public_thread)
    await house.env.settle()
    [thread] = house.ask.threads
    [reply] = await house.says(house.robin, thread, QUESTION)
    assert TITLE in words(reply)


async def test_two_regions_two_emergency_numbers(open_house: OpenHouse) -> None:
    house = await open_house(region="GB")
    [reply] = await house.says(
        house.robin, house.ask, "my friend took a whole bottle of pills and won't wake up"
    )
    assert words(reply).startswith("**999**")


async def test_a_server_may_show_answers_to_everyone_at_once(open_house: OpenHouse) -> None:
    house = await open_house(public_answers=True)
    [reply] = await house.says(house.robin, house.ask, QUESTION)
    assert ANSWER in words(reply)
