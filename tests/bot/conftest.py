"""Shared parts of the tests: the real guard once, and a small moderated file."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.assistant import Assistant, Brain
from bot.clock import SystemClock
from bot.message import Message
from bot.resources.library import Library
from guardrails import Guard

SMALL_FILE = """\
version: 1
community: {name: Test House, region: GB}
entries:
  - id: find-a-meeting
    title: Finding a meeting
    questions: [How do I find a meeting near me?, where are the meetings, is there a group tonight]
    answer: |
      Look at the **meeting list** in the pinned post.
    links: [{title: Meeting list, url: "https://example.org/meetings"}]
    sources: ["https://example.org"]
    tags: [meetings]
    status: published
    reviewed: {by: "Ada", date: 2026-11-01}
  - id: become-a-moderator
    title: Becoming a moderator
    questions: [How can I become a moderator?, do you need more mods]
    answer: Write to @everyone in the **team** channel.
    sources: ["https://example.org"]
    status: published
  - id: not-yet
    title: Something unfinished
    questions: [What about the unfinished thing?, is the unfinished thing ready]
    answer: This draft must never be spoken.
    status: draft
  - id: only-in-ireland
    title: The Dublin walking club
    questions: [When does the Dublin walking club meet?, is there a walking club in Dublin]
    answer: On Sundays at ten.
    status: published
    region: IE
"""


@pytest.fixture(scope="session")
def guard() -> Guard:
    return Guard.load()


@pytest.fixture(scope="session")
def brain(guard: Guard) -> Brain:
    return Brain.load(guard)


@pytest.fixture
def small_file(tmp_path: Path) -> Path:
    path = tmp_path / "resources.yaml"
    path.write_text(SMALL_FILE, encoding="utf-8")
    return path


@pytest.fixture
def library(small_file: Path, guard: Guard) -> Library:
    return Library(small_file, guard=guard, state_dir=None, clock=SystemClock())


@pytest.fixture
def assistant(brain: Brain, library: Library) -> Assistant:
    return Assistant(brain, library.for_guild)


@pytest.fixture
def say() -> Callable[..., Message]:
    """Make a message as the shell would."""

    def make(text: str, **fields: object) -> Message:
        defaults: dict[str, object] = {
            "source_id": "1",
            "channel_id": "2",
            "author_key": "someone",
            "created_at": datetime(2026, 11, 25, 3, 0, tzinfo=UTC),
        }
        return Message(text=text, **(defaults | fields))  # type: ignore[arg-type]

    return make
