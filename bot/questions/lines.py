"""What stands in one line of the spill journal, and what it does when it is read back."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Sequence
from typing import Any

from sqlite_utils import Database

from bot.questions import rows
from bot.questions.records import PreparedQuestion, moment, stamp
from guardrails import Route

Line = dict[str, Any]


def of_question(question: PreparedQuestion) -> Line:
    """Return the line for a redacted question."""
    return {
        "v": 1,
        "kind": "question",
        "id": question.id,
        "at": stamp(question.asked_at),
        "key": question.key,
        "revision": question.revision,
        "text": question.text,
        "text_key": question.text_key,
        "guild": question.guild_id,
        "channel": question.channel_id,
        "route": question.route.value,
        "nearest": [list(pair) for pair in question.nearest],
    }


def of_guarded(line_id: str, day: dt.date, rules: Sequence[str]) -> Line:
    """Return the line that counts a guarded message; it holds no text."""
    return {
        "v": 1,
        "kind": "guarded",
        "id": line_id,
        "at": f"{day.isoformat()}T00:00:00Z",
        "rules": list(rules),
    }


def of_withdrawal(line_id: str, key: str, at: dt.datetime) -> Line:
    """Return the line that takes back what a message asked."""
    return {"v": 1, "kind": "withdraw", "id": line_id, "at": stamp(at), "key": key}


def older_than(line: Line, before: dt.datetime) -> bool:
    """Say whether a line is past its time."""
    return str(line.get("at", "")) < stamp(before)


def apply(db: Database, line: Line, now: dt.datetime) -> bool:
    """Write one line into the log unless it is there already; False when it makes no sense."""
    try:
        with db.atomic():
            if rows.first_import(db, str(line["id"]), now):
                _apply(db, line)
    except (KeyError, TypeError, ValueError, sqlite3.IntegrityError):
        return False
    return True


def _apply(db: Database, line: Line) -> None:
    match line["kind"]:
        case "question":
            rows.log(db, _question(line))
        case "guarded":
            rows.count_guarded(db, str(line["at"])[:10], line["rules"])
        case "withdraw":
            rows.withdraw(db, line["key"])
        case other:
            raise ValueError(f"unknown kind {other!r}")


def _question(line: Line) -> PreparedQuestion:
    return PreparedQuestion(
        id=line["id"],
        key=line["key"],
        revision=line["revision"],
        text=line["text"],
        text_key=line["text_key"],
        asked_at=moment(line["at"]),
        guild_id=line["guild"],
        channel_id=line["channel"],
        route=Route(line["route"]),
        nearest=tuple((entry, score) for entry, score in line["nearest"]),
    )
