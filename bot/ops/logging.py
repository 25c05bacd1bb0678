"""Logs as JSON lines: an event name and keys, never a word that a member wrote.

Exceptions are logged by type and place alone, because their message may quote what somebody wrote.
"""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Mapping, MutableMapping
from typing import Any, TextIO

import structlog

HIDDEN_KEYS = frozenset(
    {
        "answer",
        "author",
        "body",
        "content",
        "context",
        "display_name",
        "embedding",
        "message",
        "nick",
        "query",
        "question",
        "quote",
        "reply",
        "text",
        "token",
        "user",
        "username",
        "words",
    }
)
"""Keys whose value could hold a member's words or name; dropped wherever they stand."""

_LOUD = ("discord", "aiohttp", "asyncio", "websockets", "watchfiles")

Event = MutableMapping[str, Any]


def drop_words(logger: object, method: str, event: Event) -> Event:
    """Drop every key that could carry a member's words, also in nested values, and say how many went."""
    kept = {key: _without_words(value) for key, value in event.items() if key not in HIDDEN_KEYS}
    if len(kept) < len(event):
        kept["dropped_keys"] = sorted(key for key in event if key in HIDDEN_KEYS)
    return kept


def name_exceptions(logger: object, method: str, event: Event) -> Event:
    """Replace an exception by its type and where it was raised."""
    found = event.pop("exc_info", None)
    if not found:
        return event
    if isinstance(found, BaseException):
        error: BaseException | None = found
    else:
        error = found[1] if isinstance(found, tuple) else sys.exc_info()[1]
    if error is not None:
        event["exception"] = [_named(each) for each in _chain(error)]
    return event


def configure(level: str = "INFO", stream: TextIO | None = None) -> None:
    """Send all logs, also those of libraries, to a stream (standard error) as JSON lines."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        name_exceptions,
        drop_words,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for name in _LOUD:
        # At DEBUG these print whole gateway events, with everything that members wrote.
        logging.getLogger(name).setLevel(max(logging.INFO, logging.getLevelName(level)))


def _without_words(value: object) -> object:
    if isinstance(value, Mapping):
        return {key: _without_words(each) for key, each in value.items() if key not in HIDDEN_KEYS}
    if isinstance(value, list | tuple):
        return [_without_words(each) for each in value]
    return value


def _chain(error: BaseException) -> list[BaseException]:
    chain: list[BaseException] = []
    current: BaseException | None = error
    while current is not None and current not in chain:
        chain.append(current)
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    return chain


def _named(error: BaseException) -> dict[str, object]:
    frames = traceback.extract_tb(error.__traceback__)
    return {
        "type": f"{type(error).__module__}.{type(error).__qualname__}",
        "at": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames[-12:]],
    }
