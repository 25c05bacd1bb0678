"""What the Discord side remembers for a quarter of an hour, in memory only.

Conversations are kept for context, decisions for the private card behind a button, and seen
messages so that a delivery that comes twice is answered once. Nothing here is ever written down.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from bot.clock import Clock
from bot.message import Decision, Message
from guardrails import Route, Turn

KEPT_S = 15 * 60
TURNS = 5

K = TypeVar("K")
V = TypeVar("V")


class Recent(Generic[K, V]):
    """A bounded mapping whose entries are forgotten after `kept_s` seconds."""

    def __init__(self, clock: Clock, kept_s: float = KEPT_S, most: int = 5000) -> None:
        self._clock = clock
        self._kept_s = kept_s
        self._most = most
        self._items: OrderedDict[K, tuple[float, V]] = OrderedDict()

    def put(self, key: K, value: V) -> None:
        """Remember a value from now on."""
        self._items.pop(key, None)
        self._items[key] = (self._clock.monotonic(), value)
        self._forget()

    def get(self, key: K) -> V | None:
        """Return a value that is still remembered."""
        self._forget()
        item = self._items.get(key)
        return item[1] if item else None

    def pop(self, key: K) -> V | None:
        """Return a value and forget it."""
        value = self.get(key)
        self._items.pop(key, None)
        return value

    def _forget(self) -> None:
        oldest = self._clock.monotonic() - self._kept_s
        while self._items:
            key, (at, _) = next(iter(self._items.items()))
            if at >= oldest and len(self._items) <= self._most:
                return
            del self._items[key]


@dataclass(frozen=True, slots=True)
class Handled:
    """A message that was decided, with what is needed to open its card or to ask the moderators."""

    message: Message
    decision: Decision
    reply_id: int | None = None


class Conversations:
    """The last turns of one person in one channel."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._turns: Recent[tuple[str, str], deque[tuple[float, Turn]]] = Recent(clock)

    def context(self, channel_id: str, author_key: str) -> tuple[Turn, ...]:
        """Return the turns that are still remembered, the oldest first, with their age in seconds."""
        now = self._clock.monotonic()
        turns = self._turns.get((channel_id, author_key)) or ()
        return tuple(replace(turn, age_s=now - at) for at, turn in turns if now - at <= KEPT_S)

    def add(self, channel_id: str, author_key: str, text: str, route: Route) -> None:
        """Remember one more turn."""
        turns = self._turns.get((channel_id, author_key)) or deque(maxlen=TURNS)
        turns.append((self._clock.monotonic(), Turn(text, route=route)))
        self._turns.put((channel_id, author_key), turns)
