"""Buttons that store or show belong to the person who asked."""

from __future__ import annotations

from tests.fakes import House, card, labels, words

QUESTION = "How do I find a meeting?"
CHOICES = "are there meetings"


async def test_nobody_else_can_use_the_form_button(house: House) -> None:
    shown = card(await house.asks(house.robin, "how much kratom should I take?"))
    house.env.backend.get_message(house.general.id, shown.id).flags &= ~64
    said = words(card(await house.presses(house.sam, shown, "That's not what I meant")))
    assert "Only the person who asked can use this button" in said


async def test_nobody_else_can_show_an_answer_to_everyone(house: House) -> None:
    shown = card(await house.asks(house.robin, QUESTION))
    house.env.backend.get_message(house.general.id, shown.id).flags &= ~64
    before = len(house.general.history())
    said = words(card(await house.presses(house.sam, shown, "Show everyone")))
    assert "Only the person who asked can use this button" in said
    assert len(house.general.history()) == before


async def test_somebody_else_sees_the_card_without_the_askers_buttons(house: House) -> None:
    reply = await house.mentions(house.robin, QUESTION)
    shown = card(await house.presses(house.sam, reply, "Open (only you see it)"))
    assert "Show everyone" not in labels(shown)
    assert "That's not what I meant" not in labels(shown)
