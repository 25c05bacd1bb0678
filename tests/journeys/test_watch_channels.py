"""A watch channel hears danger and nothing else; the quiet line comes seldom."""

from __future__ import annotations

import pytest

from tests.fakes import House, words

UNSURE = "i cant take it anymore. what time does the garden project start?"
SIX_HOURS = 6 * 3600


@pytest.mark.parametrize(
    "text",
    [
        "How do I find a meeting?",
        "how much kratom should I take?",
        "anyone selling",
        "What time does the garden project start?",
        "good morning",
    ],
)
async def test_nothing_but_danger_is_spoken_to(house: House, text: str) -> None:
    assert await house.says(house.robin, house.watch, text) == []
    assert await house.questions() == ()


async def test_a_mention_in_a_watch_channel_is_answered(house: House) -> None:
    reply = await house.mentions(house.robin, "How do I find a meeting?", house.watch)
    assert "Finding a meeting" in words(reply)


async def test_the_quiet_line_comes_once_in_six_hours(house: House) -> None:
    first = await house.says(house.robin, house.watch, UNSURE)
    second = await house.says(house.robin, house.watch, UNSURE)
    await house.env.advance_time(SIX_HOURS + 1)
    third = await house.says(house.robin, house.watch, UNSURE)
    assert [len(first), len(second), len(third)] == [1, 0, 1]
    assert words(first[0]).startswith("If things are heavier than that right now")
    assert "988" in words(first[0])


async def test_over_the_limit_the_moderators_get_a_link_instead(house: House) -> None:
    await house.says(house.robin, house.watch, UNSURE)
    await house.says(house.robin, house.watch, UNSURE)
    [notice] = house.notices()
    assert f"/{house.watch.id}/" in notice
    assert "garden" not in notice.replace("Signpost", "")


async def test_a_crowded_channel_gets_no_more_than_four_quiet_lines_an_hour(house: House) -> None:
    people = [house.guild.add_member(house.env.create_user(f"member{n}")) for n in range(6)]
    spoken = [len(await house.says(person, house.watch, UNSURE)) for person in people]
    assert spoken == [1, 1, 1, 1, 0, 0]
