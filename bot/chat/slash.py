"""The slash commands and message menus. Thin: they read the options and hand over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.chat.presses import Presses
from bot.chat.reading import read
from bot.resources.schema import Kind
from guardrails import Surface

if TYPE_CHECKING:
    from bot.chat.client import SignpostBot

MOST_CHOICES = 25
Press = discord.Interaction[Any]

KIND_CHOICES = [
    app_commands.Choice(name="Crisis and suicide", value=Kind.CRISIS.value),
    app_commands.Choice(name="Emergency", value=Kind.EMERGENCY.value),
    app_commands.Choice(name="Poison and overdose advice", value=Kind.POISON.value),
    app_commands.Choice(name="Alcohol and drugs", value=Kind.SUBSTANCE_USE.value),
    app_commands.Choice(name="Violence at home", value=Kind.VIOLENCE.value),
    app_commands.Choice(name="Young people", value=Kind.YOUTH.value),
]


class Slash(commands.Cog):
    """/ask, /helplines and the menu on a message."""

    def __init__(self, bot: SignpostBot, presses: Presses) -> None:
        self._bot = bot
        self._presses = presses
        self._menu = app_commands.ContextMenu(name="Ask Signpost about this", callback=self._ask_about)

    async def cog_load(self) -> None:
        self._bot.tree.add_command(self._menu)

    async def cog_unload(self) -> None:
        self._bot.tree.remove_command(self._menu.name, type=self._menu.type)

    @app_commands.command(description="Ask a question. Only you see the answer.")
    @app_commands.describe(question="What would you like to know?")
    async def ask(self, interaction: Press, question: app_commands.Range[str, 1, 2000]) -> None:
        """Answer a question privately."""
        await self._presses.ask(interaction, question)

    @ask.autocomplete("question")
    async def _complete_question(self, interaction: Press, current: str) -> list[app_commands.Choice[str]]:
        guild_id = str(interaction.guild_id) if interaction.guild_id is not None else None
        wanted = current.casefold().split()
        titles = [entry.title for entry in self._bot.desk.assistant.resources(guild_id).entries]
        found = [title for title in titles if all(word in title.casefold() for word in wanted)]
        return [app_commands.Choice(name=title, value=title) for title in found[:MOST_CHOICES]]

    @app_commands.command(description="Help lines for your country. Only you see them.")
    @app_commands.describe(country="Your country; left out, the server's own", kind="What the line is for")
    @app_commands.choices(kind=KIND_CHOICES)
    async def helplines(
        self,
        interaction: Press,
        country: str | None = None,
        kind: app_commands.Choice[str] | None = None,
    ) -> None:
        """Show help lines privately."""
        region = self._region(country) if country else None
        await self._presses.helplines(interaction, region, Kind(kind.value) if kind else None)

    @helplines.autocomplete("country")
    async def _complete_country(self, interaction: Press, current: str) -> list[app_commands.Choice[str]]:
        helplines = self._bot.desk.assistant.helplines
        named = [(helplines.country_name(region) or region, region) for region in helplines.regions]
        wanted = current.casefold().strip()
        found = [
            (name, region)
            for name, region in sorted(named)
            if region != "*" and (wanted in name.casefold() or wanted == region.casefold())
        ]
        return [app_commands.Choice(name=name, value=region) for name, region in found[:MOST_CHOICES]]

    def _region(self, country: str) -> str | None:
        # Discord also sends what a person typed and did not pick from the list.
        helplines = self._bot.desk.assistant.helplines
        said = country.casefold().strip()
        for region in helplines.regions:
            if (helplines.country_name(region) or "").casefold() == said:
                return region
        return helplines.region_code(country)

    async def _ask_about(self, interaction: Press, message: discord.Message) -> None:
        assert self._bot.user is not None
        text = await read(message, self._bot.user.id)
        await self._presses.ask(interaction, text, Surface.MENU)
