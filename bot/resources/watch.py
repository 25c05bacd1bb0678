"""Reloads the library when its file changes on disk, for as long as the task runs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import structlog
from watchfiles import Change, awatch

from bot.resources.library import Library, ReloadReport

RETRY = timedelta(seconds=30)
"""How long to wait before watching again where watching failed: the folder is gone, for example."""

log = structlog.get_logger(__name__)


async def watch(library: Library, *, on_reload: Callable[[ReloadReport], Awaitable[None]]) -> None:
    """Reload after every change of the file, and hand on what changed or is wrong; runs until cancelled."""
    folder = library.path if library.path.is_dir() else library.path.parent
    while True:
        try:
            async for _ in awatch(folder, watch_filter=concerns(library.path), recursive=False):
                report = await library.reload_async()
                await on_reload(report)
        except (OSError, RuntimeError) as exc:
            log.warning("watch_failed", problem=type(exc).__name__)
        await asyncio.sleep(RETRY.total_seconds())
        await on_reload(await library.reload_async())


def concerns(path: Path) -> Callable[[Change, str], bool]:
    """Return a filter for the changes that may change the file.

    Editors replace a file rather than write it, and Kubernetes swaps a link called "..data" beside
    it; both are seen only by watching the folder.
    """

    def is_ours(change: Change, changed: str) -> bool:
        name = Path(changed).name
        if name.startswith("..data"):
            return True
        return name.endswith((".yaml", ".yml")) if path.is_dir() else name == path.name

    return is_ours
