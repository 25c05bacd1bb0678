"""What happens when a member presses a button, sends a form or uses a command.

All of it is private to the member, except an answer that they choose to show.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import discord

from bot.chat.cards import Artist, Card
from bot.chat.desk import Desk
from bot.chat.form import QuestionForm
from bot.chat.memory import Recent
from bot.message import Decision, Message
from bot.replies import Reply, Saving
from bot.resources.schema import Kind
from bot.speech import Said
from guardrails import Route, Surface

if TYPE_CHECKING:
    from bot.chat.client import SignpostBot

Press: TypeAlias = "discord.Interaction[SignpostBot]"

FORM_RESULTS = {
    Saving.SAVED: "sent_to_moderators",
    Saving.JOURNAL: "sent_to_journal",
    Saving.FAILED: "not_sent",
    Saving.UNCLAIMED: "not_sent",
}


class Presses:
    """Answers interactions; every path ends in exactly one response."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._shown_to_everyone: Recent[str, bool] = Recent(desk.clock)

    # -- commands -----------------------------------------------------------------------------------

    async def ask(self, press: Press, question: str, surface: Surface = Surface.SLASH) -> None:
        """Answer a question privately."""
        incoming = self._incoming(press, question, surface)
        decision = self._desk.decide(incoming)
        if decision.log:
            # Saving may take longer than Discord waits for a first response.
            await press.response.defer(ephemeral=True, thinking=True)
        reply = await self._desk.reply_to(incoming, decision)
        assert reply is not None, "an addressed message always gets a reply"
        direct = incoming.guild_id is None
        card = self._artist(press).private(reply, incoming.source_id, press.user.id, direct=direct)
        await self._respond(press, card)
        await self._desk.after_guarded(incoming, decision, None)

    async def helplines(self, press: Press, region: str | None, kind: Kind | None) -> None:
        """Show help lines privately; remembers nothing."""
        guild_id = _guild_id(press)
        assistant = self._desk.assistant
        where = region or self._desk.region(guild_id)
        lines = assistant.lines_of(guild_id, where, kind)
        reply = assistant.speaker(guild_id).helplines(lines, where)
        await self._respond(press, self._artist(press).private(reply, str(press.id), None))

    # -- buttons ---------------------------------------------------------------------------------------

    async def open_entry(self, press: Press, entry_id: str) -> None:
        """Show one entry privately; if it is gone since, say so with help lines."""
        guild_id = _guild_id(press)
        entry = self._desk.assistant.resources(guild_id).entry(entry_id)
        if entry is None:
            await self._respond(press, self._error(press))
            return
        reply = self._desk.assistant.speaker(guild_id).entry(entry)
        self._desk.shown.put(str(press.id), reply)
        await self._respond(press, self._artist(press).private(reply, str(press.id), press.user.id))

    async def open_card(self, press: Press, key: str, entry_id: str | None = None) -> None:
        """Show the private card of a message; when it is forgotten, the entry or help lines."""
        handled = self._desk.handled.get(key)
        if handled is None and entry_id is not None:
            await self.open_entry(press, entry_id)
            return
        if handled is None:
            await self.open_lines(press)
            return
        reply = self._desk.assistant.reply(handled.decision, handled.message.guild_id)
        if reply is None:
            await self.open_lines(press)
            return
        mine = self._desk.author_key(press.user.id) == handled.message.author_key
        asker = press.user.id if mine else None
        await self._respond(press, self._artist(press).private(reply, key, asker))

    async def open_lines(self, press: Press) -> None:
        """Show every help line of the server's region."""
        await self.helplines(press, None, None)

    async def show_everyone(self, press: Press, key: str, asker: int) -> None:
        """Send an answer to the channel, because the person who asked for it wants that."""
        if press.user.id != asker:
            await self._not_yours(press)
            return
        reply = self._shown(key)
        channel = press.channel
        if reply is None or not isinstance(channel, discord.abc.Messageable):
            await self._respond(press, self._error(press))
            return
        await press.response.defer()
        if self._shown_to_everyone.get(key):
            return
        self._shown_to_everyone.put(key, True)
        card = self._artist(press).shown_to_everyone(reply)
        channel_id = press.channel_id or 0
        await self._desk.outbox.send(channel_id, reply.route, lambda: channel.send(view=card))

    async def open_form(self, press: Press, key: str, asker: int) -> None:
        """Open the form for the moderators, prefilled where the question is still remembered."""
        if press.user.id != asker:
            await self._not_yours(press)
            return
        handled = self._desk.handled.get(key)
        text = handled.message.text if handled is not None else ""
        speaker = self._desk.assistant.speaker(_guild_id(press))
        await press.response.send_modal(QuestionForm(speaker, key, text))

    async def form_sent(self, press: Press, key: str, text: str) -> None:
        """Screen what was submitted; save it only when nothing dangerous or medical is in it."""
        incoming = self._incoming(press, text, Surface.SLASH)
        decision = self._desk.decide(incoming)
        if decision.route in (Route.CRISIS, Route.MEDICAL, Route.SOURCING):
            reply = self._desk.assistant.reply(decision, incoming.guild_id)
            assert reply is not None
            await self._respond(press, self._artist(press).private(reply, incoming.source_id, None))
            await self._desk.after_guarded(incoming, decision, None)
            return
        await press.response.defer(ephemeral=True, thinking=True)
        saving = await self._desk.save(incoming, decision)
        speaker = self._desk.assistant.speaker(incoming.guild_id)
        said: list[Said] = [speaker.note(FORM_RESULTS[saving])]
        if decision.check_in:
            said.append(speaker.check_in_line(decision.check_in_lines))
        await self._respond(press, self._artist(press).confirmation(said))

    # -- parts --------------------------------------------------------------------------------------------

    def _incoming(self, press: Press, text: str, surface: Surface) -> Message:
        author_key = self._desk.author_key(press.user.id)
        channel_id = str(press.channel_id or 0)
        return Message(
            source_id=str(press.id),
            guild_id=_guild_id(press),
            channel_id=channel_id,
            author_key=author_key,
            text=text,
            surface=surface if press.guild_id is not None else Surface.DM,
            addressed=True,
            region=self._desk.server(_guild_id(press)).region,
            locale=press.locale.value,
            created_at=press.created_at,
            context=self._desk.conversations.context(channel_id, author_key),
        )

    def _shown(self, key: str) -> Reply | None:
        reply = self._desk.shown.get(key)
        if reply is not None:
            return reply
        handled = self._desk.handled.get(key)
        if handled is None or handled.decision.route is not Route.ANSWER or not _spoken(handled.decision):
            return None
        return self._desk.assistant.reply(handled.decision, handled.message.guild_id)

    def _artist(self, press: Press) -> Artist:
        return self._desk.artist(_guild_id(press))

    def _error(self, press: Press) -> Card:
        return self._desk.error_card(_guild_id(press), str(press.id))

    async def _not_yours(self, press: Press) -> None:
        said = self._desk.assistant.speaker(_guild_id(press)).note("not_yours")
        await self._respond(press, self._artist(press).notice(said))

    async def _respond(self, press: Press, card: Card) -> None:
        if press.response.is_done():
            await press.followup.send(view=card, ephemeral=True)
        else:
            await press.response.send_message(view=card, ephemeral=True)


def _guild_id(press: Press) -> str | None:
    return str(press.guild_id) if press.guild_id is not None else None


def _spoken(decision: Decision) -> bool:
    return bool(decision.entries)
