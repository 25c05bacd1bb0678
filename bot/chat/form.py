"""The form that hands a question to the moderators. Only what is submitted is looked at again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import discord
from discord import ui

from bot.replies import Speaker

if TYPE_CHECKING:
    from bot.chat.client import SignpostBot

MOST_QUESTION = 1000
MOST_TITLE = 45


class QuestionForm(ui.Modal):
    """Asks for the question in the member's own words, prefilled where it is still remembered."""

    def __init__(self, speaker: Speaker, key: str, text: str) -> None:
        super().__init__(title=speaker.note("modal_title").text[:MOST_TITLE], timeout=900)
        self._key = key
        self.add_item(ui.TextDisplay(speaker.note("modal_notice").text))
        self._field: ui.TextInput[QuestionForm] = ui.TextInput(
            style=discord.TextStyle.paragraph,
            custom_id="question",
            default=text[:MOST_QUESTION] or None,
            max_length=MOST_QUESTION,
        )
        self.add_item(ui.Label(text=speaker.note("modal_label").text, component=self._field))

    async def on_submit(self, interaction: discord.Interaction[Any]) -> None:
        bot = cast("SignpostBot", interaction.client)
        await bot.presses.form_sent(interaction, self._key, self._field.value)

    async def on_error(  # type: ignore[override]
        self, interaction: discord.Interaction[Any], error: Exception, /
    ) -> None:
        await cast("SignpostBot", interaction.client).apologise(interaction, error)
