from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from bot.questions import NewQuestion, SqliteQuestionStore

NOON = dt.datetime(2026, 11, 25, 12, 0, tzinfo=dt.UTC)


class TurnableClock:
    """A clock that stands still until a test turns it."""

    def __init__(self, now: dt.datetime = NOON) -> None:
        self.time = now

    def now(self) -> dt.datetime:
        return self.time

    def monotonic(self) -> float:
        return self.time.timestamp()

    def turn(self, **by: float) -> None:
        self.time += dt.timedelta(**by)


def question(
    text: str = "When is the Tuesday meeting?", message: str = "1001", **more: object
) -> NewQuestion:
    """Return a question asked in server 7, channel 70, unless told otherwise."""
    values: dict[str, object] = {
        "asked_at": NOON,
        "guild_id": "7",
        "channel_id": "70",
        "nearest": (("find-a-meeting", 0.41),),
    }
    return NewQuestion(message_id=message, text=text, **(values | more))  # type: ignore[arg-type]


@pytest.fixture
def clock() -> TurnableClock:
    return TurnableClock()


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """The state folder of a bot."""
    return tmp_path / "state"


MakeStore = Callable[..., SqliteQuestionStore]


@pytest.fixture
async def make_store(state: Path, tmp_path: Path, clock: TurnableClock) -> AsyncIterator[MakeStore]:
    """Make stores over the same state folder; all are closed at the end."""
    made: list[SqliteQuestionStore] = []

    def make(**more: object) -> SqliteQuestionStore:
        values: dict[str, object] = {
            "state_dir": state,
            "clock": clock,
            "spill_folders": [state, tmp_path / "fallback"],
            "redact": lambda text: text.replace("Kim", "[name]"),
        }
        path = more.pop("path", state / "questions.db")
        store = SqliteQuestionStore(path, **(values | more))  # type: ignore[arg-type]
        made.append(store)
        return store

    yield make
    for store in made:
        await store.close()


@pytest.fixture
async def store(make_store: MakeStore) -> SqliteQuestionStore:
    opened = make_store()
    await opened.open()
    return opened
