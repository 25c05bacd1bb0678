"""Is the process alive? A heartbeat file that the bot renews, and the check that reads its age.

Alive is not ready: while Discord is out of reach the bot lives on and reconnects, and restarting it
would help nobody. The file says both; `python -m bot.ops.health` fails only when the beat stops.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import structlog

from bot.clock import Clock, SystemClock
from bot.errors import SignpostError

_log = structlog.get_logger(__name__)

EVERY_S = 15.0
STALE_S = 90.0


class Heartbeat:
    """Writes the heartbeat file."""

    def __init__(self, path: Path, clock: Clock, every_s: float = EVERY_S) -> None:
        self._path = path
        self._clock = clock
        self._every_s = every_s

    async def beat(self, is_ready: Callable[[], bool]) -> None:
        """Renew the file for as long as the event loop turns; ends only when it is cancelled."""
        while True:
            try:
                await asyncio.to_thread(self.write, is_ready())
            except OSError as error:
                # A full disk stops the beat, and the check reports that; the bot itself goes on.
                _log.warning("heartbeat_not_written", path=str(self._path), error=type(error).__name__)
            await asyncio.sleep(self._every_s)

    def write(self, ready: bool) -> None:
        """Write the time and whether Discord is connected, in one step."""
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = self._path.with_name(f"{self._path.name}.new")
        fresh.write_text(json.dumps({"at": self._clock.now().timestamp(), "ready": ready}), encoding="utf-8")
        os.replace(fresh, self._path)


def trouble(path: Path, clock: Clock, stale_s: float = STALE_S) -> str | None:
    """Return what is wrong with the heartbeat, or None when it is fresh."""
    try:
        beat = json.loads(path.read_text(encoding="utf-8"))
        at = datetime.fromtimestamp(beat["at"], UTC)
    except FileNotFoundError:
        return f"There is no heartbeat at {path}: the bot has not started."
    except (OSError, ValueError, KeyError, TypeError) as error:
        return f"The heartbeat at {path} cannot be read ({type(error).__name__})."
    age = (clock.now() - at).total_seconds()
    if age > stale_s:
        return f"The last heartbeat is {age:.0f} seconds old; more than {stale_s:.0f} means the bot hangs."
    return None


def main(arguments: Sequence[str], clock: Clock | None = None) -> int:
    """Check the heartbeat at the path given, else at the one in the settings; 0 is alive, 1 is not."""
    try:
        found = trouble(_path(arguments), clock or SystemClock())
    except SignpostError as error:
        found = str(error)
    if found:
        print(found, file=sys.stderr)
    return 1 if found else 0


def _path(arguments: Sequence[str]) -> Path:
    given = arguments[0] if arguments else os.environ.get("SIGNPOST_HEALTH_FILE")
    if given:
        return Path(given)
    # Late, because this check runs twice a minute and should not import what it rarely needs.
    from bot.settings import Settings

    return Settings.load().health_file


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
