"""Messages that are hardly messages: each is survived, and danger in them is still heard."""

from __future__ import annotations

import pytest

from tests.fakes import House, card, words

DANGER_LINE = "**988**"
NONSENSE = ("lorem ipsum dolor sit amet qwerty zxcvb " * 60)[:2000]
PASTE = "\n".join(f"line {n} of the minutes of our last evening together" for n in range(25))
ZERO_WIDTH = "\u200b\u200d\ufeff\u2060"
RIGHT_TO_LEFT = "\u202eמה שלומך היום\u202c"
EMOJI = "😀🎉🧡👍🏽🇮🇪"
ODD = {
    "2,000 characters": NONSENSE,
    "a paste": PASTE,
    "zero-width": ZERO_WIDTH,
    "right to left": RIGHT_TO_LEFT,
    "emoji": EMOJI,
    "a custom emoji": "<:hug:123456789012345678>",
    "a link": "https://example.org/some/page",
    "control characters": "a\x00b\x07c",
    "markup": "||```**`>>> # -# [x](y)",
    "braces": "{lines} {why} {0} %s",
}


@pytest.mark.parametrize("text", ODD.values(), ids=ODD.keys())
async def test_a_mention_gets_exactly_one_reply(house: House, text: str) -> None:
    reply = await house.mentions(house.robin, text[:1950])
    assert words(reply)


@pytest.mark.parametrize("text", ODD.values(), ids=ODD.keys())
async def test_an_ask_channel_gets_at_most_one_reply(house: House, text: str) -> None:
    assert len(await house.says(house.robin, house.ask, text)) <= 1


@pytest.mark.parametrize("text", ["", ZERO_WIDTH, "   \n "], ids=["nothing", "zero-width", "blank"])
async def test_a_bare_mention_is_told_how_to_ask(house: House, text: str) -> None:
    assert "I couldn't see a question there" in words(await house.mentions(house.robin, text))


async def test_only_emoji_is_not_a_question(house: House) -> None:
    assert await house.says(house.robin, house.ask, EMOJI) == []
    assert await house.questions() == ()


async def test_an_empty_message_in_an_ask_channel_is_left_alone(house: House) -> None:
    assert await house.says(house.robin, house.ask, "", attachments=[("photo.png", b"\x89PNG")]) == []


@pytest.mark.parametrize(
    "text",
    [
        f"{PASTE}\nI want to kill myself tonight",
        f"I want to kill myself tonight\n{NONSENSE[:1900]}",
        "I w\u200bant to k\u200bill my\u200bself tonight",
        "I want to k i l l   m y s e l f tonight",
        "||I want to kill myself tonight||",
        "> I want to kill myself tonight",
        "𝐈 𝐰𝐚𝐧𝐭 𝐭𝐨 𝐤𝐢𝐥𝐥 𝐦𝐲𝐬𝐞𝐥𝐟 𝐭𝐨𝐧𝐢𝐠𝐡𝐭",
        "\u202eI want to kill myself tonight\u202c",
        "😀🎉 I want to kill myself tonight 🧡",
    ],
    ids=["paste", "long", "zero-width", "spaced", "spoiler", "quote", "letters", "right-to-left", "emoji"],
)
async def test_danger_is_heard_in_all_of_it(house: House, text: str) -> None:
    [reply] = await house.says(house.robin, house.ask, text)
    assert words(reply).startswith(DANGER_LINE)


async def test_a_long_question_fits_the_form(house: House) -> None:
    shown = card(await house.asks(house.robin, "how much kratom should I take? " + NONSENSE[:1900]))
    form = await house.presses(house.robin, shown, "That's not what I meant")
    assert form.modal is not None


async def test_a_foreign_question_is_not_answered(house: House) -> None:
    reply = await house.mentions(house.robin, "¿Dónde puedo encontrar una reunión cerca de mi casa hoy?")
    assert "I only understand English well enough" in words(reply)
    assert DANGER_LINE in words(reply) or "911" in words(reply)


async def test_a_burst_of_many_people_is_answered_without_an_error(house: House) -> None:
    people = [house.guild.add_member(house.env.create_user(f"member{n}")) for n in range(30)]
    for person in people:
        house.env.backend.create_message(house.ask.id, person.id, "How do I find a meeting?")
    house.env.backend.create_message(house.ask.id, house.robin.id, "I want to kill myself tonight")
    await house.env.settle()
    assert any(words(message).startswith(DANGER_LINE) for message in house.ask.history())
