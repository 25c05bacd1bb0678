from __future__ import annotations

import asyncio
import datetime as dt
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.clock import SystemClock
from bot.ops.health import Heartbeat, main, trouble

ROOT = Path(__file__).parents[3]


class StandingClock(SystemClock):
    """A clock that shows what a test sets."""

    time = dt.datetime(2026, 11, 25, 12, 0, tzinfo=dt.UTC)

    def now(self) -> dt.datetime:
        return self.time


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


def test_a_fresh_heartbeat_is_healthy(tmp_path: Path, clock: StandingClock) -> None:
    Heartbeat(tmp_path / "state" / "heartbeat", clock).write(ready=True)
    assert main([str(tmp_path / "state" / "heartbeat")], clock) == 0


def test_being_away_from_discord_is_still_alive(tmp_path: Path, clock: StandingClock) -> None:
    Heartbeat(tmp_path / "heartbeat", clock).write(ready=False)
    assert trouble(tmp_path / "heartbeat", clock) is None


def test_an_old_heartbeat_is_trouble(
    tmp_path: Path, clock: StandingClock, capsys: pytest.CaptureFixture[str]
) -> None:
    Heartbeat(tmp_path / "heartbeat", clock).write(ready=True)
    clock.time += dt.timedelta(seconds=91)
    assert main([str(tmp_path / "heartbeat")], clock) == 1
    assert "91 seconds old" in capsys.readouterr().err


@pytest.mark.parametrize("content", [None, "", "{}", "nonsense", '{"at": "x"}'])
def test_a_missing_or_broken_file_is_trouble(
    tmp_path: Path, clock: StandingClock, content: str | None
) -> None:
    if content is not None:
        (tmp_path / "heartbeat").write_text(content)
    assert main([str(tmp_path / "heartbeat")], clock) == 1


async def test_the_beat_goes_on_when_it_cannot_write(tmp_path: Path, clock: StandingClock) -> None:
    (tmp_path / "in_the_way").write_text("")
    asked = asyncio.Event()
    beats = 0

    def is_ready() -> bool:
        nonlocal beats
        beats += 1
        if beats == 3:
            asked.set()
        return True

    beating = asyncio.create_task(Heartbeat(tmp_path / "in_the_way" / "heartbeat", clock, 0.0).beat(is_ready))
    await asyncio.wait_for(asked.wait(), 30)
    beating.cancel()
    with pytest.raises(asyncio.CancelledError):
        await beating


def test_the_check_runs_as_a_program(tmp_path: Path) -> None:
    Heartbeat(tmp_path / "heartbeat", SystemClock()).write(ready=True)
    done = subprocess.run(
        [sys.executable, "-m", "bot.ops.health"],
        cwd=ROOT,
        env=os.environ | {"SIGNPOST_HEALTH_FILE": str(tmp_path / "heartbeat")},
        check=False,
    )
    assert done.returncode == 0
