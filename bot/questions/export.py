"""Writes questions as CSV or JSON Lines. An export is a copy: the purge does not reach it."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from enum import StrEnum

from bot.questions.records import Question, stamp

COLUMNS = (
    "id",
    "status",
    "count",
    "text",
    "asked_at",
    "last_asked_at",
    "guild_id",
    "channel_id",
    "route",
    "nearest",
    "entry_id",
    "note",
)
_STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


class Format(StrEnum):
    """What an export can be written as."""

    CSV = "csv"
    JSONL = "jsonl"


def export(questions: Iterable[Question], form: Format) -> Iterator[str]:
    """Yield the lines of an export, each with its line end."""
    if form is Format.CSV:
        yield _row(COLUMNS)
        for question in questions:
            cells = as_mapping(question)
            cells["nearest"] = "; ".join(f"{entry} {score}" for entry, score in question.nearest)
            yield _row(_cell(cells[name]) for name in COLUMNS)
    else:
        for question in questions:
            yield json.dumps(as_mapping(question), ensure_ascii=False) + "\n"


def as_mapping(question: Question) -> dict[str, object]:
    """Return a question as JSON values, ids as text."""
    return {
        "id": question.id,
        "status": question.status.value,
        "count": question.count,
        "text": question.text,
        "asked_at": stamp(question.asked_at),
        "last_asked_at": stamp(question.last_asked_at),
        "guild_id": question.guild_id,
        "channel_id": question.channel_id,
        "route": question.route.value,
        "nearest": [{"entry": entry, "score": score} for entry, score in question.nearest],
        "entry_id": question.entry_id,
        "note": question.note,
    }


def _cell(value: object) -> str:
    text = "" if value is None else str(value)
    # A spreadsheet runs such a cell as a formula; the quote makes it text.
    return f"'{text}" if text.lstrip(" ").startswith(_STARTS_FORMULA) else text


def _row(cells: Iterable[str]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\r\n").writerow(cells)
    return buffer.getvalue()
