"""A member asks about a medicine or a substance: nobody here answers, and nothing is stored."""

from __future__ import annotations

import pytest

from tests.fakes import House, card, labels, words

DOSE = "how much kratom and magnesium should I take?"
UNSURE = "i cant take it anymore. what time does the garden project start?"
OPEN = "Open (only you see it)"
NOT_MEANT = "That's not what I meant"


async def test_the_card_names_who_can_answer_and_no_entry(house: House) -> None:
    reply = await house.mentions(house.robin, DOSE)
    assert "I don't answer those" in words(reply)
    shown = words(card(await house.presses(house.robin, reply, OPEN)))
    assert "I never answer those" in shown
    assert "1-800-222-1222" in shown
    resources = house.bot.desk.assistant.resources(str(house.guild.id))
    assert not [entry.id for entry in resources.entries if entry.answer.strip() in shown]


@pytest.mark.parametrize(
    "text",
    [
        "is it true that kratom with magnesium eases withdrawal?",
        "can I take two of my pills if one does nothing",
        "asking for a friend, what dose of ibuprofen goes with methadone",
    ],
)
async def test_other_ways_to_ask_are_not_answered_either(house: House, text: str) -> None:
    shown = words(card(await house.asks(house.robin, text)))
    assert "I never answer those" in shown


async def test_a_follow_up_is_not_answered_either(house: House) -> None:
    await house.says(house.robin, house.ask, DOSE)
    [reply] = await house.says(house.robin, house.ask, "and if I take two?")
    assert "I don't answer those" in words(reply)


async def test_nothing_of_it_is_stored_but_a_count(house: House) -> None:
    await house.says(house.robin, house.ask, DOSE)
    assert await house.questions() == ()
    counts = await house.store.guarded_counts(house.env.now().date())
    assert counts
    assert {row.rule for row in counts if not row.rule.startswith("medical/")} <= {"model/medical"}


async def test_moderators_are_not_told(house: House) -> None:
    await house.says(house.robin, house.ask, DOSE)
    assert house.notices() == []


async def test_not_what_i_meant_opens_a_form_with_the_question_in_it(house: House) -> None:
    shown = card(await house.asks(house.robin, DOSE))
    form = await house.presses(house.robin, shown, NOT_MEANT)
    assert form.modal is not None
    assert DOSE in str(form.modal)
    assert "Moderators will read this" in str(form.modal)


async def test_what_is_submitted_is_screened_again(house: House) -> None:
    shown = card(await house.asks(house.robin, DOSE))
    form = await house.presses(house.robin, shown, NOT_MEANT)
    again = words(card(await house.submits(house.robin, form, DOSE)))
    assert "I never answer those" in again
    assert await house.questions() == ()


async def test_danger_in_the_form_shows_the_number_and_stores_nothing(house: House) -> None:
    shown = card(await house.asks(house.robin, DOSE))
    form = await house.presses(house.robin, shown, NOT_MEANT)
    again = words(card(await house.submits(house.robin, form, "honestly I want to kill myself tonight")))
    assert again.startswith("**988**")
    assert await house.questions() == ()


async def test_a_harmless_question_in_the_form_is_saved(house: House) -> None:
    shown = card(await house.asks(house.robin, DOSE))
    form = await house.presses(house.robin, shown, NOT_MEANT)
    said = words(card(await house.submits(house.robin, form, "What time does the garden project start?")))
    assert said == "Thank you. The moderators can read your question now, without your name."
    [question] = await house.questions()
    assert question.text == "What time does the garden project start?"


async def test_a_form_that_sounds_heavy_is_saved_and_gets_the_quiet_line(house: House) -> None:
    shown = card(await house.asks(house.robin, DOSE))
    form = await house.presses(house.robin, shown, NOT_MEANT)
    said = words(card(await house.submits(house.robin, form, UNSURE)))
    assert "The moderators can read your question now" in said
    assert "988" in said


async def test_the_private_card_has_more_help_lines(house: House) -> None:
    shown = card(await house.asks(house.robin, DOSE))
    assert labels(shown) == ["More help lines", NOT_MEANT]
    lines = words(card(await house.presses(house.robin, shown, "More help lines")))
    assert "988" in lines
    assert "911" in lines
