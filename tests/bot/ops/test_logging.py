from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from bot.ops.logging import HIDDEN_KEYS, configure

SECRET = "my unmistakable words"


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """Where the configured logs go; logging is put back afterwards."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    configure("DEBUG", stream)
    yield stream
    root.handlers = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def lines(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_is_json_with_event_level_and_time(stream: io.StringIO) -> None:
    structlog.get_logger("bot.x").info("question_logged", channel="7", route="unanswered")
    (line,) = lines(stream)
    assert line["event"] == "question_logged"
    assert (line["level"], line["logger"], line["channel"]) == ("info", "bot.x", "7")
    assert str(line["at"]).endswith("Z")


@pytest.mark.parametrize("key", sorted(HIDDEN_KEYS))
def test_words_of_members_never_reach_the_log(stream: io.StringIO, key: str) -> None:
    structlog.get_logger().warning("something_happened", **{key: SECRET, "deep": [{key: SECRET, "kept": 1}]})
    assert SECRET not in stream.getvalue()
    (line,) = lines(stream)
    assert line["dropped_keys"] == [key]
    assert line["deep"] == [{"kept": 1}]


def test_an_exception_is_named_without_its_message(stream: io.StringIO) -> None:
    try:
        try:
            raise ValueError(SECRET)
        except ValueError as error:
            raise RuntimeError(SECRET) from error
    except RuntimeError:
        structlog.get_logger().exception("decision_failed")
    assert SECRET not in stream.getvalue()
    (line,) = lines(stream)
    named = line["exception"]
    assert isinstance(named, list)
    assert [each["type"] for each in named] == ["builtins.RuntimeError", "builtins.ValueError"]
    assert "test_logging.py" in named[0]["at"][-1]


def test_an_exception_logged_by_a_library_is_named_too(stream: io.StringIO) -> None:
    try:
        raise ValueError(SECRET)
    except ValueError:
        logging.getLogger("some.library").exception("it broke")
    assert SECRET not in stream.getvalue()
    assert lines(stream)[0]["event"] == "it broke"


def test_libraries_never_log_whole_events(stream: io.StringIO) -> None:
    """At DEBUG discord.py prints every gateway event with the text in it."""
    logging.getLogger("discord.gateway").debug("For Shard ID None: WebSocket Event: %s", {"content": SECRET})
    assert stream.getvalue() == ""
