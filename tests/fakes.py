"""What stands around the real bot in tests: a virtual Discord with people, channels and a clock."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import discord
from simcord import ChannelHandle, Env, GuildHandle, InteractionResult, MemberActor

from bot.assistant import Assistant, Brain
from bot.chat.client import SignpostBot
from bot.clock import SystemClock
from bot.questions.records import Question
from bot.questions.sqlite import SqliteQuestionStore
from bot.questions.store import QuestionStore
from bot.resources.bundled import bundled_path
from bot.resources.library import Library
from bot.settings import Settings
from guardrails import Guard

TEXT_DISPLAY = 10
BUTTON = 2
LINK = 5


@cache
def real_brain() -> Brain:
    """Return everything that is loaded once: guard, intent, help lines, wordings."""
    return Brain.load(Guard.load())


@cache
def real_library(path: Path | None = None) -> Library:
    """Return the live set of a moderated file, the bundled one if none is named."""
    guard = real_brain().guard
    assert isinstance(guard, Guard)
    return Library(path or bundled_path(), guard=guard, state_dir=None, clock=SystemClock())


class VirtualClock:
    """The time of the virtual Discord; `env.advance_time` turns it for the bot as well."""

    def __init__(self) -> None:
        self.env: Env | None = None

    def now(self) -> datetime:
        return self.env.now() if self.env is not None else datetime(2026, 1, 1, tzinfo=UTC)

    def monotonic(self) -> float:
        return self.env.backend.clock.elapsed if self.env is not None else 0.0


@dataclass
class House:
    """A server with the real bot in it, two members and a moderator."""

    env: Env
    bot: SignpostBot
    store: QuestionStore
    settings: Settings
    clock: VirtualClock
    guild: GuildHandle
    ask: ChannelHandle
    watch: ChannelHandle
    general: ChannelHandle
    moderators: ChannelHandle
    robin: MemberActor
    sam: MemberActor
    said: list[str] = field(default_factory=list)

    @classmethod
    async def open(
        cls,
        state_dir: Path,
        *,
        assistant: Assistant | None = None,
        store: QuestionStore | None = None,
        message_content: bool = True,
        **settings: Any,
    ) -> House:
        """Build the server first, because settings name its channels; then let the bot join."""
        env = Env(discord.Client(intents=discord.Intents.none()))
        clock = VirtualClock()
        clock.env = env
        guild = env.create_guild("Lantern House")
        ask, watch, general, moderators = (
            guild.create_text_channel(name) for name in ("ask", "watch", "general", "moderators")
        )
        opted_in = {"ask_channels": (ask.id,), "watch_channels": (watch.id,)} if message_content else {}
        chosen = Settings.model_construct(
            state_dir=state_dir,
            database_path=state_dir / "questions.db",
            health_file=state_dir / "heartbeat",
            moderators_channel=moderators.id,
            **(opted_in | settings),
        )
        the_store = store or SqliteQuestionStore(chosen.database_path, state_dir=state_dir, clock=clock)
        the_assistant = assistant or Assistant(real_brain(), real_library().for_guild)
        env.bot = bot = SignpostBot(the_assistant, the_store, chosen, clock)
        await env.start()
        await bot.tree.sync()
        robin, sam = (guild.add_member(env.create_user(name)) for name in ("robin", "sam"))
        return cls(env, bot, the_store, chosen, clock, guild, ask, watch, general, moderators, robin, sam)

    async def close(self) -> None:
        """Leave the server; an error of the bot that no test has looked at fails here."""
        await self.env.shutdown()
        await self.store.close()
        self.env._raise_errors_since(self.env._errors_acknowledged)

    async def restart(self) -> None:
        """Start a new process on the same log: what was held in memory is gone."""
        self.bot = SignpostBot(self.bot.desk.assistant, self.store, self.settings, self.clock)
        await self.env.restart_bot(self.bot)

    # -- what people do ----------------------------------------------------------------------------------

    async def says(
        self,
        who: MemberActor,
        where: ChannelHandle,
        text: str,
        *,
        reply_to: Any = None,
        attachments: Sequence[tuple[str, bytes]] = (),
    ) -> list[discord.Message]:
        """Send a member's message and return what the bot wrote into the channel because of it."""
        before = {message.id for message in where.history()}
        self.said.append(text)
        sent = await who.send(where, text, reply_to=reply_to, attachments=attachments)
        return [m for m in where.history() if m.id not in before and m.id != sent.id]

    async def mentions(
        self, who: MemberActor, text: str, where: ChannelHandle | None = None
    ) -> discord.Message:
        """Mention the bot with a question and return its one reply."""
        assert self.bot.user is not None
        [reply] = await self.says(who, where or self.general, f"<@{self.bot.user.id}> {text}")
        return reply

    async def writes_privately(self, who: MemberActor, text: str) -> discord.Message:
        """Send a direct message to the bot and return its reply."""
        self.said.append(text)
        await who.send_dm(text)
        reply = who.user.dm_channel.last_message
        assert reply is not None
        return reply

    async def asks(self, who: MemberActor, text: str) -> InteractionResult:
        """Use /ask."""
        self.said.append(text)
        return await who.slash(self.general, "ask", question=text)

    async def presses(self, who: MemberActor, message: Any, label: str) -> InteractionResult:
        """Press the button with this label on a message or a private card."""
        return await who.click(message, label=label)

    async def submits(self, who: MemberActor, shown: InteractionResult, text: str) -> InteractionResult:
        """Send the form with this text in it."""
        self.said.append(text)
        return await who.submit_modal(shown, {"question": text})

    # -- what is there then ------------------------------------------------------------------------------

    async def questions(self) -> tuple[Question, ...]:
        """Return the whole log; a log that nobody has written to is no file yet."""
        if not self.settings.database_path.exists():
            return ()
        return tuple(await self.store.list())

    def notices(self) -> list[str]:
        """Return what the moderators' channel shows."""
        return [words(message) for message in self.moderators.history()]


def parts(message: Any) -> Iterator[Mapping[str, Any]]:
    """Yield every component of a message or a private card, however deep."""
    waiting = [
        component if isinstance(component, Mapping) else component.to_dict()
        for component in message.components
    ]
    while waiting:
        component = waiting.pop(0)
        yield component
        waiting[:0] = component.get("components", [])


def words(message: Any) -> str:
    """Return all that a person reads on a message, without its buttons."""
    shown = [part["content"] for part in parts(message) if part["type"] == TEXT_DISPLAY]
    return "\n\n".join([*([message.content] if message.content else []), *shown])


def labels(message: Any) -> list[str]:
    """Return the labels of the buttons that do something, links left out."""
    return [p["label"] for p in parts(message) if p["type"] == BUTTON and p["style"] != LINK]


def card(result: InteractionResult) -> Any:
    """Return the one private card that a press or a command ended in."""
    shown = [*([result.response] if result.response else []), *result.followups]
    cards = [message for message in shown if message.components or message.content]
    assert len(cards) == 1, f"expected one card, got {len(cards)}"
    assert cards[0].ephemeral, "what a press shows is private"
    return cards[0]
