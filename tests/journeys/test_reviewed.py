"""Faults that a review found, each with the test that would have caught it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import aiohttp
import discord
import pytest

from bot.assistant import Assistant
from bot.chat.client import intents_for
from bot.settings import Settings
from tests.conftest import OpenHouse
from tests.fakes import House, card, labels, real_brain, real_library, words

DANGER = "I want to kill myself tonight"
UNSURE = "i cant do this anymore"
UNKNOWN = "What time does the garden project start?"
QUESTION = "How do I find a meeting?"
HEAD = "version: 1\ncommunity: {name: T, region: US}\n"


def assistant_of(folder: Path, text: str) -> Assistant:
    file = folder / "own.yaml"
    file.write_text(HEAD + text, encoding="utf-8")
    return Assistant(real_brain(), real_library(file).for_guild)


def test_a_servers_own_watch_channel_switches_message_content_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIGNPOST_SERVERS", '{"77": {"watch_channels": "123"}}')
    assert intents_for(Settings.load(None)).message_content


async def test_an_error_card_shows_the_servers_country(
    open_house: OpenHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> None:
        raise RuntimeError("broken")

    house = await open_house(region="GB")
    monkeypatch.setattr(house.bot.desk.assistant, "decide", broken)
    (said,) = await house.says(house.robin, house.ask, QUESTION)
    assert "999" in words(said)


@pytest.mark.parametrize("first", ["good morning all", QUESTION])
async def test_a_question_that_comes_with_an_edit_is_not_lost(house: House, first: str) -> None:
    message = await house.robin.send(house.ask, first)
    await house.robin.edit(message, UNKNOWN)
    assert [question.text for question in await house.questions()] == [UNKNOWN]


async def test_deleting_a_message_after_an_hour_takes_its_row_back(house: House) -> None:
    message = await house.robin.send(house.ask, UNKNOWN)
    await house.env.advance_time(3600)
    await house.robin.delete(message)
    assert await house.questions() == ()


async def test_the_crisis_card_survives_an_edit_of_its_message(house: House) -> None:
    message = await house.robin.send(house.ask, DANGER)
    line = house.ask.last_message
    await house.robin.edit(message, "How do I find an NA meeting near me this weekend?")
    assert line is not None
    shown = card(await house.presses(house.robin, line, "Open (only you see it)"))
    assert words(shown).startswith("**988**")


async def test_moderators_hear_of_danger_where_the_reply_is_refused(house: House) -> None:
    path = f"/channels/{house.ask.id}/messages"
    house.env.inject_error("POST", path, status=403, code=50013, times=None)
    house.said.append(DANGER)
    await house.robin.send(house.ask, DANGER)
    assert any("in danger" in notice for notice in house.notices())


async def test_unsure_danger_over_the_limit_in_a_direct_message_gets_the_line(
    open_house: OpenHouse,
) -> None:
    house = await open_house(replies_per_person=1)
    await house.writes_privately(house.robin, QUESTION)
    reply = await house.writes_privately(house.robin, UNSURE)
    assert "findahelpline" in str(reply.components) + words(reply)


async def test_a_direct_message_alerts_no_servers_moderators(house: House) -> None:
    await house.writes_privately(house.robin, UNKNOWN)
    assert house.notices() == []


async def test_another_servers_question_does_not_reach_these_moderators(house: House) -> None:
    other = house.env.create_guild("Other house")
    channel = other.create_text_channel("general")
    kim = other.add_member(house.env.create_user("kim"))
    house.said.append(UNKNOWN)
    assert house.bot.user is not None
    await kim.send(channel, f"<@{house.bot.user.id}> {UNKNOWN}")
    assert house.notices() == []


async def test_a_failing_search_keeps_a_check_in_out_of_the_log(
    open_house: OpenHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> None:
        raise RuntimeError("broken")

    assistant = Assistant(real_brain(), real_library().for_guild)
    monkeypatch.setattr(assistant, "_search", broken)
    house = await open_house(assistant=assistant)
    await house.mentions(house.robin, f"{UNSURE}. {UNKNOWN}")
    assert await house.questions() == ()


async def test_an_unreadable_attachment_does_not_hide_the_rest(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def gone(*_: Any, **__: Any) -> bytes:
        raise aiohttp.ClientConnectionError("gone")

    monkeypatch.setattr(discord.Attachment, "read", gone)
    (said,) = await house.says(house.robin, house.ask, DANGER, attachments=[("a.txt", b"hello")])
    assert words(said).startswith("**988**")


async def test_an_edit_into_unsure_danger_gets_the_quiet_line(house: House) -> None:
    message = await house.robin.send(house.ask, "good morning")
    await house.robin.edit(message, UNSURE)
    last = house.ask.last_message
    assert last is not None
    assert last.author.bot
    assert "988" in words(last)


async def test_a_new_danger_in_an_edit_gets_its_own_lines(house: House) -> None:
    message = await house.robin.send(house.ask, "I want to die")
    await house.robin.edit(message, "I want to die, I took 60 paracetamol an hour ago")
    replies = [said for said in house.ask.history() if said.author.bot]
    assert len(replies) == 2


@pytest.mark.parametrize("text", ["{number: call now}", "Please call them", "", "{number!r}"])
async def test_a_broken_number_wording_never_means_no_number(
    open_house: OpenHouse, tmp_path: Path, text: str
) -> None:
    assistant = assistant_of(tmp_path, f"wordings: {{en: {{line_call: '{text}'}}}}\n")
    house = await open_house(assistant=assistant)
    (said,) = await house.says(house.robin, house.ask, DANGER)
    assert words(said).startswith("**988**")


@pytest.mark.parametrize("name", ["bot_notice", "unverified", "medical_public", "why_choices"])
async def test_an_emptied_wording_does_not_break_the_card(
    open_house: OpenHouse, tmp_path: Path, name: str
) -> None:
    assistant = assistant_of(tmp_path, f"wordings: {{en: {{{name}: ''}}}}\n")
    house = await open_house(assistant=assistant)
    shown = card(await house.asks(house.robin, DANGER))
    assert words(shown).startswith("**988**")


async def test_anothers_danger_under_a_menu_does_not_become_mine(house: House) -> None:
    theirs = await house.sam.send(house.general, "i took a whole bottle of pills")
    house.said.append("whole bottle of pills")
    await house.robin.context_menu(house.general, "Ask Signpost about this", theirs)
    shown = card(await house.asks(house.robin, QUESTION))
    assert "988" not in words(shown)


async def test_many_own_lines_can_be_shown(open_house: OpenHouse, tmp_path: Path) -> None:
    row = "  - {{id: own-{0}, kinds: [substance-use], region: US, name: 'Our own support line number {0} for the county', call: '555 01{0:02}', note: '{1}', url: 'https://example.org/{0}'}}\n"  # noqa: E501
    rows = "".join(row.format(number, "n" * 150) for number in range(25))
    house = await open_house(assistant=assistant_of(tmp_path, "referrals:\n" + rows))
    shown = card(await house.robin.slash(house.general, "helplines"))
    assert "Something went wrong" not in words(shown)


async def test_a_question_with_a_quiet_line_can_be_handed_over(house: House) -> None:
    reply = await house.mentions(house.robin, f"{UNSURE}. {UNKNOWN.lower()}")
    assert await house.questions() == ()
    assert "Send it to the moderators" in labels(reply)


async def test_the_limits_of_a_server_hold_there(open_house: OpenHouse) -> None:
    house = await open_house(entry_cooldown_s=0.0)
    house.settings.__dict__["servers"] = {str(house.guild.id): {"replies_per_person": 1}}
    house.bot.desk._servers.clear()
    spoken = [len(await house.says(house.robin, house.ask, QUESTION)) for _ in range(3)]
    assert spoken == [1, 0, 0]
