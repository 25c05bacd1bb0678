"""Buttons outlive the process; what was in memory is gone, and nobody is left without a card."""

from __future__ import annotations

import pytest
from discord import ui

from bot.chat.buttons import EntryButton
from tests.fakes import House, card, words

QUESTION = "How do I find a meeting?"
DANGER = "I want to kill myself tonight"
OPEN = "Open (only you see it)"


async def test_the_button_of_an_old_answer_still_opens_it(house: House) -> None:
    reply = await house.mentions(house.robin, QUESTION)
    await house.restart()
    assert "There are many kinds" in words(card(await house.presses(house.robin, reply, OPEN)))


async def test_an_answer_still_opens_when_its_message_is_forgotten(house: House) -> None:
    reply = await house.mentions(house.robin, QUESTION)
    await house.env.advance_time(3600)
    assert "There are many kinds" in words(card(await house.presses(house.sam, reply, OPEN)))


async def test_an_old_card_button_without_an_entry_shows_help_lines(house: House) -> None:
    reply = await house.mentions(house.robin, "how much kratom should I take?")
    await house.restart()
    assert "988" in words(card(await house.presses(house.robin, reply, OPEN)))


@pytest.mark.parametrize("button", [OPEN, "More help lines"])
async def test_an_old_crisis_line_still_opens_help_lines(house: House, button: str) -> None:
    reply = await house.mentions(house.robin, DANGER)
    await house.restart()
    assert "988" in words(card(await house.presses(house.robin, reply, button)))


async def test_an_old_entry_button_still_opens_the_entry(house: House) -> None:
    entry = house.bot.desk.assistant.resources(None).entries[0]
    view = ui.LayoutView(timeout=None)
    view.add_item(ui.ActionRow(EntryButton.draw(entry.id, entry.title)))
    channel = house.bot.get_channel(house.general.id)
    sent = await channel.send(view=view)  # type: ignore[union-attr]
    await house.restart()
    assert entry.answer.strip() in words(card(await house.presses(house.robin, sent, entry.title)))


async def test_an_old_not_meant_button_opens_an_empty_form(house: House) -> None:
    shown = card(await house.asks(house.robin, "how much kratom should I take?"))
    await house.restart()
    form = await house.presses(house.robin, shown, "That's not what I meant")
    assert form.modal is not None
    assert "kratom" not in str(form.modal)


async def test_an_old_show_everyone_button_says_that_it_cannot(house: House) -> None:
    shown = card(await house.asks(house.robin, QUESTION))
    await house.restart()
    said = words(card(await house.presses(house.robin, shown, "Show everyone")))
    assert "Something went wrong on my side" in said
    assert "988" in said
