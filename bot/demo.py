"""The demo: the real client in a local web page, through simcord. No token, no account, no network.

simcord shows one channel a page and expects one page a program. Here two pages stand side by side,
the members' channel and the moderators', so what one shows has to reach the other. That touches
simcord's inner parts, which is why its version is pinned and a test guards what is used.
"""

from __future__ import annotations

import asyncio
import signal
import time
import webbrowser
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import discord
from simcord import ChannelHandle, Env, MemberActor, SetupError
from simcord.backend import Backend
from simcord.preview import Preview

from bot.app import Application, build
from bot.errors import ConfigError
from bot.ops.logging import configure
from bot.resources.bundled import bundled_path
from bot.settings import Settings

CATCH_UP_S = 0.4

WELCOME = """
Signpost is running on this machine with {file}. Nothing leaves it.

  Members' channel      {members}
  Moderators' channel   {moderators}

Three things to try ("Viewing as" says who you are):
  1. As robin:  How do I find a meeting?
  2. As sam:    how much kratom and magnesium should I take?
  3. As robin:  What time does the garden project start?  Then look at the moderators' channel.

Commands work too: /ask and /helplines. Ctrl-C ends the demo."""


class WallClock:
    """The machine's time for the bot and for simcord, whose own time would stand still."""

    elapsed = 0.0

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        # simcord replaces time.monotonic for the bot; this counter it leaves alone.
        return time.perf_counter()

    def advance(self, seconds: float) -> None:
        """Take over simcord's count of waited seconds; the time itself goes by on its own."""
        self.elapsed += seconds


class Page(Preview):
    """One channel as a web page that also shows what was caused elsewhere."""

    def __init__(
        self,
        env: Env,
        channel: ChannelHandle,
        viewers: tuple[MemberActor, ...],
        *,
        port: int,
        turns: asyncio.Lock,
    ) -> None:
        super().__init__(
            env,
            channel,
            viewers,
            layout="channel",
            display="responsive",
            width=960,
            height=720,
            locale="en-US",
            timezone="UTC",
            presentation_time=None,
            assets=None,
            port=port,
        )
        self._shown: dict[str, object] = {}
        self.beside: tuple[Page, ...] = ()
        self._turns = turns

    async def _action(self, context_id: str | None, body: Mapping[str, Any]) -> dict[str, Any]:
        # simcord refuses what overlaps; with two pages open, one act waits for the other.
        async with self._turns:
            return await super()._action(context_id, body)

    def _publish(self, page: Any, **reason: Any) -> None:
        self._advance_presentation_time()
        super()._publish(page, **reason)
        self._shown[page.id] = self._there()

    def _mark_action_dispatched(self) -> None:
        # simcord tells only the page that was opened last; whoever acts has to hear it.
        for page in (self, *self.beside):
            super(Page, page)._mark_action_dispatched()

    def catch_up(self) -> None:
        """Publish what is new in the channel. Never while somebody acts: their page would be stale."""
        if self.env._operation_task is not None or self._closed:
            return
        there = self._there()
        for page in tuple(self._pages.values()):
            if self._shown.get(page.id) != there:
                self._publish(page, reason="refresh")

    def _there(self) -> object:
        messages = self.env.backend.messages.get(self.channel.id, {})
        return tuple((message.id, message.edited_timestamp) for message in messages.values())


@dataclass(frozen=True, slots=True)
class Stage:
    """The server that the demo plays in, before the bot has joined it."""

    env: Env
    ask: ChannelHandle
    moderators: ChannelHandle
    robin: MemberActor
    sam: MemberActor
    alex: MemberActor

    @classmethod
    def set_up(cls, clock: WallClock, community: str = "Demo server") -> Stage:
        """Create the server with its channels and people, so that settings can name the channels."""
        env = Env(discord.Client(intents=discord.Intents.none()))
        env.backend = Backend(clock=clock)  # type: ignore[arg-type]
        env.backend.bot_user.name = "Signpost"
        guild = env.create_guild(community)
        team = guild.create_role("moderators")
        sees = discord.PermissionOverwrite(view_channel=True, read_message_history=True)
        hidden: dict[Any, discord.PermissionOverwrite] = {
            guild.default_role: discord.PermissionOverwrite(view_channel=False),
            team: sees,
            guild.roles["Signpost"]: sees,
        }
        return cls(
            env,
            guild.create_text_channel("ask-signpost", topic="Ask about the group. Signpost answers here."),
            guild.create_text_channel("moderators", topic="Alerts and open questions.", overwrites=hidden),
            guild.add_member(env.create_user("robin")),
            guild.add_member(env.create_user("sam")),
            guild.add_member(env.create_user("alex"), roles=[team]),
        )

    def settings(self, resources: Path, state_dir: Path) -> Settings:
        """Return the settings of the demo; the environment has no say in it."""
        return Settings.model_construct(
            resources=resources,
            state_dir=state_dir,
            database_path=state_dir / "questions.db",
            health_file=state_dir / "heartbeat",
            ask_channels=(self.ask.id,),
            moderators_channel=self.moderators.id,
            # Whoever tries things out asks the same question twice.
            entry_cooldown_s=0.0,
        )

    async def enter(self, app: Application) -> None:
        """Let the bot join the server and register its commands."""
        self.env.bot = app.bot
        await self.env.start()
        with self.env.time_context():
            await app.bot.tree.sync()


async def serve_demo(
    resources: Path | None, *, port: int, open_browser: bool, say: Callable[[str], object]
) -> None:
    """Run the demo until SIGINT or SIGTERM, or until its page is ended.

    Raises ConfigError when the file cannot be read or the port is taken.
    """
    configure("ERROR")
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    file = resources or bundled_path()
    if not file.exists():
        raise ConfigError(f"{file} is not there. Leave --resources out to take the bundled file.")
    with TemporaryDirectory(prefix="signpost-demo-") as folder:
        clock = WallClock()
        stage = Stage.set_up(clock)
        app = build(stage.settings(file, Path(folder)), clock)
        await stage.enter(app)
        try:
            await asyncio.to_thread(app.bot.desk.assistant.warm)
            await _show(stage, file, stop, port=port, open_browser=open_browser, say=say)
        finally:
            await stage.env.shutdown()
            await app.store.close()
    say("The demo has ended. Nothing was kept.")


async def _show(
    stage: Stage,
    file: Path,
    stop: asyncio.Event,
    *,
    port: int,
    open_browser: bool,
    say: Callable[[str], object],
) -> None:
    everyone = (stage.robin, stage.sam, stage.alex)
    turns = asyncio.Lock()
    members = await _opened(Page(stage.env, stage.ask, everyone, port=port, turns=turns))
    moderators = await _opened(
        Page(stage.env, stage.moderators, (stage.alex,), port=port + 1 if port else 0, turns=turns)
    )
    moderators.beside = (members,)
    say(WELCOME.format(file=file.name, members=members.url, moderators=moderators.url))
    if open_browser:
        await asyncio.to_thread(webbrowser.open, members.url)
    waiting = [asyncio.create_task(job) for job in (stop.wait(), members.wait_closed())]
    following = asyncio.create_task(_follow((members, moderators)))
    try:
        await asyncio.wait((*waiting, following), return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (*waiting, following):
            task.cancel()
        await asyncio.gather(*waiting, following, return_exceptions=True)


async def _opened(page: Page) -> Page:
    page.env._preview = None
    try:
        await page.__aenter__()
    except SetupError as exc:
        raise ConfigError("The port is taken. Choose another with --port, or leave it out.") from exc
    return page


async def _follow(pages: tuple[Page, ...]) -> None:
    while True:
        for page in pages:
            page.catch_up()
        await asyncio.sleep(CATCH_UP_S)
