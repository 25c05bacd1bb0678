"""How often Signpost may speak unasked. Nothing here is ever asked about a crisis card."""

from __future__ import annotations

from collections import OrderedDict, deque

from bot.clock import Clock

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
