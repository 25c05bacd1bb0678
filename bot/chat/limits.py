"""How often Signpost may speak unasked. Nothing here is ever asked about a crisis card."""

from __future__ import annotations

from collections import OrderedDict, deque
from dataclasses import dataclass
from typing import Self

from bot.clock import Clock
from bot.settings import ServerSettings

_KEYS_KEPT = 10_000


class Limiter:
    """Allows `times` acts in `per_s` seconds for each key."""

    def __init__(self, clock: Clock, times: int, per_s: float) -> None:
        self._clock = clock
        self._times = times
        self._per_s = per_s
        self._acts: OrderedDict[str, deque[float]] = OrderedDict()

    def ready(self, key: str) -> bool:
        """Say whether an act would be allowed, without counting one."""
        now = self._clock.monotonic()
        return sum(now - act < self._per_s for act in self._acts.get(key, ())) < self._times

    def allow(self, key: str) -> bool:
        """Count one act for the key and say whether it may happen."""
        now = self._clock.monotonic()
        acts = self._acts.setdefault(key, deque())
        self._acts.move_to_end(key)
        while len(self._acts) > _KEYS_KEPT:
            self._acts.popitem(last=False)
        while acts and now - acts[0] >= self._per_s:
            acts.popleft()
        if len(acts) >= self._times:
            return False
        acts.append(now)
        return True


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of one server: replies by person and channel, entries, and quiet lines."""

    person: Limiter
    channel: Limiter
    entry: Limiter
    check_in_person: Limiter
    check_in_channel: Limiter

    @classmethod
    def of(cls, server: ServerSettings, clock: Clock) -> Self:
        """Make the limits that a server's settings ask for."""
        return cls(
            Limiter(clock, server.replies_per_person, server.replies_window_s),
            Limiter(clock, server.replies_per_channel, server.replies_window_s),
            Limiter(clock, 1, server.entry_cooldown_s),
            Limiter(clock, 1, server.check_in_every_s),
            Limiter(clock, server.check_ins_per_channel_hour, 3600),
        )
