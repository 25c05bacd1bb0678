"""Somebody writes something that shows danger: the number comes first, everywhere, every time."""

from __future__ import annotations

import pytest

from tests.fakes import House, card, words

DANGER = "I want to kill myself tonight"
OVERDOSE = "my friend took a whole bottle of pills and won't wake up"


async def test_the_public_line_starts_with_a_number(house: House) -> None:
    [reply] = await house.says(house.robin, house.ask, DANGER)
    assert words(reply).startswith("**988**")


async def test_whoever_may_be_dying_sees_the_emergency_number_first(house: House) -> None:
    [reply] = await house.says(house.robin, house.ask, OVERDOSE)
    assert words(reply).startswith("**911**")


async def test_the_private_card_says_why_and_who_runs_the_lines(house: House) -> None:
    reply = await house.mentions(house.robin, DANGER)
    shown = words(card(await house.presses(house.robin, reply, "Open (only you see it)")))
    assert shown.startswith("**988**")
    assert "988 Suicide & Crisis Lifeline" in shown
    assert "I'm a bot" in shown


async def test_moderators_get_a_link_and_none_of_the_words(house: House) -> None:
    message = await house.robin.send(house.ask, DANGER)
    [notice] = house.notices()
    assert f"https://discord.com/channels/{house.guild.id}/{house.ask.id}/{message.id}" in notice
    assert "kill" not in notice
    assert "robin" not in notice


async def test_nothing_of_it_is_stored_but_a_count(house: House) -> None:
    await house.says(house.robin, house.ask, DANGER)
    assert await house.questions() == ()
    counts = await house.store.guarded_counts(house.env.now().date())
    assert {row.rule.split("/")[0] for row in counts} <= {"crisis", "model"}


async def test_a_watch_channel_hears_danger(house: House) -> None:
    [reply] = await house.says(house.robin, house.watch, DANGER)
    assert words(reply).startswith("**988**")


async def test_a_direct_message_gets_lines_for_no_particular_country(house: House) -> None:
    shown = words(await house.writes_privately(house.robin, DANGER))
    assert "your local emergency number" in shown.casefold()
    assert "988" not in shown


async def test_a_danger_in_a_direct_message_alerts_nobody(house: House) -> None:
    await house.writes_privately(house.robin, DANGER)
    assert house.notices() == []


async def test_no_limit_holds_a_crisis_back(house: House) -> None:
    for _ in range(12):
        [reply] = await house.says(house.robin, house.ask, DANGER)
        assert words(reply).startswith("**988**")


async def test_no_full_channel_holds_a_crisis_back(house: House) -> None:
    people = [house.guild.add_member(house.env.create_user(f"member{n}")) for n in range(5)]
    for person in people:
        for _ in range(6):
            await house.says(person, house.ask, "How do I find a meeting?")
    [reply] = await house.says(house.robin, house.ask, DANGER)
    assert words(reply).startswith("**988**")


async def test_a_retraction_does_not_lower_it(house: House) -> None:
    await house.says(house.robin, house.ask, DANGER)
    [reply] = await house.says(house.robin, house.ask, "haha dw about me")
    assert "988" in words(reply)


async def test_danger_in_a_text_file_is_read(house: House) -> None:
    [reply] = await house.says(house.robin, house.ask, "", attachments=[("message.txt", DANGER.encode())])
    assert words(reply).startswith("**988**")


async def test_a_file_that_cannot_be_read_hides_nothing_of_the_rest(house: House) -> None:
    [reply] = await house.says(house.robin, house.ask, DANGER, attachments=[("notes.txt", b"\xff\xfe\x00")])
    assert words(reply).startswith("**988**")


async def test_a_forwarded_message_is_read(house: House) -> None:
    message = await house.sam.send(house.general, DANGER)
    before = len(house.ask.history())
    await house.robin.forward(message, house.ask)
    replies = house.ask.history()[before + 1 :]
    assert [words(reply).startswith("**988**") for reply in replies] == [True]


@pytest.mark.parametrize("who", ["robin", "sam"])
async def test_anybody_may_open_the_card(house: House, who: str) -> None:
    reply = await house.mentions(house.robin, DANGER)
    presser = {"robin": house.robin, "sam": house.sam}[who]
    shown = card(await house.presses(presser, reply, "Open (only you see it)"))
    assert "988" in words(shown)
