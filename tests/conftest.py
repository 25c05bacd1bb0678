"""Fixtures for every test that needs the bot on a virtual Discord."""

from __future__ import annotations

import io
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog

from bot.ops.logging import configure
from tests.fakes import House

OpenHouse = Callable[..., Awaitable[House]]


@pytest.fixture
def log_lines() -> Iterator[io.StringIO]:
    """Collect everything that is logged, at the loudest level, in the form that operators get it."""
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    stream = io.StringIO()
    configure("DEBUG", stream)
    yield stream
    root.handlers, root.level = handlers, level
    structlog.reset_defaults()


@pytest.fixture
async def open_house(tmp_path: Path, log_lines: io.StringIO) -> AsyncIterator[OpenHouse]:
    """Open servers with the real bot; afterwards no log line may hold what anybody wrote."""
    opened: list[House] = []

    async def open_one(**wishes: Any) -> House:
        house = await House.open(tmp_path, **wishes)
        opened.append(house)
        return house

    yield open_one
    for house in opened:
        await house.close()
    logged = log_lines.getvalue()
    for text in (said for house in opened for said in house.said if len(said) > 8):
        assert text not in logged, "a member's words are in the log"


@pytest.fixture
async def house(open_house: OpenHouse) -> House:
    """A server with the bundled file, opened as `signpost run` would."""
    return await open_house()
