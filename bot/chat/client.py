"""The Discord client: intents, cogs, buttons and the doors that every failure leaves through."""

from __future__ import annotations

from typing import Any

import discord
import structlog
from discord import app_commands
from discord.ext import commands

from bot.assistant import Assistant
from bot.chat.buttons import BUTTONS
from bot.chat.desk import Desk
from bot.chat.listener import Listener
from bot.chat.outbox import Outbox
from bot.chat.presses import Presses
from bot.chat.slash import Slash
from bot.clock import Clock
from bot.questions.store import QuestionStore
from bot.resources.wordings import LAST_RESORT
from bot.settings import Settings

log = structlog.get_logger(__name__)


class SafeTree(app_commands.CommandTree["SignpostBot"]):
    """A command tree whose failures end in a card with help lines."""

    async def on_error(
        self, interaction: discord.Interaction[SignpostBot], error: app_commands.AppCommandError, /
    ) -> None:
        await interaction.client.apologise(interaction, error)


def intents_for(settings: Settings) -> discord.Intents:
    """Return what the bot must be told by Discord: message content only for opted-in channels."""
    intents = discord.Intents.default()
    intents.typing = False
    intents.voice_states = False
    servers = [settings.for_guild(guild_id) for guild_id in (None, *settings.servers)]
    intents.message_content = any(server.ask_channels or server.watch_channels for server in servers)
    return intents


class SignpostBot(commands.Bot):
    """Signpost on Discord. Has no prefix commands: slash, mention, reply, message and button only."""

    def __init__(self, assistant: Assistant, store: QuestionStore, settings: Settings, clock: Clock) -> None:
        super().__init__(
            command_prefix=commands.when_mentioned,
            help_command=None,
            intents=intents_for(settings),
            allowed_mentions=discord.AllowedMentions.none(),
            tree_cls=SafeTree,
            allowed_contexts=app_commands.AppCommandContext(
                guild=True, dm_channel=True, private_channel=True
            ),
        )
        self.desk = Desk(assistant, store, settings, clock, Outbox())
        self.presses = Presses(self.desk)

    async def setup_hook(self) -> None:
        """Load what must be there before the gateway: cogs, buttons, and the spilled questions."""
        self.desk.attach(self)
        await self.add_cog(Listener(self, self.desk))
        await self.add_cog(Slash(self, self.presses))
        self.add_dynamic_items(*BUTTONS)

    async def on_message(self, message: discord.Message, /) -> None:
        """Leave messages to the listener; there are no prefix commands."""

    async def on_error(self, event_method: str, /, *args: Any, **kwargs: Any) -> None:
        """Log what an event raised; the listener has already spoken where someone waits."""
        log.exception("event_failed", method=event_method)

    async def apologise(self, interaction: discord.Interaction[Any], error: Exception) -> None:
        """End a failed interaction in a card with help lines, whatever broke."""
        log.error("interaction_failed", error=type(error).__name__, exc_info=error)
        guild_id = str(interaction.guild_id) if interaction.guild_id is not None else None
        try:
            card = self.desk.error_card(guild_id, str(interaction.id))
            if interaction.response.is_done():
                await interaction.followup.send(view=card, ephemeral=True)
            else:
                await interaction.response.send_message(view=card, ephemeral=True)
        except discord.HTTPException as exc:
            log.error("error_card_not_sent", status=exc.status)
        except Exception:
            log.exception("error_card_broken")
            await self._last_resort(interaction)

    async def _last_resort(self, interaction: discord.Interaction[Any]) -> None:
        try:
            if interaction.response.is_done():
                await interaction.followup.send(LAST_RESORT, ephemeral=True)
            else:
                await interaction.response.send_message(LAST_RESORT, ephemeral=True)
        except discord.HTTPException as exc:
            log.error("last_resort_not_sent", status=exc.status)

    async def close(self) -> None:
        """Finish what was begun, then leave Discord."""
        await self.desk.drain()
        await super().close()
