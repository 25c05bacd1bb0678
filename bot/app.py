"""The composition root: the only place where real parts meet. Used by `run` and `demo`."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import Any

import aiohttp
import discord
import structlog

from bot.assistant import Assistant, Brain, load_helplines, no_resources
from bot.chat.client import SignpostBot
from bot.chat.registration import register_if_changed
from bot.clock import Clock, SystemClock
from bot.errors import ConfigError
from bot.intent import Intent
from bot.ops.health import Heartbeat
from bot.questions.sqlite import SqliteQuestionStore
from bot.resources.bundled import bundled_path
from bot.resources.findings import Severity
from bot.resources.library import Library, ReloadReport
from bot.resources.resource_set import ResourceSet
from bot.resources.schema import Community
from bot.resources.watch import watch
from bot.resources.wordings import packaged
from bot.settings import Settings
from guardrails import Guard, PolicyError, Surface, Turn, Verdict

log = structlog.get_logger(__name__)

DRAIN_S = 8.0
MOST_FINDINGS = 5
PURGE_EVERY = timedelta(hours=6)
IMPORT_EVERY = timedelta(minutes=1)


class NoGuard:
    """Stands where the guard could not be loaded: every message gets help lines and no answer."""

    whys: Mapping[str, str] = MappingProxyType({})

    def screen(self, text: str, context: Sequence[Turn] = (), surface: Surface = Surface.MENTION) -> Verdict:
        raise RuntimeError("the guard could not be loaded")


@dataclass(frozen=True, slots=True)
class Application:
    """Everything that runs: the client, its file and its log."""

    bot: SignpostBot
    store: SqliteQuestionStore
    library: Library | None
    settings: Settings
    clock: Clock
    problem: str | None = None

    @property
    def sound(self) -> bool:
        """Whether every layer of the guard could be loaded."""
        return self.problem is None


def build(settings: Settings, clock: Clock | None = None) -> Application:
    """Put the parts together; starts degraded rather than not at all."""
    the_clock = clock or SystemClock()
    settings.state_dir.mkdir(parents=True, exist_ok=True)
    store = SqliteQuestionStore(settings.database_path, state_dir=settings.state_dir, clock=the_clock)
    library: Library | None = None
    resources_for: Callable[[str | None], ResourceSet]
    problem: str | None
    try:
        guard = Guard.load_anyhow()
        problem = guard.problem
        if problem is not None:
            log.error("classifier_not_loaded", problem=problem)
        library = Library(
            settings.resources or bundled_path(), guard=guard, state_dir=settings.state_dir, clock=the_clock
        )
        brain = Brain.load(guard)
        resources_for = library.for_guild
    except PolicyError as exc:
        problem = str(exc)
        log.error("guard_not_loaded", problem=problem)
        brain = Brain(NoGuard(), Intent.load(), load_helplines(), packaged())
        empty = no_resources(Community(name="this server", region=settings.region))
        resources_for = lambda guild_id: empty  # noqa: E731
    assistant = Assistant(brain, resources_for)
    return Application(
        SignpostBot(assistant, store, settings, the_clock), store, library, settings, the_clock, problem
    )


async def serve(app: Application, token: str) -> None:
    """Run until SIGTERM or SIGINT, then drain within ten seconds.

    Raises ConfigError when Discord refuses the token or an intent, which no restart would mend.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    await asyncio.to_thread(app.bot.desk.assistant.warm)
    await app.store.open()
    _register_when_ready(app)
    _tell_when_ready(app)
    chores = [asyncio.create_task(job) for job in _chores(app)]
    client = asyncio.create_task(app.bot.start(token))
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({client, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if client.done():
            client.result()
    except discord.LoginFailure as exc:
        raise ConfigError("Discord refused DISCORD_TOKEN. Copy it again from the developer portal.") from exc
    except discord.PrivilegedIntentsRequired as exc:
        raise ConfigError(
            "Ask and watch channels need the Message Content intent: switch it on in the developer "
            "portal under Bot, or unset SIGNPOST_ASK_CHANNELS and SIGNPOST_WATCH_CHANNELS."
        ) from exc
    except (aiohttp.ClientError, OSError) as exc:
        raise ConfigError(
            f"Discord cannot be reached ({type(exc).__name__}). Check this machine's network and DNS; "
            "then start again."
        ) from exc
    finally:
        stopping.cancel()
        for chore in chores:
            chore.cancel()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(DRAIN_S):
                await app.bot.close()
                await app.store.close()
        client.cancel()
        await asyncio.gather(client, stopping, *chores, return_exceptions=True)


def _register_when_ready(app: Application) -> None:
    async def register() -> None:
        assert app.bot.application_id is not None
        await register_if_changed(app.bot.tree, app.bot.application_id, app.settings.state_dir)

    app.bot.add_listener(register, "on_ready")


def _tell_when_ready(app: Application) -> None:
    """Tell the moderators once that the guard lost a layer."""
    told = asyncio.Event()

    async def tell() -> None:
        if not app.sound and not told.is_set():
            told.set()
            await app.bot.desk.alert(app.bot.desk.assistant.speaker(None).alert_degraded())

    app.bot.add_listener(tell, "on_ready")


def _chores(app: Application) -> list[Coroutine[Any, Any, None]]:
    jobs = [
        _every(IMPORT_EVERY, lambda: app.store.import_spilled(), "spill_import"),
        _every(PURGE_EVERY, lambda: _purge(app), "purge"),
        Heartbeat(app.settings.health_file, app.clock).beat(lambda: app.bot.is_ready() and app.sound),
    ]
    if app.library is not None:
        jobs.append(watch(app.library, on_reload=lambda report: _reloaded(app, report)))
    return jobs


async def _every(period: timedelta, job: Callable[[], Awaitable[object]], name: str) -> None:
    while True:
        try:
            await job()
        except Exception as exc:  # noqa: BLE001 - a chore must not end for good
            # A chore that fails is tried again: it must not end for good.
            log.error("chore_failed", chore=name, error=type(exc).__name__)
        await asyncio.sleep(period.total_seconds())


async def _purge(app: Application) -> None:
    before = app.clock.now() - timedelta(days=app.settings.retention_days)
    await app.store.purge(before)


async def _reloaded(app: Application, report: ReloadReport) -> None:
    log.info("file_reloaded", changed=report.changed, in_force=str(report.in_force))
    if report.changed:
        await asyncio.to_thread(app.bot.desk.assistant.warm)
    errors = tuple(finding for finding in report.findings if finding.severity is Severity.ERROR)
    if errors:
        said = app.bot.desk.assistant.speaker(None).alert_file(errors[:MOST_FINDINGS])
        await app.bot.desk.alert(said)
