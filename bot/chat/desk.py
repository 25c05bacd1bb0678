"""Between Discord and the assistant: decides, keeps the order of effects, logs, alerts.

Unanswered: the row is saved first, then the reply says what is true. Danger, medical and sourcing:
sent first, then counted and alerted.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from collections.abc import Coroutine
from dataclasses import replace
from typing import Any

import discord
import structlog

from bot.assistant import Assistant
from bot.chat.cards import Artist, Card
from bot.chat.memory import Conversations, Handled, Recent
from bot.chat.outbox import Outbox
from bot.clock import Clock
from bot.errors import StoreError
from bot.message import Decision, Message
from bot.questions.records import Logged, NewQuestion, Saved
from bot.questions.store import QuestionStore
from bot.replies import Reply, Saving, Tone
from bot.settings import ServerSettings, Settings
from bot.speech import MessageLink, Said
from guardrails import GUARDED, Route, Surface

log = structlog.get_logger(__name__)

SAVE_WITHIN_S = 5.0


class Desk:
    """The services that every part of the Discord side shares. Lives as long as the client."""

    def __init__(
        self, assistant: Assistant, store: QuestionStore, settings: Settings, clock: Clock, outbox: Outbox
    ) -> None:
        self.assistant = assistant
        self.store = store
        self.settings = settings
        self.clock = clock
        self.outbox = outbox
        self.handled: Recent[str, Handled] = Recent(clock)
        self.shown: Recent[str, Reply] = Recent(clock)
        self.conversations = Conversations(clock)
        self._secret = secrets.token_bytes(16)
        self._servers: dict[str | None, ServerSettings] = {}
        self._background: set[asyncio.Task[None]] = set()

    def server(self, guild_id: str | None) -> ServerSettings:
        """Return the settings that hold in a server; they never change while the bot runs."""
        found = self._servers.get(guild_id)
        if found is None:
            found = self._servers[guild_id] = self.settings.for_guild(guild_id)
        return found

    def region(self, guild_id: str | None) -> str | None:
        """Return the country whose help lines come first: the setting's, else the file's."""
        # In a direct message any country would be a guess.
        if guild_id is None:
            return None
        return self.server(guild_id).region or self.assistant.region_of(guild_id)

    def author_key(self, user_id: int) -> str:
        """Return a key for a person that means nothing outside this process."""
        return hashlib.blake2b(str(user_id).encode(), key=self._secret, digest_size=12).hexdigest()

    def artist(self, guild_id: str | None) -> Artist:
        """Return what draws the cards of a server."""
        return Artist(self.assistant.speaker(guild_id))

    def error_card(self, guild_id: str | None, key: str) -> Card:
        """Return the card that every failure ends in, with the lines of the server's country."""
        reply = self.assistant.error_reply(guild_id, self.region(guild_id))
        return self.artist(guild_id).private(reply, key, None)

    def decide(self, message: Message) -> Decision:
        """Decide about a message, and remember the turn and the decision for a quarter of an hour."""
        decision = self.assistant.decide(message)
        if message.surface is not Surface.MENU:
            # The words under a menu are somebody else's: they are no turn of the one who asks.
            self.conversations.add(message.channel_id, message.author_key, message.text, decision.route)
        earlier = self.handled.get(message.source_id)
        was_crisis = earlier is not None and earlier.decision.route is Route.CRISIS
        if not was_crisis or decision.route is Route.CRISIS:
            # A crisis card stays and keeps its buttons, whatever becomes of the message.
            kept = earlier.reply_id if earlier is not None else None
            self.handled.put(message.source_id, Handled(message, decision, kept))
        log.info(
            "decided",
            route=decision.route.value,
            surface=message.surface.value,
            check_in=decision.check_in,
            degraded=decision.degraded,
            rules=[reason.rule for reason in decision.reasons],
        )
        return decision

    def remember_reply(self, source_id: str, reply_id: int) -> None:
        """Remember which message of ours answered a member's message."""
        handled = self.handled.get(source_id)
        if handled is not None:
            self.handled.put(source_id, replace(handled, reply_id=reply_id))

    async def reply_to(self, message: Message, decision: Decision) -> Reply | None:
        """Save what must be saved before the reply, and return the reply that is then true."""
        saving = Saving.UNCLAIMED
        if decision.log and not decision.silent:
            saving = await self.save(message, decision)
        return self.assistant.reply(decision, message.guild_id, saving)

    async def save(self, message: Message, decision: Decision) -> Saving:
        """Save a question and alert the moderators; returns what is true afterwards."""
        question = NewQuestion(
            message_id=message.source_id,
            text=message.text,
            asked_at=message.created_at,
            guild_id=message.guild_id,
            channel_id=message.channel_id,
            revision=message.revision,
            route=Route.UNANSWERED,
            nearest=decision.nearest,
        )
        try:
            async with asyncio.timeout(SAVE_WITHIN_S):
                logged = await self.store.log(question)
        except (StoreError, TimeoutError) as exc:
            log.error("question_not_saved", error=type(exc).__name__)
            return Saving.FAILED
        if logged.saved is Saved.SPILL:
            return Saving.JOURNAL
        self.later(self._alert_question(logged))
        return Saving.SAVED

    async def forget_question(self, source_id: str) -> None:
        """Take the question of a message out of the log, because its author took the words back."""
        try:
            await self.store.delete_by_message(source_id)
        except StoreError as exc:
            log.error("question_not_deleted", error=type(exc).__name__)

    async def after_guarded(self, message: Message, decision: Decision, link: MessageLink | None) -> None:
        """Count a guarded message by day and rule, and alert the moderators to danger."""
        if decision.route not in GUARDED:
            return
        if decision.route is Route.CRISIS and link is not None:
            said = self.assistant.speaker(message.guild_id).alert_crisis(link)
            await self.alert(said, Tone.DANGER, message.guild_id)
        rules = sorted({reason.rule for reason in decision.reasons}) or [f"{decision.route.value}/none"]
        try:
            await self.store.count_guarded(message.created_at.date(), rules)
        except StoreError as exc:
            log.error("count_not_saved", error=type(exc).__name__)

    # -- the moderators' channel ---------------------------------------------------------------------

    def attach(self, client: discord.Client) -> None:
        """Give the desk the client whose channels it alerts in."""
        self._client = client

    async def alert(self, said: Said, tone: Tone = Tone.QUIET, guild_id: str | None = None) -> None:
        """Send one notice to a server's moderators' channel, if there is one."""
        server = self.server(guild_id)
        channel_id = server.moderators_channel
        if channel_id is None:
            return
        channel = self._client.get_channel(channel_id)
        if not isinstance(channel, discord.abc.Messageable):
            log.error("moderators_channel_missing", channel=str(channel_id))
            return
        home = getattr(channel, "guild", None)
        if guild_id is not None and (home is None or str(home.id) != guild_id):
            # One server's questions are nothing for another server's moderators.
            return
        urgent = tone is Tone.DANGER
        role = discord.Object(server.alert_role) if urgent and server.alert_role else None
        card = self.artist(guild_id).notice(said, tone, role.id if role else None)
        mentions = discord.AllowedMentions(everyone=False, users=False, roles=[role] if role else False)
        route = Route.CRISIS if urgent else Route.CHAT
        try:
            await self.outbox.send(
                channel_id, route, lambda: channel.send(view=card, allowed_mentions=mentions)
            )
        except discord.HTTPException as exc:
            log.error("alert_not_sent", status=exc.status)

    async def _alert_question(self, logged: Logged) -> None:
        if logged.count > 1:
            return
        try:
            question = await self.store.get(logged.id)
        except StoreError:
            return
        # A question from a direct message belongs to no server's moderators.
        if question is not None and question.guild_id is not None:
            said = self.assistant.speaker(question.guild_id).alert_question(question)
            await self.alert(said, guild_id=question.guild_id)

    def later(self, job: Coroutine[Any, Any, None]) -> None:
        """Run a coroutine beside what is going on; whatever it raises is logged."""
        task = asyncio.create_task(job)
        self._background.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._background.discard(task)
        if not task.cancelled() and (exc := task.exception()) is not None:
            log.error("background_failed", error=type(exc).__name__, exc_info=exc)

    async def drain(self) -> None:
        """Wait until everything that was begun is finished."""
        while self._background:
            await asyncio.gather(*self._background, return_exceptions=True)
