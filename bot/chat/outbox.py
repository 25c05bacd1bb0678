"""Every message to a channel leaves through here, danger first.

Discord limits sends by channel, so an ordinary reply in flight can hold up a help line. At most one
ordinary send is in flight a channel; danger never waits behind those that are only waiting.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog

from guardrails import Route

log = structlog.get_logger(__name__)

T = TypeVar("T")

MOST_WAITING = 20
"""How many ordinary replies may wait in one channel before further ones are left out."""


class _Lane:
    def __init__(self) -> None:
        self.ordinary = asyncio.Lock()
        self.waiting = 0
        self.urgent = 0
        self.clear = asyncio.Event()
        self.clear.set()


class Outbox:
    """Orders the sends of each channel by what they carry."""

    def __init__(self) -> None:
        self._lanes: defaultdict[int, _Lane] = defaultdict(_Lane)

    async def send(self, channel_id: int, route: Route, job: Callable[[], Awaitable[T]]) -> T | None:
        """Run a send in its turn and return what it returns; None when an ordinary one was left out.

        Whatever the job raises is raised here.
        """
        lane = self._lanes[channel_id]
        if route is Route.CRISIS:
            return await self._urgent(lane, job)
        if lane.waiting >= MOST_WAITING:
            log.warning("reply_left_out", channel=str(channel_id), waiting=lane.waiting)
            return None
        lane.waiting += 1
        try:
            async with lane.ordinary:
                await lane.clear.wait()
                return await job()
        finally:
            lane.waiting -= 1

    async def _urgent(self, lane: _Lane, job: Callable[[], Awaitable[T]]) -> T:
        lane.urgent += 1
        lane.clear.clear()
        try:
            return await job()
        finally:
            lane.urgent -= 1
            if lane.urgent == 0:
                lane.clear.set()
