"""Messages, edits and deletions: which of them are for us, and the one reply that each may get."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import discord
import structlog
from discord.ext import commands

from bot.chat.cards import Card
from bot.chat.desk import Desk
from bot.chat.limits import Limiter, Limits
from bot.chat.memory import Handled, Recent
from bot.chat.reading import read, without_mention
from bot.message import Decision, Message
from bot.replies import Reply
from bot.resources.wordings import LAST_RESORT
from bot.speech import MessageLink
from guardrails import GUARDED, Author, Route, Surface, Turn

if TYPE_CHECKING:
    from bot.chat.client import SignpostBot

log = structlog.get_logger(__name__)

READ_TYPES = (
    discord.MessageType.default,
    discord.MessageType.reply,
    discord.MessageType.thread_starter_message,
)
TEN_MINUTES = 600.0


@dataclass(frozen=True, slots=True)
class Heard:
    """How a message reached us."""

    surface: Surface
    addressed: bool
    about: Turn | None = None


class Listener(commands.Cog):
    """Listens to the channels it may read and hands each message to the desk once."""

    def __init__(self, bot: SignpostBot, desk: Desk) -> None:
        self._bot = bot
        self._desk = desk
        clock = desk.clock
        self._seen: Recent[tuple[int, str], bool] = Recent(clock)
        self._revisions: Recent[int, int] = Recent(clock)
        self._limits: dict[str | None, Limits] = {}
        self._broken = Limiter(clock, 1, TEN_MINUTES)

    # -- the gateway's events --------------------------------------------------------------------------

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """Handle a new message."""
        if message.author.bot or message.type not in READ_TYPES:
            return
        heard = self._heard(message)
        if heard is None:
            return
        try:
            await self._handle(message, heard, revision=0)
        except Exception as exc:  # noqa: BLE001 - every failure must end in help lines
            await self._broke(message, heard, exc)

    @commands.Cog.listener()
    async def on_raw_message_edit(self, payload: discord.RawMessageUpdateEvent) -> None:
        """Look at an edited message again: danger may have been written into it."""
        message = payload.message
        if message.author.bot or message.type not in READ_TYPES:
            return
        heard = self._heard(message)
        # Discord also sends this event when it unfurls a link; then nobody changed a word.
        if heard is None or message.edited_at is None:
            return
        revision = (self._revisions.get(message.id) or 0) + 1
        self._revisions.put(message.id, revision)
        try:
            await self._handle(message, heard, revision)
        except Exception as exc:  # noqa: BLE001 - every failure must end in help lines
            await self._broke(message, heard, exc)

    @commands.Cog.listener()
    async def on_raw_message_delete(self, payload: discord.RawMessageDeleteEvent) -> None:
        """Take back what belonged to a message that its author deleted; a crisis card stays."""
        handled = self._desk.handled.pop(str(payload.message_id))
        if handled is None or handled.decision.log:
            # What is no longer remembered here may still be in the log: its key lives longer.
            self._desk.later(self._desk.forget_question(str(payload.message_id)))
        if handled is None:
            return
        if handled.reply_id is not None and handled.decision.route is not Route.CRISIS:
            channel = self._bot.get_channel(payload.channel_id)
            if isinstance(channel, discord.abc.Messageable):
                try:
                    await channel.get_partial_message(handled.reply_id).delete()
                except discord.HTTPException as exc:
                    log.info("reply_not_deleted", status=exc.status)

    # -- which messages are for us ---------------------------------------------------------------------

    def _heard(self, message: discord.Message) -> Heard | None:
        assert self._bot.user is not None
        about, replied_to_us = self._replied_to(message)
        if message.guild is None:
            return Heard(Surface.DM, True, about)
        if self._mentioned(message):
            return Heard(Surface.MENTION, True, about)
        if replied_to_us:
            return Heard(Surface.REPLY, True, about)
        places = {message.channel.id, getattr(message.channel, "parent_id", None)}
        server = self._desk.server(str(message.guild.id))
        if places & set(server.ask_channels):
            return Heard(Surface.ASK_CHANNEL, False, about)
        if places & set(server.watch_channels):
            return Heard(Surface.WATCH_CHANNEL, False, about)
        return None

    def _mentioned(self, message: discord.Message) -> bool:
        assert self._bot.user is not None
        # A reply to us with its ping on lists us as mentioned without naming us in the text.
        names = (f"<@{self._bot.user.id}>", f"<@!{self._bot.user.id}>")
        return any(name in message.content for name in names)

    def _replied_to(self, message: discord.Message) -> tuple[Turn | None, bool]:
        reference = message.reference
        original = reference.resolved if reference is not None else None
        if not isinstance(original, discord.Message):
            return None, False
        assert self._bot.user is not None
        if original.author.id == self._bot.user.id:
            return None, True
        same = original.author.id == message.author.id
        text = without_mention(original.content, self._bot.user.id)
        author = Author.SAME if same else Author.OTHER
        return (Turn(text, author) if text else None), False

    # -- one message --------------------------------------------------------------------------------------

    async def _handle(self, message: discord.Message, heard: Heard, revision: int) -> None:
        assert self._bot.user is not None
        text = await read(message, self._bot.user.id)
        if heard.surface is Surface.REPLY and not text and not self._bot.intents.message_content:
            await self._needs_mention(message)
            return
        if not text and heard.addressed and heard.about is not None:
            # "@Signpost" as a reply to somebody's question: the question is what is meant.
            text = heard.about.text
        if self._seen.get((message.id, text)):
            return
        self._seen.put((message.id, text), True)
        incoming = self._incoming(message, heard, text, revision)
        before = self._desk.handled.get(incoming.source_id)
        decision = self._desk.decide(incoming)
        if not revision or await self._needs_second_look(incoming, decision, before):
            await self._answer(message, incoming, decision)
        elif before is not None and before.reply_id is not None and _now_answered(before.decision, decision):
            await self._mend(message, incoming, decision, before.reply_id)

    async def _needs_second_look(self, incoming: Message, decision: Decision, before: Handled | None) -> bool:
        """Whether an edit gets a reply of its own; keeps the log true to the new wording."""
        if before is None:
            return decision.route is Route.CRISIS
        if before.decision.log and not decision.log:
            # Beside the reply: a log that hangs must not keep a help line waiting.
            self._desk.later(self._desk.forget_question(incoming.source_id))
        if _worse(before.decision, decision) or before.reply_id is None:
            return True
        if decision.log:
            # Also where the first wording was answered: a question is not lost to an edit.
            await self._desk.save(incoming, decision)
        return False

    def _incoming(self, message: discord.Message, heard: Heard, text: str, revision: int) -> Message:
        author_key = self._desk.author_key(message.author.id)
        channel_id = str(message.channel.id)
        context = self._desk.conversations.context(channel_id, author_key)
        if heard.about is not None and heard.about.text != text:
            context = (*context[-4:], heard.about)
        guild_id = str(message.guild.id) if message.guild else None
        return Message(
            source_id=str(message.id),
            revision=revision,
            guild_id=guild_id,
            region=self._desk.server(guild_id).region if guild_id else None,
            channel_id=channel_id,
            author_key=author_key,
            text=text,
            surface=heard.surface,
            addressed=heard.addressed,
            created_at=message.created_at,
            context=context,
        )

    async def _answer(self, message: discord.Message, incoming: Message, decision: Decision) -> None:
        if decision.silent and not decision.check_in:
            return
        if "guard" in decision.failed and not incoming.addressed:
            if not self._broken.allow(f"{incoming.channel_id}:{incoming.author_key}"):
                return
        elif not self._may_speak(incoming, decision):
            link = _link(message)
            alerts = self._desk.server(incoming.guild_id).moderators_channel is not None
            if decision.log:
                await self._desk.save(incoming, decision)
            if decision.check_in and link is not None and alerts:
                alert = self._desk.assistant.speaker(incoming.guild_id).alert_crisis(link)
                await self._desk.alert(alert, guild_id=incoming.guild_id)
            if not decision.check_in or decision.silent or (link is not None and alerts):
                return
        reply = await self._desk.reply_to(incoming, decision)
        try:
            if reply is not None:
                await self._send(message, incoming, decision, reply)
        finally:
            # Where the reply is refused, the moderators are all the help that is left.
            await self._desk.after_guarded(incoming, decision, _link(message))

    def _may_speak(self, incoming: Message, decision: Decision) -> bool:
        if decision.route is Route.CRISIS:
            return True
        limits = self._limits_of(incoming.guild_id)
        if decision.silent:
            # A line that the channel's cap holds back must not use up the person's six hours.
            return (
                limits.check_in_channel.ready(incoming.channel_id)
                and limits.check_in_person.allow(incoming.author_key)
                and limits.check_in_channel.allow(incoming.channel_id)
            )
        if not incoming.addressed and decision.entries:
            spoken = f"{incoming.channel_id}:{decision.entries[0].id}"
            if not limits.entry.allow(spoken):
                return False
        # One limit after the other: a person over theirs must not use up the channel's.
        return limits.person.allow(incoming.author_key) and limits.channel.allow(incoming.channel_id)

    def _limits_of(self, guild_id: str | None) -> Limits:
        if guild_id not in self._limits:
            self._limits[guild_id] = Limits.of(self._desk.server(guild_id), self._desk.clock)
        return self._limits[guild_id]

    async def _mend(
        self, message: discord.Message, incoming: Message, decision: Decision, reply_id: int
    ) -> None:
        """Put the answer in place of our "I don't have an answer", once a typo is mended."""
        reply = await self._desk.reply_to(incoming, decision)
        if reply is not None and not isinstance(message.channel, discord.GroupChannel):
            card = self._draw(message, incoming, decision, reply)
            await message.channel.get_partial_message(reply_id).edit(view=card)

    def _draw(self, message: discord.Message, incoming: Message, decision: Decision, reply: Reply) -> Card:
        artist = self._desk.artist(incoming.guild_id)
        open_answer = self._desk.server(incoming.guild_id).public_answers and not reply.choices
        if message.guild is None:
            return artist.private(reply, incoming.source_id, message.author.id, direct=True)
        if reply.route is Route.ANSWER and open_answer:
            return artist.open(reply)
        entry_id = decision.entries[0].id if decision.entries else None
        return artist.public(reply, incoming.source_id, message.author.id, entry_id)

    async def _send(
        self, message: discord.Message, incoming: Message, decision: Decision, reply: Reply
    ) -> None:
        card = self._draw(message, incoming, decision, reply)

        async def job() -> discord.Message:
            try:
                return await message.reply(view=card, mention_author=False)
            except discord.HTTPException as exc:
                # The message may be gone, or replies refused: the words still belong in the channel.
                if exc.code not in (10008, 50035, 160002):
                    raise
                return await message.channel.send(view=card)

        sent = await self._desk.outbox.send(message.channel.id, reply.route, job)
        if sent is not None:
            self._desk.remember_reply(incoming.source_id, sent.id)

    async def _needs_mention(self, message: discord.Message) -> None:
        guild_id = str(message.guild.id) if message.guild else None
        assistant = self._desk.assistant
        lines = assistant.lines_for_unknown(guild_id, self._desk.region(guild_id))
        card = self._desk.artist(guild_id).private(
            assistant.speaker(guild_id).needs_mention(lines), str(message.id), None
        )
        await self._desk.outbox.send(
            message.channel.id, Route.CHAT, lambda: message.reply(view=card, mention_author=False)
        )

    async def _broke(self, message: discord.Message, heard: Heard, exc: Exception) -> None:
        log.error("message_failed", error=type(exc).__name__, exc_info=exc)
        key = f"{message.channel.id}:{self._desk.author_key(message.author.id)}"
        handled = self._desk.handled.get(str(message.id))
        danger = handled is not None and handled.decision.route is Route.CRISIS
        if not heard.addressed and not danger and not self._broken.allow(key):
            return
        try:
            await self._desk.outbox.send(message.channel.id, Route.CRISIS, lambda: self._apologise(message))
        except discord.HTTPException as again:
            log.error("error_card_not_sent", status=again.status)

    async def _apologise(self, message: discord.Message) -> discord.Message:
        guild_id = str(message.guild.id) if message.guild else None
        try:
            card = self._desk.error_card(guild_id, str(message.id))
        except Exception:
            log.exception("error_card_broken")
            return await message.channel.send(LAST_RESORT)
        return await message.channel.send(view=card)


def _now_answered(before: Decision, now: Decision) -> bool:
    """Whether an edit made an answer of what nobody could answer before."""
    return before.route is Route.UNANSWERED and now.route is Route.ANSWER


def _worse(before: Decision, now: Decision) -> bool:
    """Whether an edit needs a second reply: only danger that was not there before."""
    if now.check_in and not before.check_in and before.route is not Route.CRISIS:
        return True
    if now.route is before.route is Route.CRISIS:
        return not set(now.dangers) <= set(before.dangers)
    if now.route not in GUARDED:
        return False
    if before.route not in GUARDED:
        return True
    return GUARDED.index(now.route) < GUARDED.index(before.route)


def _link(message: discord.Message) -> MessageLink | None:
    return MessageLink(message.guild.id, message.channel.id, message.id) if message.guild else None
