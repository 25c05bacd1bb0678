"""Danger leaves first; ordinary replies wait in line, and too many of them are left out."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from bot.chat.outbox import MOST_WAITING, Outbox
from guardrails import Route

CHANNEL = 7


class Channel:
    """A place to send to that takes its time and remembers the order of things."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.free = asyncio.Event()

    def job(self, name: str) -> Callable[[], Awaitable[str]]:
        async def send() -> str:
            self.begun.append(name)
            await self.free.wait()
            return name

        return send


async def turn() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_a_send_returns_what_it_sent() -> None:
    channel = Channel()
    channel.free.set()
    assert await Outbox().send(CHANNEL, Route.ANSWER, channel.job("one")) == "one"


async def test_one_ordinary_send_is_in_flight_at_a_time() -> None:
    outbox, channel = Outbox(), Channel()
    sends = [asyncio.create_task(outbox.send(CHANNEL, Route.ANSWER, channel.job(str(n)))) for n in range(3)]
    await turn()
    assert channel.begun == ["0"]
    channel.free.set()
    assert await asyncio.gather(*sends) == ["0", "1", "2"]


async def test_danger_does_not_wait_behind_those_that_wait() -> None:
    outbox, channel = Outbox(), Channel()
    sends = [asyncio.create_task(outbox.send(CHANNEL, Route.ANSWER, channel.job(str(n)))) for n in range(3)]
    await turn()
    sends.append(asyncio.create_task(outbox.send(CHANNEL, Route.CRISIS, channel.job("danger"))))
    await turn()
    assert channel.begun == ["0", "danger"]
    channel.free.set()
    await asyncio.gather(*sends)


async def test_ordinary_sends_wait_until_danger_is_out() -> None:
    outbox, channel = Outbox(), Channel()
    danger = asyncio.create_task(outbox.send(CHANNEL, Route.CRISIS, channel.job("danger")))
    await turn()
    ordinary = asyncio.create_task(outbox.send(CHANNEL, Route.ANSWER, channel.job("ordinary")))
    await turn()
    assert channel.begun == ["danger"]
    channel.free.set()
    await asyncio.gather(danger, ordinary)
    assert channel.begun == ["danger", "ordinary"]


async def test_channels_do_not_wait_for_each_other() -> None:
    outbox, channel = Outbox(), Channel()
    sends = [asyncio.create_task(outbox.send(n, Route.ANSWER, channel.job(str(n)))) for n in range(2)]
    await turn()
    assert channel.begun == ["0", "1"]
    channel.free.set()
    await asyncio.gather(*sends)


async def test_too_many_ordinary_sends_are_left_out_and_danger_never_is() -> None:
    outbox, channel = Outbox(), Channel()
    waiting = [
        asyncio.create_task(outbox.send(CHANNEL, Route.ANSWER, channel.job(str(n))))
        for n in range(MOST_WAITING)
    ]
    await turn()
    assert await outbox.send(CHANNEL, Route.ANSWER, channel.job("late")) is None
    dangers = [
        asyncio.create_task(outbox.send(CHANNEL, Route.CRISIS, channel.job(f"danger {n}"))) for n in range(30)
    ]
    channel.free.set()
    await asyncio.gather(*waiting)
    assert await asyncio.gather(*dangers) == [f"danger {n}" for n in range(30)]


@pytest.mark.parametrize("route", [Route.CRISIS, Route.ANSWER])
async def test_a_send_that_fails_is_raised_and_blocks_nothing(route: Route) -> None:
    outbox, channel = Outbox(), Channel()
    channel.free.set()

    async def fail() -> None:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        await outbox.send(CHANNEL, route, fail)
    assert await outbox.send(CHANNEL, Route.ANSWER, channel.job("next")) == "next"
