"""Limits on ordinary replies, and whom a reply may ping: nobody."""

from __future__ import annotations

from pathlib import Path

from simcord.backend.models import AllowedMentions

from bot.assistant import Assistant
from tests.bot.conftest import SMALL_FILE
from tests.conftest import OpenHouse
from tests.fakes import House, card, real_brain, real_library, words

QUESTION = "How do I find a meeting?"


async def test_one_person_gets_five_replies_a_minute(open_house: OpenHouse) -> None:
    house = await open_house(entry_cooldown_s=0.0)
    spoken = [len(await house.says(house.robin, house.ask, QUESTION)) for _ in range(7)]
    assert spoken == [1, 1, 1, 1, 1, 0, 0]
    await house.env.advance_time(61)
    assert len(await house.says(house.robin, house.ask, QUESTION)) == 1


async def test_one_person_does_not_use_up_the_channel(open_house: OpenHouse) -> None:
    house = await open_house(entry_cooldown_s=0.0)
    for _ in range(25):
        await house.says(house.robin, house.ask, QUESTION)
    assert len(await house.says(house.sam, house.ask, QUESTION)) == 1


async def test_a_question_over_the_limit_is_kept(open_house: OpenHouse) -> None:
    house = await open_house(entry_cooldown_s=0.0)
    for _ in range(6):
        await house.says(house.robin, house.ask, QUESTION)
    assert await house.says(house.robin, house.ask, "What time does the garden project start?") == []
    assert len(await house.questions()) == 1


async def test_the_same_entry_is_not_repeated_unasked_within_half_a_minute(house: House) -> None:
    spoken = [len(await house.says(who, house.ask, QUESTION)) for who in (house.robin, house.sam)]
    await house.env.advance_time(31)
    spoken.append(len(await house.says(house.sam, house.ask, QUESTION)))
    assert spoken == [1, 0, 1]


async def test_whoever_mentions_the_bot_gets_the_entry_again(house: House) -> None:
    await house.mentions(house.robin, QUESTION)
    assert "Finding a meeting" in words(await house.mentions(house.sam, QUESTION))


async def test_help_lines_have_no_limit(house: House) -> None:
    for _ in range(30):
        assert "988" in words(card(await house.robin.slash(house.general, "helplines")))


async def test_an_entry_that_names_everyone_pings_nobody(open_house: OpenHouse, tmp_path: Path) -> None:
    file = tmp_path / "small.yaml"
    file.write_text(SMALL_FILE, encoding="utf-8")
    house = await open_house(assistant=Assistant(real_brain(), real_library(file).for_guild))
    reply = await house.writes_privately(house.robin, "How can I become a moderator?")
    assert "@everyone" in words(reply)
    shown = card(await house.asks(house.robin, "How can I become a moderator?"))
    await house.presses(house.robin, shown, "Show everyone")
    public = house.general.last_message
    assert public is not None
    assert "@everyone" in words(public)
    assert not public.mention_everyone


async def test_every_send_names_nobody_to_ping(house: House) -> None:
    await house.says(house.robin, house.ask, f"{QUESTION} <@{house.sam.id}> @everyone")
    bodies = [entry.json for entry in house.env.http_requests if entry.path.endswith("/messages")]
    allowed = [body["allowed_mentions"] for body in bodies if body]
    assert allowed
    assert {tuple(each["parse"]) for each in allowed} == {()}
    assert {each.get("replied_user", False) for each in allowed} == {False}


async def test_without_message_content_a_silent_reply_is_told_to_mention(open_house: OpenHouse) -> None:
    house = await open_house(message_content=False)
    first = await house.mentions(house.robin, "hello")
    house.env.backend.create_message(
        house.general.id,
        house.robin.id,
        QUESTION,
        reference={"channel_id": str(house.general.id), "message_id": str(first.id)},
        allowed_mentions=AllowedMentions(replied_user=False),
    )
    await house.env.settle()
    reply = house.general.last_message
    assert reply is not None
    assert "I can't see what you wrote" in words(reply)
    assert "911" in words(reply)
